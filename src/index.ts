/** Door `.`: run the services in a process of your own, on ports of your own. */
export { BackbeatError, type ErrorCode } from "./errors.ts";
export type {
  Bus,
  BusMessage,
  BusSubscription,
  Clock,
  Distribution,
  Lease,
  LeaseAnswer,
  LeaseRecord,
  Log,
  LogData,
  LostTimeline,
  Metrics,
  TimelineStore,
  Timer,
} from "./ports.ts";
export { type Pulse, type PulsePorts, type PulseSettings, runPulse } from "./pulse/pulse.ts";
export type { PulseCompany, PulseControl, PulseView, TempoAnswer } from "./pulse/view.ts";
export type { ReverbPorts } from "./reverb/parts.ts";
export { type Reverb, runReverb } from "./reverb/reverb.ts";
export type { ReverbSettings } from "./reverb/settings.ts";
export type { ReverbView } from "./reverb/view.ts";
