/**
 * Whether a pulse may speak: not before it knows that its timeline is the cluster's (P1, P2).
 *
 * A pulse that starts, or whose link comes back, asks first: the others may have gone on without it. A timeline that
 * it has begun by itself, or could not carry on, is *provisional*: it is spoken only when the lease is ours, or when
 * it is known that there is no lease and nobody else.
 */
import { beginTimeline, type NewTimeline, resumeTimeline, type TimelineStart } from "../core/resume.ts";
import type { TakeUp } from "../core/shared-timeline.ts";
import { beatDurationMs } from "../core/tempo.ts";
import type { StoredTimeline } from "../core/timeline.ts";
import type { BackbeatError } from "../errors.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { prepareLeadMs } from "./beat-timer.ts";
import type { RunningTimeline } from "./running-timeline.ts";

/** Longest time that a pulse that knows its timeline asks before it goes on by itself; at most a beat. */
const ASKING_MAX_MS = 2_000;

export interface AccordParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly timeline: RunningTimeline;
  /** How the timeline started: unless it was carried on, nobody else knows it yet. */
  readonly started: TimelineStart["kind"];
  /** The timeline that this pulse had is lost, and the one that it began must not be spoken. */
  readonly lost?: BackbeatError | undefined;
  /** What a timeline is begun with where there is none. */
  readonly wanted: NewTimeline;
  /** The timeline goes on in another version. */
  readonly changed: () => void;
  /** The timeline is another one, which has nothing to do with the one before. */
  readonly restarted: () => void;
}

/** State: whether we are asking, and whether the timeline is provisional. */
export class Accord {
  readonly #parts: AccordParts;
  #started: TimelineStart["kind"];
  #lost: BackbeatError | undefined;
  #isAsking = true;
  #patience: Timer | undefined;

  constructor(parts: AccordParts) {
    this.#parts = parts;
    this.#started = parts.started;
    this.#lost = parts.lost;
  }

  get maySpeak(): boolean {
    return !this.isProvisional && !this.#isAsking;
  }

  get isProvisional(): boolean {
    return this.#started !== "continued";
  }

  /** Why the pulse cannot go on unless somebody tells it the timeline; undefined where it knows one, or may begin one. */
  get lost(): BackbeatError | undefined {
    return this.#lost;
  }

  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** Begins to ask; whoever knows its timeline goes on by itself when nobody has answered for a while. */
  ask(): void {
    const { clock, timeline } = this.#parts;
    this.#isAsking = true;
    this.#patience?.cancel();
    const beatMs = beatDurationMs(timeline.tempoTenthsAt(timeline.beatNow));
    this.#patience = clock.after(Math.min(ASKING_MAX_MS, beatMs), () => {
      this.#isAsking = false;
    });
  }

  /** Somebody who knows has answered. */
  answered(): void {
    this.#isAsking = false;
    this.#patience?.cancel();
  }

  /** The provisional timeline is the cluster's: it is stored in the lease, or nobody else can have one. */
  confirm(): void {
    this.#started = "continued";
    this.answered();
  }

  /** Takes up a timeline that another pulse or the lease store knows, whatever epoch a provisional one has. */
  adopt(stored: StoredTimeline): TakeUp {
    const { changed, timeline } = this.#parts;
    if (!this.isProvisional) {
      const result = timeline.shared.takeUp(stored, timeline.now);
      if (result === "taken-up") changed();
      if (result !== "stale") this.answered();
      return result;
    }
    this.#restartFrom(stored);
    return "taken-up";
  }

  /** As `adopt`, for a timeline that is heard to run: it needs no looking at the wall. */
  follow(stored: StoredTimeline): void {
    if (!this.isProvisional) return;
    this.#parts.timeline.restart(stored);
    this.#found();
    this.confirm();
    this.#parts.restarted();
  }

  /** A timeline that was begun here and never spoken begins at its first beat, now that it may be spoken. */
  beginNow(): void {
    if (this.#started !== "begun") return;
    const { restarted, timeline, wanted } = this.#parts;
    timeline.restart(beginTimeline(wanted, timeline.now.wallMs + this.#leadMs).timeline);
    restarted();
  }

  stop(): void {
    this.#patience?.cancel();
  }

  /** Carried on where the wall clock can be believed; else it stays provisional, at the index after its last one. */
  #restartFrom(stored: StoredTimeline): void {
    const { restarted, timeline } = this.#parts;
    const start = resumeTimeline(stored, timeline.now.wallMs + this.#leadMs);
    timeline.restart(start.timeline);
    this.#found();
    this.#started = start.kind;
    if (start.kind === "continued") this.confirm();
    restarted();
  }

  #found(): void {
    if (this.#lost === undefined) return;
    this.#lost = undefined;
    const { log, timeline } = this.#parts;
    const { epoch, lastBeat } = timeline.stored;
    log.warn("The lost timeline is known again: the cluster told it", { epoch, lastBeat });
  }

  get #leadMs(): number {
    const { timeline } = this.#parts;
    return prepareLeadMs(timeline.tempoTenthsAt(timeline.beatNow));
  }
}
