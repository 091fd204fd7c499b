/** The rules of a fold, and where it begins. */
import type { ReplayStart } from "../contracts/report-headers.ts";
import type { Limits } from "./limits.ts";

/** Everything but the entries that can change a report. */
export interface AggregatorSettings {
  readonly clusterId: string;
  /** First guess of the beats per bar; what is heard wins. */
  readonly barLength: number;
  /** How many beats ahead of the newest frame a claim may be; default `barLength`. */
  readonly leadBeats?: number;
  /** How far ahead a frame may be; default two bars, at least 1,000 beats. */
  readonly leapBeats?: number;
  /** Every reporting agent must attest its secret rotation; default false. */
  readonly rotationRequired?: boolean;
  readonly limits?: Partial<Limits>;
  /** Where in the sequence this fold begins; default: before everything. */
  readonly start?: FoldStart;
}

export interface FoldStart {
  /** With a carry the first frame lies in a bar that another fold has computed. */
  readonly replay: ReplayStart;
  /** What came before is not known: the first bar is partial, whatever its first frame. */
  readonly partial?: boolean;
}
