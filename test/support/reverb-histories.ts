/** Random histories for reverb's core: a pulse and a few agents, and all that can go wrong on the way. */
import fc from "fast-check";
import { encodeClaim, type StatusClaim, windowIdOf } from "../../src/contracts/index.ts";
import type { AggregatorSettings } from "../../src/core/aggregator-settings.ts";
import type { Entry, FrameEntry } from "../../src/core/entry.ts";
import { fingerprintOf } from "../../src/core/fingerprint.ts";
import { CLUSTER, claimOf } from "./messages.ts";
import { given, maybe, type Step, stepsOf } from "./reverb-steps.ts";

export interface History {
  /** Beats per bar of the pulse. */
  readonly barLength: number;
  /** The pulse tells where bars begin and how long they are. */
  readonly hasMetadata: boolean;
  readonly settings: AggregatorSettings;
  readonly entries: readonly Entry[];
}

interface PulseOptions {
  readonly barLength: number;
  readonly hasMetadata: boolean;
  readonly firstBeat: number;
  readonly deadlineStepMs: number;
  /** Agents sign their claims. */
  readonly isSigned: boolean;
}

const START_MS = 1_800_000_000_000;
export interface HistoryOptions {
  /** Most steps that are drawn. */
  readonly steps: number;
  /** The pulse goes on for ever: frames are lost, doubled and overtaken, but none is stray. Default false. */
  readonly isCalm?: boolean;
  /** Low limits are drawn, too. Default true. */
  readonly hasLimits?: boolean;
}

/** Any history that an Aggregator may meet. */
export function histories({
  steps,
  isCalm = false,
  hasLimits = true,
}: HistoryOptions): fc.Arbitrary<History> {
  const limits = fc.record({
    agentsPerWindow: fc.integer({ min: 1, max: 5 }),
    tasksPerAgent: fc.integer({ min: 1, max: 3 }),
    dependenciesPerClaim: fc.integer({ min: 1, max: 3 }),
    fingerprintsPerAgent: fc.integer({ min: 1, max: 4 }),
    heldClaims: fc.integer({ min: 0, max: 5 }),
  });
  return fc
    .record({
      barLength: fc.integer({ min: 1, max: 6 }),
      leadBeats: maybe(fc.nat({ max: 6 })),
      leapBeats: isCalm ? fc.constant(undefined) : maybe(fc.constantFrom(1, 5, 50)),
      rotationRequired: fc.boolean(),
      limits: hasLimits ? maybe(limits) : fc.constant(undefined),
      pulse: fc.record({
        barLength: fc.integer({ min: 1, max: 9 }),
        hasMetadata: fc.boolean(),
        firstBeat: fc.constantFrom(1, 0, 3, 1_000_000_000_000),
        deadlineStepMs: fc.constantFrom(1, 1_000, 100_000),
        isSigned: fc.boolean(),
      }),
      steps: stepsOf(steps, isCalm),
    })
    .map(({ pulse, steps: drawn, ...settings }) => ({
      ...pulse,
      settings: { clusterId: CLUSTER, ...given(settings) } as AggregatorSettings,
      entries: new Author(pulse).write(drawn),
    }));
}

interface SaidClaim {
  readonly claim: StatusClaim;
  readonly sequence: number;
}

