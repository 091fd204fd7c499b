/** Door `./core`: what is decided — pure, without a clock, for embedding and for tests. */
export { Aggregator } from "./aggregator.ts";
export type { AggregatorSettings, FoldStart } from "./aggregator-settings.ts";
export { type BarGrid, barFromOf, phaseOf } from "./bar-grid.ts";
export { ClaimGuard, claimGuard, type SignatureRules } from "./claim-guard.ts";
export type { ClaimEntry, Entry, FrameEntry, GapEntry, RefusedEntry, TickEntry } from "./entry.ts";
export { fingerprintOf } from "./fingerprint.ts";
export { Flywheel } from "./flywheel.ts";
export { Fold, type FoldParts, type JournalEntry } from "./fold.ts";
export { formatHlc, type HlcTime, HybridClock, nodeHashOf, widenHlc } from "./hlc.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export * from "./outcome.ts";
export {
  ALGORITHM,
  type ProfileSettings,
  profileDifferences,
  profileOf,
  settingsOfProfile,
} from "./profile.ts";
export { beginTimeline, type NewTimeline, resumeTimeline, type TimelineStart } from "./resume.ts";
export { restoreAggregator, snapshotOf } from "./snapshot.ts";
export * from "./summary.ts";
export { beatDurationMs, bpmOf, tempoTenthsOf } from "./tempo.ts";
export {
  type AllowedTempos,
  judgeTempoChange,
  type OperatingLimits,
  operatingLimitsOf,
  type TempoChangeRequest,
  type TempoVerdict,
} from "./tempo-change.ts";
export { beatAt, dueMsOf, type Schedule, type StoredTimeline } from "./timeline.ts";
export { waitCycles } from "./wait-graph.ts";
