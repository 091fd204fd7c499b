/** Where messages travel: `backbeat.{cluster}.…`, each overridable by a setting. */

/** Subjects of one cluster. The first three are fixed by peers, `now` is ours. */
export interface Subjects {
  /** BeatFrames, pulse → all (INT-A). */
  readonly beat: string;
  /** StatusClaims, agents → reverb (INT-B). */
  readonly status: string;
  /** BarReports, reverb → all (INT-C). */
  readonly reverb: string;
  /** Request: the newest frame. */
  readonly now: string;
}

/** The subjects of a cluster, with those that the operator named otherwise. */
export function subjectsOf(clusterId: string, overrides: Partial<Subjects> = {}): Subjects {
  const prefix = `backbeat.${clusterId}`;
  return {
    beat: overrides.beat ?? `${prefix}.beat`,
    status: overrides.status ?? `${prefix}.status`,
    reverb: overrides.reverb ?? `${prefix}.reverb`,
    now: overrides.now ?? `${prefix}.now`,
  };
}
