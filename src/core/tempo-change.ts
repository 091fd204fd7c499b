/**
 * Which tempo changes are allowed while a pulse runs (BACKBEAT-REQ-004).
 *
 * At most ±10 % of the running tempo per change. Below 10 BPM, where that is less than a whole BPM, a step of
 * exactly 1 BPM is allowed too, for peers that read whole tempos only. More needs the operator's override.
 * The operating limits bound every change, also one with override. When a change applies is not decided here.
 */
import { bpmOf, tempoTenthsOf } from "./tempo.ts";

/** Slowest and fastest tempo at run time, in tenths of a BPM. */
export interface OperatingLimits {
  readonly minTenths: number;
  readonly maxTenths: number;
}

/** 1–24 BPM: coarse on purpose, agents think in tens of seconds. */
const DEFAULT_LIMITS: OperatingLimits = { minTenths: 10, maxTenths: 240 };

/** One tenth of the tempo that runs. */
const CHANGE_FRACTION = 10;

/** Below this a step of exactly one BPM is more than the fraction, and allowed. */
const WHOLE_STEP_BELOW_TENTHS = 100;
const WHOLE_STEP_TENTHS = 10;

export interface TempoChangeRequest {
  readonly runningTenths: number;
  /** As it was asked for, unchecked. */
  readonly wantedBpm: number;
  readonly limits: OperatingLimits;
  /** The operator insists on more than 10 %. */
  readonly override: boolean;
}

/** What is allowed from the running tempo without override, in BPM. */
export interface AllowedTempos {
  readonly fromBpm: number;
  readonly toBpm: number;
  /** Steps of exactly 1 BPM that lie outside of the range. */
  readonly wholeStepsBpm: readonly number[];
}

export type TempoVerdict =
  /** `overridden`: it was allowed only because the operator insisted; to be logged. */
  | { readonly verdict: "accepted"; readonly tenths: number; readonly overridden: boolean }
  | { readonly verdict: "refused"; readonly allowed: AllowedTempos; readonly text: string };

/** The limits of a pulse: 1–24 BPM, widened to hold the tempo that it was started with. */
export function operatingLimitsOf(startTenths: number): OperatingLimits {
  return {
    minTenths: Math.min(DEFAULT_LIMITS.minTenths, startTenths),
    maxTenths: Math.max(DEFAULT_LIMITS.maxTenths, startTenths),
  };
}

/** Limits that hold the tempo that runs, too: a timeline may have been begun by a pulse with others. */
export function withinReach(
  { maxTenths, minTenths }: OperatingLimits,
  runningTenths: number,
): OperatingLimits {
  return { minTenths: Math.min(minTenths, runningTenths), maxTenths: Math.max(maxTenths, runningTenths) };
}

/** Judges one change; a refusal says why, and what is allowed now (BACKBEAT-REQ-004). */
export function judgeTempoChange(request: TempoChangeRequest): TempoVerdict {
  const { runningTenths, wantedBpm, limits, override } = request;
  const wanted = tempoTenthsOf(wantedBpm);
  if (wanted === undefined)
    return refuse(request, `${wantedBpm} BPM is not one of 0.1 to 1000 BPM in steps of 0.1`);
  if (wanted < limits.minTenths || wanted > limits.maxTenths)
    return refuse(request, outsideText(wanted, limits));
  const isSmall = Math.abs(wanted - runningTenths) * CHANGE_FRACTION <= runningTenths;
  if (isSmall || isWholeStep(runningTenths, wanted))
    return { verdict: "accepted", tenths: wanted, overridden: false };
  if (override) return { verdict: "accepted", tenths: wanted, overridden: true };
  return refuse(request, tooMuchText(runningTenths, wanted), ", any other with override");
}

/** What a change may lead to now, without override. */
function allowedTempos(runningTenths: number, limits: OperatingLimits): AllowedTempos {
  const step = Math.floor(runningTenths / CHANGE_FRACTION);
  const from = Math.max(limits.minTenths, runningTenths - step);
  const to = Math.min(limits.maxTenths, runningTenths + step);
  const wholeSteps = [runningTenths - WHOLE_STEP_TENTHS, runningTenths + WHOLE_STEP_TENTHS].filter(
    (tenths) =>
      isWholeStep(runningTenths, tenths) && tenths >= limits.minTenths && tenths <= limits.maxTenths,
  );
  return { fromBpm: bpmOf(from), toBpm: bpmOf(to), wholeStepsBpm: wholeSteps.map(bpmOf) };
}

function isWholeStep(runningTenths: number, wantedTenths: number): boolean {
  return (
    runningTenths < WHOLE_STEP_BELOW_TENTHS && Math.abs(wantedTenths - runningTenths) === WHOLE_STEP_TENTHS
  );
}

function refuse(request: TempoChangeRequest, why: string, more = ""): TempoVerdict {
  const allowed = allowedTempos(request.runningTenths, request.limits);
  const range =
    allowed.fromBpm === allowed.toBpm ? `${allowed.fromBpm}` : `${allowed.fromBpm} to ${allowed.toBpm}`;
  const choices = [range, ...allowed.wholeStepsBpm].join(" or ");
  return {
    verdict: "refused",
    allowed,
    text: `Cannot change tempo: ${why}; allowed now: ${choices} BPM${more}`,
  };
}

function outsideText(wanted: number, limits: OperatingLimits): string {
  const range = `${bpmOf(limits.minTenths)} to ${bpmOf(limits.maxTenths)} BPM`;
  return `${bpmOf(wanted)} BPM is outside of the operating limits ${range}`;
}

function tooMuchText(running: number, wanted: number): string {
  // Rounded up to 0.01, the least that one tenth can be too much: what is refused never reads as 10 %.
  const percent = Math.ceil((Math.abs(wanted - running) * 10_000) / running) / 100;
  const direction = wanted > running ? "above" : "below";
  return `${bpmOf(wanted)} BPM is ${percent} % ${direction} ${bpmOf(running)} BPM, the limit is 10 %`;
}
