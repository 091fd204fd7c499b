/**
 * The whole state of an aggregator as bytes, and back: what a checkpoint holds (R7).
 *
 * A fold that goes on from a snapshot says the same as one that was never interrupted, to the byte. It is a cache:
 * whoever changes what the core remembers raises the layout number, and old snapshots are read no more.
 */
import { BackbeatError, messageOf } from "../errors.ts";
import { Aggregator } from "./aggregator.ts";
import type { AggregatorSettings } from "./aggregator-settings.ts";
import { jsonPieces, type Pieces, SnapshotReader } from "./snapshot-format.ts";

/** Raised with every change of what is saved, or of its order. */
const LAYOUT = 2;

/** The state in pieces, each some milliseconds of work at most. It must not change before the last was taken. */
export function* snapshotOf(aggregator: Aggregator): Pieces {
  yield* jsonPieces(LAYOUT);
  yield* aggregator.save();
}

/**
 * An aggregator in the state that was saved, under the settings that it was saved under.
 * @throws BackbeatError `bad-file` where the bytes are none of ours
 */
export function restoreAggregator(settings: AggregatorSettings, bytes: Uint8Array): Aggregator {
  const reader = new SnapshotReader(bytes);
  const layout = reader.json<unknown>();
  if (layout !== LAYOUT)
    throw new BackbeatError(
      "bad-file",
      `Cannot restore the state: its layout is ${JSON.stringify(layout)}, this program has ${LAYOUT}`,
    );
  const aggregator = new Aggregator(settings);
  try {
    aggregator.load(reader);
  } catch (cause) {
    if (cause instanceof BackbeatError) throw cause;
    throw new BackbeatError("bad-file", `Cannot restore the state: ${messageOf(cause)}`, { cause });
  }
  return aggregator;
}
