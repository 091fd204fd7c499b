/**
 * Frames as they come: from the subject of beats, and one that is asked for whenever the link comes up, and until
 * the first was heard.
 *
 * Bad frames and those of another cluster change nothing; they are counted and said at a bounded rate.
 */
import { createDecoder } from "../contracts/decode.ts";
import { Refusal } from "../contracts/refusal.ts";
import type { FrameEntry } from "../core/entry.ts";
import { RareLine } from "../nats/rare-line.ts";
import type { Bus, BusSubscription, Clock, Log, Timer } from "../ports.ts";

/** A pulse answers from memory: one that has not by then is not there, or the next frame is sooner. */
const ANSWER_TIMEOUT_MS = 1_000;

/**
 * Where nobody answered and nothing was heard: a pulse may be coming back from the same outage as we are. Each wait is
 * twice the one before, so that a fleet without a pulse does not ask without end.
 */
const ASK_AGAIN_FIRST_MS = 500;
const ASK_AGAIN_MAX_MS = 30_000;

/** A foreign sender may publish without end. */
const REFUSED_LINE_MS = 10_000;

const NOTHING = new Uint8Array(0);

export interface FrameSourceParts {
  readonly clusterId: string;
  readonly subjects: { readonly beat: string; readonly now: string };
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly take: (entry: FrameEntry) => void;
}

/** State: the subscriptions, and what was refused. */
export class FrameSource {
  readonly #parts: FrameSourceParts;
  readonly #decoder = createDecoder();
  readonly #line: RareLine;
  readonly #subscriptions: readonly BusSubscription[];
  #askAgain: Timer | undefined;
  #askAgainMs = ASK_AGAIN_FIRST_MS;
  /** Of the frames that were taken. */
  #sequence = 0;
  #refused = 0;
  #whyRefused: string | undefined;
  #stopped = false;

  constructor(parts: FrameSourceParts) {
    const { bus, clock, subjects } = parts;
    this.#parts = parts;
    this.#line = new RareLine(REFUSED_LINE_MS, () => clock.monotonicMs());
    this.#subscriptions = [
      bus.subscribe(subjects.beat, ({ data }) => this.#hear(data, false)),
      bus.onLink((link) => {
        if (link === "restored") void this.#ask();
      }),
    ];
    if (bus.connected) void this.#ask();
  }

  /** Why the last frame that was refused was refused, and how many were; undefined while all were good. */
  get refused(): { readonly count: number; readonly why: string } | undefined {
    return this.#whyRefused === undefined ? undefined : { count: this.#refused, why: this.#whyRefused };
  }

  stop(): void {
    this.#stopped = true;
    this.#askAgain?.cancel();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  async #ask(): Promise<void> {
    if (this.#stopped) return;
    this.#askAgain?.cancel();
    const { bus, subjects } = this.#parts;
    const answer = await bus.request(subjects.now, NOTHING, ANSWER_TIMEOUT_MS);
    if (answer !== undefined) this.#hear(answer.data, true);
    else if (this.#sequence === 0 && bus.connected) this.#askLater();
  }

  #askLater(): void {
    if (this.#stopped) return;
    this.#askAgain?.cancel();
    this.#askAgain = this.#parts.clock.after(this.#askAgainMs, () => void this.#ask());
    this.#askAgainMs = Math.min(2 * this.#askAgainMs, ASK_AGAIN_MAX_MS);
  }

  #hear(data: Uint8Array, answered: boolean): void {
    if (this.#stopped) return;
    const { clusterId, clock, take } = this.#parts;
    const frame = this.#decoder.frame(data);
    if (frame instanceof Refusal) {
      this.#refuse(`${frame.member || "it"} ${frame.text}`);
      return;
    }
    if (frame.cluster_id !== clusterId) {
      this.#refuse(`it is of cluster ${frame.cluster_id}`);
      return;
    }
    this.#sequence += 1;
    this.#askAgain?.cancel();
    const entry: FrameEntry = { kind: "frame", frame, seq: this.#sequence, timeMs: clock.wallMs() };
    take(answered ? { ...entry, answered } : entry);
  }

  #refuse(why: string): void {
    this.#refused += 1;
    this.#whyRefused = why;
    this.#line.say((keptBack) =>
      this.#parts.log.warn(`A frame on ${this.#parts.subjects.beat} was refused: ${why}`, { keptBack }),
    );
  }
}
