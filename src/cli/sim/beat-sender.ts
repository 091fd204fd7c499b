/**
 * The claims of one beat, spread over it: each agent has its own moment, as agents in life have.
 *
 * A beat's claims go out within its first four fifths; what its end leaves over is skipped and counted, so a
 * machine that is too slow falls behind in numbers and not in time. No more than a slice at once, so that frames
 * are read in between.
 */
import { formatHlc, type HybridClock, nodeHashOf } from "../../core/hlc.ts";
import type { Clock, Timer } from "../../ports.ts";
import type { Player } from "../../sim/fleet.ts";
import type { BeatRecord } from "./beat-record.ts";
import type { Delivery } from "./delivery.ts";

/** Part of a beat in which its claims go out: deadlines are at its end. */
const SPREAD_PART = 0.8;

/** Agents in a slice: some ten milliseconds of work. */
const SLICE_AGENTS_MAX = 1_000;

/** Slices are not closer to each other than a timer can tell apart. */
const SLICE_MIN_MS = 5;

export interface BeatSenderParts {
  readonly fleet: readonly Player[];
  readonly delivery: Delivery;
  readonly clock: Clock;
  readonly hlc: HybridClock;
  /** Hears of a beat whose last claim has left. */
  readonly onSent: () => void;
  /** Hears what went wrong, once; then nothing more is sent. */
  readonly onFailure: (error: unknown) => void;
}

/** A beat that is to be sent. */
export interface BeatToSend {
  readonly record: BeatRecord;
  /** When it was due and when the next one is, monotonic ms. */
  readonly dueMs: number;
  readonly nextDueMs: number;
}

/** State: the beat that is being sent, and how many agents had their turn. */
export class BeatSender {
  readonly #parts: BeatSenderParts;
  readonly #nodes: Uint16Array;
  #sending: BeatToSend | undefined;
  #beganMs = 0;
  #at = 0;
  #timer: Timer | undefined;

  constructor(parts: BeatSenderParts) {
    this.#parts = parts;
    this.#nodes = Uint16Array.from(parts.fleet, ({ agentId }) => nodeHashOf(agentId));
  }

  /** Begins a beat; whatever is left of the one before is skipped. With `skip` all of it is. */
  begin(beat: BeatToSend, skip = false): void {
    this.skipRest();
    this.#sending = beat;
    this.#beganMs = this.#parts.clock.monotonicMs();
    this.#at = 0;
    this.#parts.delivery.begin(beat.record);
    if (skip) this.skipRest();
    else this.#sendSlice();
  }

  /** Ends the beat before all agents had their turn: counts what they would have claimed. */
  skipRest(): void {
    if (this.#sending === undefined) return;
    this.#attempt(() => this.#sendTo(this.#parts.fleet.length, true));
  }

  /** Sends nothing more; who had no turn claims nothing. */
  stop(): void {
    this.#timer?.cancel();
    this.#sending = undefined;
  }

  #sendSlice(): void {
    this.#attempt(() => this.#sendTo(Math.min(this.#dueAgents(), this.#at + SLICE_AGENTS_MAX), false));
    const beat = this.#sending;
    if (beat === undefined) return;
    const { clock, fleet } = this.#parts;
    const turnMs = this.#beganMs + (this.#spreadMs(beat) * this.#at) / fleet.length;
    const isLate = this.#at < this.#dueAgents();
    const delayMs = isLate ? 0 : Math.max(SLICE_MIN_MS, turnMs - clock.monotonicMs());
    this.#timer = clock.after(delayMs, () => this.#sendSlice());
  }

  #sendTo(end: number, skip: boolean): void {
    const { delivery, fleet, onSent } = this.#parts;
    const record = this.#sending?.record;
    if (record === undefined) return;
    for (; this.#at < end; this.#at += 1) {
      const drafts = fleet[this.#at]?.claims(record.beat) ?? [];
      if (drafts.length === 0) record.silent += 1;
      for (const draft of drafts)
        delivery.take({ type: "backbeat.statusclaim.v1", ...draft, hlc: this.#hlcOf(this.#at) }, skip);
    }
    if (this.#at < fleet.length) return;
    this.stop();
    onSent();
  }

  /** How many agents should have had their turn by now; the first at once. */
  #dueAgents(): number {
    const { clock, fleet } = this.#parts;
    if (this.#sending === undefined) return 0;
    const passedMs = clock.monotonicMs() - this.#beganMs;
    const spreadMs = this.#spreadMs(this.#sending);
    if (passedMs >= spreadMs) return fleet.length;
    return Math.min(fleet.length, 1 + Math.floor((passedMs / spreadMs) * fleet.length));
  }

  /** What is left of the beat's first four fifths when it began; a frame may have come late. */
  #spreadMs({ dueMs, nextDueMs }: BeatToSend): number {
    return dueMs + SPREAD_PART * (nextDueMs - dueMs) - this.#beganMs;
  }

  #hlcOf(place: number): string {
    const { clock, hlc } = this.#parts;
    return formatHlc({ ...hlc.tick(clock.wallMs()), node: this.#nodes[place] ?? 0 });
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.stop();
      this.#parts.onFailure(error);
    }
  }
}
