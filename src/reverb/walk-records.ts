/** Walks the report stream from its first record to its last, over holes. */
import { BackbeatError } from "../errors.ts";
import type { Clock, ReportStore, StreamHole } from "../ports.ts";
import { readRange } from "./read-range.ts";
import { type RecordSubjects, readRecord, type StoredRecord } from "./stored-record.ts";

export interface WalkParts {
  readonly reports: Pick<ReportStore, "read" | "state">;
  readonly subjects: RecordSubjects;
  readonly clock: Clock;
  /** Given up when nothing came for so long. */
  readonly silenceMaxMs: number;
  /** Told every second how far it is. */
  readonly onProgress?: (at: { readonly what: string; readonly seq: number; readonly toSeq: number }) => void;
}

export interface WalkVisitor {
  record(record: StoredRecord): void;
  /** Nothing is stored from one place to another, both inclusive. */
  hole?(fromSeq: number, toSeq: number): void;
  /** The same, where an old server may have refused what was to stand there: the next record shows whether one is missing. */
  refused?(fromSeq: number, toSeq: number): void;
}

/** Where the walk began and ended. */
export interface Walked {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/**
 * Visits every record that was stored when the walk began; `lastRecords`: only so many, the newest.
 * @throws BackbeatError `nats-unreachable`, `stream-missing`
 */
export async function walkRecords(
  { clock, onProgress, reports, silenceMaxMs, subjects }: WalkParts,
  visitor: WalkVisitor,
  lastRecords = Number.POSITIVE_INFINITY,
): Promise<Walked> {
  const { firstSeq, lastSeq } = await reports.state();
  const begin = Math.max(1, firstSeq, lastSeq - lastRecords + 1);
  let next = begin;
  while (next <= lastSeq) {
    const range = {
      fromSeq: next,
      toSeq: lastSeq,
      clock,
      silenceMaxMs,
      hole: ({ fromSeq, toSeq }: StreamHole) => {
        visitor.refused?.(fromSeq, toSeq);
        return true;
      },
      onProgress: (seq: number) => onProgress?.({ what: "reports", seq, toSeq: lastSeq }),
    };
    const fault = await readRange(reports, range, (message) => {
      next = message.seq + 1;
      visitor.record(readRecord(message, subjects));
    });
    if (fault === undefined) break;
    const { nextSeq } = fault;
    if (nextSeq === undefined || nextSeq <= next)
      throw new BackbeatError("stream-missing", `Cannot read the reports to their end: ${fault.text}`);
    visitor.hole?.(next, Math.min(nextSeq - 1, lastSeq));
    next = nextSeq;
  }
  return { firstSeq: begin, lastSeq };
}
