/** Door `./core`: what is decided — pure, without a clock, for embedding and for tests. */
export { Aggregator, type AggregatorSettings } from "./aggregator.ts";
export type { ClaimEntry, Entry, FrameEntry, GapEntry, RefusedEntry, TickEntry } from "./entry.ts";
export { fingerprintOf } from "./fingerprint.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export * from "./outcome.ts";
export * from "./summary.ts";
export { waitCycles } from "./wait-graph.ts";
