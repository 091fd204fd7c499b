/** What a replica would know of a history in memory, at its end. */
import type { ChainHead } from "../../src/ports.ts";
import { barOf } from "../../src/reverb/find-report.ts";
import { readRecord } from "../../src/reverb/stored-record.ts";
import type { MemoryHistory } from "./memory-history.ts";

export async function headOf({ chain, journal, reports, subjects }: MemoryHistory): Promise<ChainHead> {
  const message = await reports.last();
  const record = message && readRecord(message, subjects);
  const entry = journal.records.at(-1);
  if (record === undefined || record.kind === "unreadable") throw new Error("no record");
  const report = record.kind === "report" ? barOf(record) : undefined;
  const { id: journalId } = await journal.state();
  return {
    chains: [chain.id],
    profile: chain.record.profile,
    record: { seq: record.seq, hash: record.kind === "chain" ? record.chain.id : record.hash },
    ...(report && { report }),
    ...(entry && { entry: { journalId, seq: entry.seq, timeMs: entry.timeMs } }),
  };
}
