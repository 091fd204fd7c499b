/**
 * Keeps the record of the running chain from being aged out before its reports.
 *
 * The report stream drops its oldest records at its limit, and the chain record of a long chain stands before all its
 * reports; without it nobody could go on, nor replay. Once it lies in the older half of a stream that is half full it
 * is stored again, byte for byte, committed as everything else is.
 */
import { chainIdOf, encodeChainRecord } from "../contracts/chain-record.ts";
import { BackbeatError } from "../errors.ts";
import type { Clock, Log, ReportStore } from "../ports.ts";
import type { ReportTail } from "./report-tail.ts";

/** How often it is looked after: half a report stream lasts for days. */
const LOOK_EVERY_MS = 60_000;

export interface KeeperParts {
  readonly reports: ReportStore;
  /** The one that is read now. */
  readonly tail: () => ReportTail;
  readonly clock: Clock;
  readonly log: Log;
}

/** State: when it was last looked. */
export class ChainKeeper {
  readonly #parts: KeeperParts;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Looks, if it is time to. Never rejects: what fails is tried again at the next look. */
  async look(): Promise<void> {
    const { clock, log, reports } = this.#parts;
    const tail = this.#parts.tail();
    if (clock.monotonicMs() - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = clock.monotonicMs();
    const { chain, chainSeq = 0, lastSeq: expectedLastSeq } = tail;
    if (chain === undefined) return;
    try {
      const { bytes, bytesMax, firstSeq, lastSeq } = await reports.state();
      const isHalfFull = bytesMax !== undefined && bytes > bytesMax / 2;
      if (!isHalfFull || chainSeq >= firstSeq + (lastSeq - firstSeq) / 2) return;
      const body = encodeChainRecord(chain.record);
      // Of another program's writing: it is not ours to repeat.
      if (chainIdOf(body) !== chain.id) return;
      // Who else wrote meanwhile has repeated it, or a later look will.
      await reports.commit({ kind: "chain", headers: {}, body }, expectedLastSeq);
    } catch (error) {
      if (!(error instanceof BackbeatError)) throw error;
      log.debug(`The chain record was not looked after: ${error.message}`);
    }
  }
}
