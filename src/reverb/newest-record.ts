/**
 * The newest record of a kind that is one: what somebody else published on its subject is passed over, backwards.
 *
 * To take the end of the stream for the end of the history would begin that history anew, and report it twice (R1).
 */
import { BackbeatError } from "../errors.ts";
import type { ReportStore } from "../ports.ts";
import { type ChainEntry, type RecordSubjects, type ReportRecord, readRecord } from "./stored-record.ts";

/** Strangers passed over: each costs a question to the server; so many in a row are no accident. */
const PASSED_MAX = 10_000;

interface Kinds {
  readonly report: ReportRecord;
  readonly chain: ChainEntry;
}

/** Undefined where none is stored. @throws BackbeatError `nats-unreachable`, `stream-missing`, `journal-refused` */
export async function newestRecord<K extends keyof Kinds>(
  kind: K,
  {
    reports,
    subjects,
  }: { readonly reports: Pick<ReportStore, "get" | "last">; readonly subjects: RecordSubjects },
): Promise<Kinds[K] | undefined> {
  const newest = await reports.last(kind);
  let message = newest;
  for (let seq = newest?.seq ?? 0; seq > 0; ) {
    const record = message && readRecord(message, subjects);
    if (record?.kind === kind) return record as Kinds[K];
    seq -= 1;
    if ((newest?.seq ?? 0) - seq > PASSED_MAX)
      throw new BackbeatError(
        "journal-refused",
        `Cannot find the newest ${kind}: ${PASSED_MAX} messages before ${newest?.seq} are none; remove the stream ${subjects.commit} is stored in, or restore it`,
      );
    message = await reports.get(seq);
  }
  return undefined;
}
