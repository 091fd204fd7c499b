/**
 * A simulated agent: on each beat it decides what it claims. A state machine that plays one score after another;
 * what it does depends on the fleet's settings, its place and the beats, and on nothing else.
 *
 * It reads no clock, sends nothing and knows no other agent but by name. Claims lack what their sender adds: the
 * type and the hybrid logical clock.
 */
import type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
import { agentIdAt, type FleetSettings } from "./fleet-settings.ts";
import { SeededRandom } from "./random.ts";
import { drawBeginning, drawScore, type Score, type Stretch } from "./score.ts";
import { standoffOf } from "./standoff.ts";

/** A claim as an agent means it. */
export type ClaimDraft = Omit<StatusClaim, "type" | "hlc">;

/** Beats that passed unheard are lived through in silence; of a longer gap only so many. */
const UNHEARD_BEATS_MAX = 100;

/** What an agent uses of a processor, in percent: from, to. */
const CPU_PERCENT: Readonly<Record<AgentState, readonly [number, number]>> = {
  idle: [0, 3],
  planning: [10, 40],
  executing: [45, 95],
  reviewing: [20, 50],
  completed: [1, 5],
  failed: [1, 5],
  blocked: [0, 5],
  helping: [20, 60],
};

const FAILURES = ["tests-red", "time-out", "merge-conflict", "out-of-memory"] as const;

const NOTHING_MORE: readonly Stretch[] = [];

/** State: the score and how far it is played. */
export class Actor {
  readonly agentId: string;
  readonly #settings: FleetSettings;
  readonly #place: number;
  readonly #random: SeededRandom;
  readonly #memoryMb: number;
  #score: Score;
  #tasks = 0;
  /** Stretch of the score, beats of it that are over, beats of work that are done. */
  #at = 0;
  #into = 0;
  #done = 0;
  #age = 0;
  #lastBeat: number | undefined;

  /** `place`: its place in the fleet, from 0. */
  constructor(settings: FleetSettings, place: number) {
    this.agentId = agentIdAt(settings, place);
    this.#settings = settings;
    this.#place = place;
    this.#random = new SeededRandom(settings.seed, place);
    this.#memoryMb = this.#random.integer(4, 64) * 32;
    this.#score = drawBeginning(this.#random, settings);
  }

  /** Lives through this beat, and first through those that it did not hear of; the claims of it, none in silence. */
  claims(beatIndex: number): readonly ClaimDraft[] {
    const unheard = this.#lastBeat === undefined ? 0 : beatIndex - this.#lastBeat - 1;
    // A timeline that began anew is lower: to the agent it is the next beat all the same.
    for (let beats = Math.min(unheard, UNHEARD_BEATS_MAX); beats > 0; beats -= 1) this.#live(beatIndex);
    this.#lastBeat = beatIndex;
    return this.#live(beatIndex);
  }

  #live(beatIndex: number): readonly ClaimDraft[] {
    const waitsFor = standoffOf(this.#settings, this.#place, this.#age);
    this.#age += 1;
    if (waitsFor !== undefined && this.#joinsStandoff())
      return this.#say({ state: "blocked", beats: 1, isWork: false, other: waitsFor }, beatIndex);
    const stretch = this.#stretch;
    if (stretch.isWork) this.#done += 1;
    const claims = stretch.silence === undefined ? this.#say(stretch, beatIndex) : [];
    this.#into += 1;
    this.#moveOn();
    return claims;
  }

  /** Silence stays silence and an outcome is told first; who rests turns to its next task and is stuck in it. */
  #joinsStandoff(): boolean {
    const { silence, state } = this.#stretch;
    if (silence !== undefined || state === "completed" || state === "failed") return false;
    if (state === "idle") this.#beginTask();
    return true;
  }

  get #stretch(): Stretch {
    const stretch = this.#score.stretches[this.#at];
    if (stretch === undefined) throw new RangeError("a score was played beyond its end");
    return stretch;
  }

  #moveOn(): void {
    if (this.#into < this.#stretch.beats) return;
    this.#into = 0;
    this.#at += 1;
    if (this.#at === this.#score.stretches.length) this.#beginTask();
  }

  #beginTask(): void {
    const owner = { settings: this.#settings, place: this.#place, tasksBefore: this.#tasks };
    this.#score = drawScore(this.#random, owner);
    this.#tasks += 1;
    this.#at = 0;
    this.#into = 0;
    this.#done = 0;
  }

  #say(stretch: Stretch, beatIndex: number): readonly ClaimDraft[] {
    const count = this.#settings.claimsPerBeat;
    return Array.from({ length: count }, (_, index) =>
      this.#claim(stretch, { beatIndex, beatPart: (index + 1) / count }),
    );
  }

  #claim(stretch: Stretch, moment: { readonly beatIndex: number; readonly beatPart: number }): ClaimDraft {
    const { other, state } = stretch;
    const otherId = other === undefined ? undefined : agentIdAt(this.#settings, other);
    const metadata = this.#metadata(stretch, moment.beatIndex);
    return {
      agent_id: this.agentId,
      ...(state === "idle" ? {} : { task_id: this.#score.taskId }),
      beat_index: moment.beatIndex,
      state,
      ...this.#progress(stretch, moment.beatPart),
      ...(state === "blocked" ? { notes: `waiting for ${otherId ?? "something outside"}` } : {}),
      resources: this.#resources(state),
      ...(otherId === undefined ? {} : { dependencies: [otherId] }),
      ...(metadata === undefined ? {} : { metadata }),
    };
  }

  /** How far the task is. The beat of a stretch that works is counted when its claim is made, by its part. */
  #progress(stretch: Stretch, beatPart: number): Pick<StatusClaim, "beats_left" | "progress"> {
    const { workBeats } = this.#score;
    if (stretch.state === "idle") return {};
    if (stretch.state === "completed") return { beats_left: 0, progress: 1 };
    if (stretch.state === "failed") return { progress: thousandths((this.#done - 1) / workBeats) };
    const done = stretch.isWork ? this.#done - 1 + beatPart : this.#done;
    return { beats_left: Math.ceil(workBeats - done), progress: thousandths(done / workBeats) };
  }

  #resources(state: AgentState): NonNullable<StatusClaim["resources"]> {
    const [from, to] = CPU_PERCENT[state];
    return { cpu_percent: this.#random.integer(from, to), memory_mb: this.#memoryMb };
  }

  #metadata(stretch: Stretch, beatIndex: number): NonNullable<StatusClaim["metadata"]> | undefined {
    if (stretch.state === "failed") return { error_code: this.#random.pick(FAILURES) };
    const isLastBeat = this.#stretch === stretch && this.#into + 1 === stretch.beats;
    const next = (isLastBeat ? this.#score.stretches : NOTHING_MORE)[this.#at + 1];
    return next?.silence === "announced" ? { next_beat: beatIndex + 1 + next.beats } : undefined;
  }
}

function thousandths(part: number): number {
  return Math.round(part * 1_000) / 1_000;
}
