/** What the agents of the soak test are told, and what they tell. */
export interface SoakOrder {
  readonly server: string;
  /** Cluster whose pulse beats on. */
  readonly steady: string;
  /** Cluster whose pulse goes away. */
  readonly silent: string;
  /** Of the agents in the steady cluster. */
  readonly agents: number;
  /** Of a callback. */
  readonly failRate: number;
}

export interface SoakAccount {
  /** Beats that each listener that never fails was told, and those it was told to have missed. */
  readonly told: readonly { readonly beats: number; readonly missed: number; readonly downbeats: number }[];
  readonly reports: readonly number[];
  /** Beats told twice, or lower than one before. */
  readonly back: number;
  readonly callsFailed: number;
  readonly unhandled: number;
  /** By how much budgets were overrun, ms, sorted. */
  readonly overrunMs: readonly number[];
  /** Of the cluster without a pulse: what was told, and whether it was flagged. */
  readonly alone: {
    readonly beats: number;
    readonly degraded: number;
    readonly back: number;
    /** By how much the first frame after the silence was off the own timeline, ms. */
    readonly rejoinOffMs: number | undefined;
    readonly claims: number;
  };
}

export type SoakWord =
  | { readonly kind: "ready" }
  | { readonly kind: "stop" }
  | { readonly kind: "account"; readonly account: SoakAccount };
