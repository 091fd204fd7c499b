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

/** What one listener that never fails was told. */
export interface Told {
  readonly beats: number;
  /** Of which it was told that it missed them. */
  readonly missed: number;
  readonly downbeats: number;
  /** Indexes of the first beat and of the newest. */
  readonly first: number;
  readonly newest: number;
}

/** How far it is: of each the least that any agent has. */
export interface SoakProgress {
  readonly beats: number;
  readonly reports: number;
  readonly budgets: number;
  readonly callsFailed: number;
  /** Of the agent without a pulse. */
  readonly degraded: number;
  readonly hasRejoined: boolean;
}

export interface SoakAccount {
  readonly told: readonly Told[];
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
  /** Twice a second. */
  | { readonly kind: "progress"; readonly progress: SoakProgress }
  | { readonly kind: "stop" }
  | { readonly kind: "account"; readonly account: SoakAccount };
