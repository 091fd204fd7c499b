/**
 * The report stream as a replica follows it: compared with what it knows, then read to its end and on (R1).
 *
 * Each time the link was lost it is compared again; where it cannot be read on, or lacks what is known, it is opened
 * anew, which takes until it holds what is known, or a chain gave that up.
 */
import { BackbeatError } from "../errors.ts";
import type { Clock, KnownEntry, Log, ReadFailure, Streams } from "../ports.ts";
import { askUntilAnswered } from "./ask-until-answered.ts";
import { HeadGuard } from "./head-guard.ts";
import { HeadKeeper } from "./head-keeper.ts";
import type { HistoryLoss } from "./lost-history.ts";
import type { ReverbPorts } from "./parts.ts";
import { ReportTail } from "./report-tail.ts";
import type { StoreTroubles } from "./store-troubles.ts";
import type { RecordSubjects } from "./stored-record.ts";

export interface FollowedParts {
  readonly ports: Pick<ReverbPorts, "bus" | "chainHead"> & { readonly clock: Clock; readonly log: Log };
  readonly streams: Streams;
  readonly subjects: RecordSubjects;
  readonly isStopped: () => boolean;
  /** Told how asking and reading goes. */
  readonly troubles: StoreTroubles;
  /** The newest entry that was folded under a chain; undefined where none was. */
  readonly folded: (chainId: string) => KnownEntry | undefined;
  /** A chain record was read. */
  readonly onChain: () => void;
  /** What was read of it ends here: `open` goes on. */
  readonly onOver: () => void;
  /** The streams lack what is known; told once, before `open` waits for its end. */
  readonly onLost: (loss: HistoryLoss) => void;
  /** It cannot go on. */
  readonly onFailed: (error: unknown) => void;
}

/** State: the tail that is read now. */
export class FollowedReports {
  readonly #parts: FollowedParts;
  readonly #head: HeadKeeper;
  readonly #guard: HeadGuard;
  #tail: ReportTail;
  #isLoaded = false;
  #isOver = false;

  constructor(parts: FollowedParts) {
    const { folded, isStopped, onLost, ports, streams, subjects, troubles } = parts;
    this.#parts = parts;
    this.#head = new HeadKeeper({ ...ports, store: ports.chainHead, folded });
    this.#guard = new HeadGuard({
      ...ports,
      ...streams,
      subjects,
      keeper: this.#head,
      isStopped,
      troubles,
      onLost: (loss) => {
        this.openAnew();
        onLost(loss);
      },
    });
    this.#tail = this.#newTail();
    ports.bus.onLink((link) => {
      if (link === "restored" && !isStopped()) this.#guard.compare().catch(parts.onFailed);
    });
  }

  get tail(): ReportTail {
    return this.#tail;
  }

  /** Why the report stream is not read now; undefined while it is. */
  get readFailure(): ReadFailure | undefined {
    return this.#tail.readFailure;
  }

  /** It is to be opened anew. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nothing may be committed, and what is shown may be of another history. */
  get isComparing(): boolean {
    return this.#guard.isComparing;
  }

  /** Why what is known is not on disk, and since when; undefined while it is. */
  get unsaved(): HeadKeeper["failure"] {
    return this.#head.failure;
  }

  /** Compares, reads to the end, and follows from there. @throws BackbeatError `bad-file`, `stream-missing` */
  async open(): Promise<void> {
    const { isStopped, ports, troubles } = this.#parts;
    if (!this.#isLoaded) await this.#head.load();
    this.#isLoaded = true;
    await this.#guard.compare();
    if (isStopped()) return;
    this.#isOver = false;
    const tail = this.#newTail();
    this.#tail = tail;
    await askUntilAnswered(
      async () => {
        try {
          await tail.open();
        } catch (error) {
          // Deleted since it was compared: the next comparison tells it.
          if (!isMissing(error) || this.#head.head === undefined) throw error;
          this.openAnew();
        }
      },
      { ...ports, isStopped, onTried: (why) => troubles.tried(why) },
    );
  }

  /** Reads no more; `open` goes on. */
  openAnew(): void {
    this.#isOver = true;
    this.#tail.stop();
    this.#parts.onOver();
  }

  /** Resolves when the streams are what they were, and what is known of them is on disk. Never rejects. */
  async untilSafe(): Promise<void> {
    await this.#guard.settled();
    await this.#head.settled();
  }

  /** Writes what is known, where that is long ago. */
  look(): void {
    this.#head.look();
  }

  /** Resolves when what is known is on disk, or could not be written. Never rejects. */
  flush(): Promise<void> {
    return this.#head.flush();
  }

  #newTail(): ReportTail {
    const { onChain, ports, streams, subjects } = this.#parts;
    const tail: ReportTail = new ReportTail({
      reports: streams.reports,
      subjects,
      log: ports.log,
      onChain,
      onRecord: (record) => {
        if (tail.chain !== undefined) this.#head.note(record, tail.chain);
      },
      onBroken: ({ text }) => {
        ports.log.warn(`The report stream is compared and read anew: ${text}`);
        this.openAnew();
      },
    });
    return tail;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof BackbeatError && error.code === "stream-missing";
}
