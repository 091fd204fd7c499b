/**
 * Pulses that run with our node id: heard by their presence, told to the operator, and reason to end for whichever
 * began later (BACKBEAT-REQ-001; P1). Until it ends it stands behind all others, so that no beat leaves twice.
 */
import type { Presence } from "../contracts/presence.ts";
import { DuplicateAlarm } from "../core/duplicate-alarm.ts";
import { DuplicateNodes } from "../core/duplicate-nodes.ts";
import { beatAt } from "../core/timeline.ts";
import type { BackbeatError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { Accord } from "./accord.ts";
import type { RunningTimeline } from "./running-timeline.ts";

export interface DuplicatePulsesParts {
  readonly nodeId: string;
  readonly boot: string;
  readonly clock: Clock;
  readonly timeline: RunningTimeline;
  readonly accord: Accord;
  /** Hears once why we cannot go on. */
  readonly failed?: ((error: BackbeatError) => void) | undefined;
}

/** State: where we began, and who else has our node id. */
export class DuplicatePulses {
  readonly #parts: DuplicatePulsesParts;
  readonly #nodes: DuplicateNodes;
  readonly #alarm: DuplicateAlarm;
  readonly #startedMs: number;
  #isSettled = false;

  constructor(parts: DuplicatePulsesParts) {
    this.#parts = parts;
    this.#alarm = new DuplicateAlarm({ nodeId: parts.nodeId, service: "pulse", periods: "beats" });
    this.#nodes = new DuplicateNodes(parts.boot);
    this.#startedMs = parts.clock.monotonicMs();
  }

  /** The beat at which this run began, as said to others; undefined while we know no timeline. */
  get sinceBeat(): number | undefined {
    return this.#nodes.since;
  }

  /** How many pulses with our node id began before us. */
  get elders(): number {
    return this.#nodes.elders;
  }

  /** A presence with our node id and another boot id. True: this pulse was not known. */
  hear({ boot, leaving, since_beat: since, timeline: theirs }: Presence): boolean {
    this.#settle();
    if (leaving) this.#nodes.leave(boot);
    const beat = theirs?.last_beat;
    const isNew = !leaving && this.#nodes.hear({ boot, since, sentAt: beat, period: beat }, this.#beatNow);
    this.#tell();
    return isNew;
  }

  /** To be called once a beat, before we say that we are there. */
  beatPassed(): void {
    this.#settle();
    this.#nodes.age(this.#beatNow);
    this.#tell();
  }

  /** What is to be said of another pulse; undefined while there is none. */
  get text(): string | undefined {
    return this.#alarm.standing?.text;
  }

  get #beatNow(): number {
    return Math.max(0, this.#parts.timeline.beatNow);
  }

  /**
   * Where we began: on the timeline that we know, until we may speak; from then on it stays, so that all compare the
   * same beat. A timeline that begins anew at lower indexes takes it down with it.
   */
  #settle(): void {
    const { accord, timeline } = this.#parts;
    if (this.#isSettled) this.#nodes.since = Math.min(this.#nodes.since ?? 0, this.#beatNow);
    else if (accord.isProvisional) this.#nodes.since = undefined;
    else this.#nodes.since = Math.max(0, beatAt(timeline.schedule, this.#startedMs));
    this.#isSettled ||= accord.maySpeak;
  }

  /** Whoever began later ends. */
  #tell(): void {
    const { clock, failed } = this.#parts;
    const end = this.#alarm.look(this.#nodes, clock.monotonicMs());
    if (end !== undefined) failed?.(end);
  }
}
