/** Commits the record of a new chain: whoever is first decides, and all read what was stored (R1). */
import { type ChainRecord, encodeChainRecord } from "../contracts/chain-record.ts";
import type { Clock, Log, ReportStore } from "../ports.ts";
import { askUntilAnswered } from "./ask-until-answered.ts";
import type { ReportTail } from "./report-tail.ts";
import type { StoreTroubles } from "./store-troubles.ts";

/** Pause before a chain is begun again where the server gave no good answer: one that refuses does so at once, each time. */
const BEGIN_AGAIN_MS = 1_000;

export interface BeginParts {
  readonly reports: ReportStore;
  readonly tail: ReportTail;
  readonly clock: Clock;
  readonly log: Log;
  readonly isStopped: () => boolean;
  readonly troubles: StoreTroubles;
}

/** Resolves when what was stored is read: this record, another one, or neither. @throws BackbeatError `stream-missing` */
export async function beginChain(record: ChainRecord, parts: BeginParts): Promise<void> {
  const { clock, log, reports, tail, troubles } = parts;
  const body = encodeChainRecord(record);
  const result = await reports.commit({ kind: "chain", headers: {}, body }, tail.lastSeq);
  if (result.kind !== "unknown") troubles.works("reports");
  else if (result.refusal !== undefined) troubles.refused("reports", result.why);
  else log.warn(`The chain record is not known to be stored, looking it up: ${result.why}`);
  const end =
    result.kind === "stored"
      ? { firstSeq: result.seq, lastSeq: result.seq }
      : await askUntilAnswered(() => reports.state(), parts);
  // In an empty stream nothing comes: its last sequence may be that of a message that was refused.
  if (end !== undefined && end.firstSeq <= end.lastSeq) await tail.until(end.lastSeq);
  if (result.kind === "unknown") {
    await new Promise<void>((resolve) => clock.after(BEGIN_AGAIN_MS, resolve));
  } else troubles.works("reports");
  if (result.kind === "stored")
    log.info(`A new chain of reports begins: ${record.reason}`, { from: record.from.seq });
}
