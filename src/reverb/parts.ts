/** What reverb needs of the world, and what its modes share: wired once in reverb.ts, handed on as values. */
import type { Bus, ChainHeadStore, CheckpointStore, Clock, Log, Metrics, StreamsOpener } from "../ports.ts";
import type { LiveHooks } from "./live-score.ts";
import type { RetainedBars } from "./retained-bars.ts";
import type { ReverbSettings } from "./settings.ts";

export interface ReverbPorts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Opens the journal and the report stream; without it there is core mode only. */
  readonly streams?: StreamsOpener;
  /** Without it every start folds from the last report's Replay-From. */
  readonly checkpoints?: CheckpointStore;
  /** Without it a restart cannot notice that the streams were replaced by an older copy. */
  readonly chainHead?: ChainHeadStore;
}

export interface ReverbParts {
  readonly settings: ReverbSettings;
  readonly ports: ReverbPorts;
  readonly retained: RetainedBars;
  /** Those who watch. */
  readonly live: LiveHooks;
}