/** State: the pulse and what is on its way, while a history is written. */
class Author {
  readonly #entries: Entry[] = [];
  readonly #options: PulseOptions;
  readonly #claims: SaidClaim[] = [];
  #sequence = 0;
  #delayed: { readonly frame: FrameEntry["frame"]; readonly afterBeats: number }[] = [];
  #beat: number;
  /** Of the last frame that was heard: agents hear the same. */
  #heardBeat = 0;
  #barFrom: number;
  #barBefore: number;
  #barLength: number;
  #nextBarLength: number;
  #bpm = 60;
  #nextBpm = 60;
  #epoch = 1;
  #nowMs = START_MS;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#beat = options.firstBeat - 1;
    this.#barFrom = options.firstBeat;
    this.#barBefore = options.firstBeat;
    this.#barLength = options.barLength;
    this.#nextBarLength = options.barLength;
  }

  write(steps: readonly Step[]): readonly Entry[] {
    for (const each of steps) this.#step(each);
    return this.#entries;
  }

  #step(step: Step): void {
    if (step.do === "beat") this.#tickOn(step);
    else if (step.do === "claim") this.#claim(step);
    else if (step.do === "repeat") this.#repeat(step.back);
    else if (step.do === "tick") this.#mark(step);
    else if (step.do === "refused")
      this.#entries.push({ kind: "refused", of: step.of, reason: "not-json", ...this.#place() });
    else if (step.do === "gap") this.#entries.push({ kind: "gap", gapMs: step.by, ...this.#place() });
    else if (step.do === "wait") this.#nowMs += step.by;
    else if (step.do === "leap") this.#leap(step.by);
    else if (step.do === "restart") this.#restart(step.at, step.epochs);
    else if (step.do === "stray") this.#stray(step.kind);
    else if (step.do === "tempo") this.#nextBpm = step.bpm;
    else if (step.do === "bars") this.#nextBarLength = step.length;
  }

  #leap(beats: number): void {
    for (let passed = 0; passed < beats; passed += 1) this.#next();
  }

  #next(): void {
    this.#beat += 1;
    if (this.#beat < this.#barFrom + this.#barLength) return;
    this.#barBefore = this.#barFrom;
    this.#barFrom = this.#beat;
    this.#barLength = this.#nextBarLength;
    this.#bpm = this.#nextBpm;
  }

  #tickOn({ fate, delay }: Extract<Step, { do: "beat" }>): void {
    this.#next();
    this.#nowMs += 60_000 / this.#bpm;
    const frame = this.#frame(this.#beat);
    this.#delayed = this.#delayed.map((late) => ({ ...late, afterBeats: late.afterBeats - 1 }));
    if (fate !== "dropped") this.#delayed.push({ frame, afterBeats: delay });
    if (fate === "doubled") this.#delayed.push({ frame, afterBeats: (delay * 2) % 3 });
    for (const { frame: due, afterBeats } of this.#delayed)
      if (afterBeats <= 0) this.#hear(due, fate === "answered");
    this.#delayed = this.#delayed.filter(({ afterBeats }) => afterBeats > 0);
  }

  #hear(frame: FrameEntry["frame"], answered = false): void {
    this.#heardBeat = frame.beat_index;
    this.#entries.push({ kind: "frame", frame, answered, ...this.#place() });
  }

  #frame(beat: number, wish: { epoch?: number; cluster?: string; deadlineMs?: number } = {}) {
    const { deadlineStepMs, hasMetadata } = this.#options;
    const { epoch = this.#epoch, cluster = CLUSTER, deadlineMs = this.#nowMs + 60_000 / this.#bpm } = wish;
    const deadline = new Date(Math.ceil(deadlineMs / deadlineStepMs) * deadlineStepMs);
    const windowId = windowIdOf(CLUSTER, this.#barFrom);
    return {
      type: "backbeat.beatframe.v1" as const,
      cluster_id: cluster,
      beat_index: beat,
      downbeat: beat === this.#barFrom,
      phase: "plan" as const,
      hlc: "0000:0000:0000",
      deadline_at: deadline.toISOString(),
      tempo_bpm: this.#bpm,
      window_id: beat % 3 === 0 ? windowId.toUpperCase() : windowId,
      ...(hasMetadata ? { metadata: { epoch, bar_from: this.#barFrom, bar_length: this.#barLength } } : {}),
    };
  }

  #claim({ ahead, members: said, who }: Extract<Step, { do: "claim" }>): void {
    const claim = claimOf(`a${who}`, Math.max(0, this.#heardBeat + ahead), said);
    // Some are overtaken by those that were signed after them.
    const sequence = Math.max(1, this.#nextSequence() - (this.#claims.length % 3 === 0 ? 4 : 0));
    this.#claims.push({ claim, sequence });
    this.#add({ claim, sequence });
  }

  /** The same once more: of somebody who caught it, or signed anew by who sends it again. */
  #repeat(back: number): void {
    const said = this.#claims.at(-1 - back);
    if (said === undefined) return;
    this.#add(back % 2 === 0 ? said : { ...said, sequence: this.#nextSequence() });
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #add({ claim, sequence }: SaidClaim): void {
    const fingerprint = fingerprintOf(encodeClaim(claim));
    const signed = this.#options.isSigned ? { sequence } : {};
    this.#entries.push({ kind: "claim", claim, fingerprint, ...signed, ...this.#place() });
  }

  #mark({ bar, isUpper }: Extract<Step, { do: "tick" }>): void {
    const id = windowIdOf(CLUSTER, bar === "this" ? this.#barFrom : this.#barBefore);
    this.#entries.push({ kind: "tick", windowId: isUpper ? id.toUpperCase() : id, ...this.#place() });
  }

  #restart(at: number, epochs: number): void {
    this.#beat = at - 1;
    this.#barFrom = at;
    this.#epoch = Math.max(0, this.#epoch + epochs);
  }

  #stray(kind: "foreign" | "stale" | "huge" | "lower"): void {
    const beat = this.#beat + 1;
    if (kind === "foreign") this.#hear(this.#frame(beat, { cluster: "other" }));
    else if (kind === "stale") this.#hear(this.#frame(beat, { epoch: 0 }));
    else if (kind === "huge") this.#hear(this.#frame(1e15 + beat));
    else this.#hear(this.#frame(Math.max(0, beat - 3), { deadlineMs: START_MS }));
  }

  #place() {
    this.#nowMs += 7;
    return { seq: this.#entries.length + 1, timeMs: this.#nowMs };
  }
}
