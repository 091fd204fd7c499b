/** Bounds of the core (R4), each with its reason. Whatever goes beyond one is refused and counted. */

export interface Limits {
  /** Agents counted per window: some 400 bytes each; 100,000 fit any machine, 1,000,000 want about 1 GB. */
  readonly agentsPerWindow: number;
  /** Tasks with an outcome or a promise per agent and window: a claim per beat of a default bar has room. */
  readonly tasksPerAgent: number;
  /** Dependencies kept per claim: who waits for more than this waits for a crowd; the rest is cut, and counted. */
  readonly dependenciesPerClaim: number;
  /** Fingerprints kept per agent and window: what an agent may have sent and unacknowledged at once. */
  readonly fingerprintsPerAgent: number;
  /** Claims held for beats to come: one per agent of a full window. */
  readonly heldClaims: number;
}

export const DEFAULT_LIMITS: Limits = {
  agentsPerWindow: 100_000,
  tasksPerAgent: 64,
  dependenciesPerClaim: 32,
  fingerprintsPerAgent: 64,
  heldClaims: 100_000,
};

/** Names given behind an issue: enough to act on, few enough to read. */
export const NAMES_PER_ISSUE_MAX = 100;

/** Frames of one bar whose deadlines are kept: the longest bar that the settings admit. */
export const FRAMES_PER_BAR_MAX = 100_000;

/** Dependencies of blocked agents among which wait cycles are sought: more would hold up intake (1 µs each). */
export const WAIT_GRAPH_DEPENDENCIES_MAX = 200_000;
