/** What a fleet of SDK agents is told, and what it tells. */
export interface FleetOrder {
  readonly server: string;
  readonly clusterId: string;
  readonly agents: number;
  /** Of the agents' ids. */
  readonly prefix: string;
  /** Of each outbox; default: that of the SDK. */
  readonly claimsMax?: number;
  /** Where it writes which claims were acknowledged. */
  readonly logPath: string;
}

export interface FleetAccount {
  made: number;
  resolved: number;
  /** By code. */
  rejected: Record<string, number>;
  /** When the last claim resolved that was made before the server was back; ms since the Unix epoch. */
  lastOfOldAtMs: number;
  /** Most that was held beyond what the process held before its agents. */
  heapMaxBytes: number;
  rssMaxBytes: number;
  /** Rejections that nobody handled. */
  unhandled: number;
}

export type FleetWord =
  /** Every agent has heard a beat: the first claims are made. */
  | { readonly kind: "ready" }
  | { readonly kind: "back"; readonly atMs: number }
  | { readonly kind: "stop" }
  | { readonly kind: "stopped" }
  | { readonly kind: "account"; readonly account: FleetAccount };
