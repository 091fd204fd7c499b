/** What the parts of reverb share: wired once in reverb.ts, handed on as values. */
import type { Decoder } from "../contracts/decode.ts";
import type { Aggregator } from "../core/aggregator.ts";
import type { Bus, Clock, Log, Metrics } from "../ports.ts";
import type { OutgoingReports } from "./outgoing-reports.ts";
import type { RetainedBars } from "./retained-bars.ts";
import type { ReverbSettings } from "./settings.ts";

/** What reverb needs of the world. */
export interface ReverbPorts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ReverbParts {
  readonly settings: ReverbSettings;
  readonly ports: ReverbPorts;
  readonly decoder: Decoder;
  readonly aggregator: Aggregator;
  readonly outgoing: OutgoingReports;
  readonly retained: RetainedBars;
}
