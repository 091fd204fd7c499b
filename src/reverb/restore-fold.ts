/** Reads the checkpoint, if it is whole and belongs to this very chain and journal; else the fold begins earlier. */
import { restoreAggregator } from "../core/snapshot.ts";
import { messageOf } from "../errors.ts";
import type { CheckpointHeader, StreamState } from "../ports.ts";
import type { RestoredFold } from "./journal-fold.ts";
import type { ReverbParts } from "./parts.ts";

/** What a checkpoint must belong to. */
export interface RestoreFor extends Pick<CheckpointHeader, "profile" | "chain" | "journalId"> {
  readonly journal: StreamState;
  /** First sequence of the newest bar of the chain that is stored; that of the chain's begin where none is. */
  readonly storedFirstSeq: number;
}

/** Never rejects: without a checkpoint there is only more to read. */
export async function restoreFold(
  { ports, settings }: ReverbParts,
  wanted: RestoreFor,
): Promise<RestoredFold | undefined> {
  const { checkpoints, log } = ports;
  if (checkpoints === undefined) return undefined;
  try {
    const checkpoint = await checkpoints.load();
    if (checkpoint === undefined) return undefined;
    const why = mismatchOf(checkpoint.header, wanted);
    if (why === undefined)
      return { header: checkpoint.header, aggregator: restoreAggregator(settings, checkpoint.state) };
    log.info(`The checkpoint is not used: ${why}`);
  } catch (error) {
    log.warn(`The checkpoint is not used: ${messageOf(error)}; the journal is read from further back`);
  }
  return undefined;
}

function mismatchOf(header: CheckpointHeader, wanted: RestoreFor): string | undefined {
  if (header.journalId !== wanted.journalId) return "it is of another journal";
  if (header.chain !== wanted.chain) return "it is of another chain";
  if (header.profile !== wanted.profile) return "it was made under other settings";
  const { firstSeq, lastSeq } = wanted.journal;
  if (header.seq > lastSeq) return `it reaches to ${header.seq}, the journal only to ${lastSeq}`;
  if (header.seq + 1 < firstSeq) return `it reaches to ${header.seq}, the journal begins at ${firstSeq}`;
  // It owes no report: if it was made behind reports that are not stored any more, they would never be again.
  if (header.reportedFirstSeq > wanted.storedFirstSeq)
    return "the report stream lost reports that it counts on";
  return undefined;
}
