/** Where messages travel: `backbeat.{cluster}.…`, each overridable by a setting. */

/** Subjects of one cluster. The first three are fixed by peers, the others are ours. */
export interface Subjects {
  /** BeatFrames, pulse → all (INT-A). */
  readonly beat: string;
  /** StatusClaims, agents → reverb (INT-B). */
  readonly status: string;
  /** BarReports, reverb → all (INT-C). */
  readonly reverb: string;
  /** Request: the newest frame. */
  readonly now: string;
  /** Presence of pulses, among themselves. */
  readonly pulse: string;
  /** The lease of the pulses, in a stream of its own. */
  readonly lease: string;
  /** Ticks: replicas of reverb say that a bar's grace is over. Captured by the journal. */
  readonly tick: string;
  /** Reports on their way into the report stream, which republishes them on `reverb`. */
  readonly commit: string;
  /** Chain records, beside the reports in their stream; never republished. */
  readonly chain: string;
}

/** The subjects of a cluster, with those that the operator named otherwise. */
export function subjectsOf(clusterId: string, overrides: Partial<Subjects> = {}): Subjects {
  const prefix = `backbeat.${clusterId}`;
  return {
    beat: overrides.beat ?? `${prefix}.beat`,
    status: overrides.status ?? `${prefix}.status`,
    reverb: overrides.reverb ?? `${prefix}.reverb`,
    now: overrides.now ?? `${prefix}.now`,
    pulse: overrides.pulse ?? `${prefix}.pulse`,
    lease: overrides.lease ?? `${prefix}.pulse.lease`,
    tick: overrides.tick ?? `${prefix}.tick`,
    commit: overrides.commit ?? `${prefix}.report.commit`,
    chain: overrides.chain ?? `${prefix}.report.chain`,
  };
}
