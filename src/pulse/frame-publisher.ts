/**
 * Publishes frames, and repeats one that no journal acknowledged until the next is due: a stream of several servers
 * may be without a leader for 8 s (BACKBEAT-REQ-002).
 *
 * Only the newest frame is ever waited for. A journal is believed to be there once it has acknowledged anything.
 */
import { beatDurationMs } from "../core/tempo.ts";
import type { Bus, BusMessage, BusSubscription, Clock, Timer } from "../ports.ts";

/** Between two tries, at most; a fast beat is tried four times. */
const REPEAT_MS = 1_000;
const REPEAT_BEATS = 1 / 4;

/** A journal that acknowledged nothing for so long is gone for good, and its frames are not repeated for ever. */
const JOURNAL_GONE_MS = 60_000;

/** State: the newest frame, whether it was acknowledged, and when anything was. */
export class FramePublisher {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #subject: string;
  readonly #inbox: string;
  readonly #acks: BusSubscription;
  #beat = 0;
  #ackedBeat = 0;
  #ackedAtMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #repeated = 0;

  constructor(subject: string, { bus, clock }: { readonly bus: Bus; readonly clock: Clock }) {
    this.#bus = bus;
    this.#clock = clock;
    this.#subject = subject;
    this.#inbox = bus.inbox();
    this.#acks = bus.subscribe(`${this.#inbox}.*`, (message) => this.#hear(message));
  }

  /** How often a frame was published again. */
  get repeated(): number {
    return this.#repeated;
  }

  /** As `Bus.publish`; `tempoTenths` says when the next beat is due. */
  publish(beat: number, frame: Uint8Array, tempoTenths: number): boolean {
    this.#timer?.cancel();
    this.#beat = beat;
    if (!this.#send(beat, frame)) return false;
    const beatMs = beatDurationMs(tempoTenths);
    this.#repeatIn(Math.min(REPEAT_MS, beatMs * REPEAT_BEATS), {
      frame,
      untilMs: this.#clock.monotonicMs() + beatMs,
    });
    return true;
  }

  /** Another beat is due: what was not acknowledged is late now. */
  giveUp(): void {
    this.#timer?.cancel();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#acks.unsubscribe();
  }

  #send(beat: number, frame: Uint8Array): boolean {
    return this.#bus.publish(this.#subject, frame, { replyTo: `${this.#inbox}.${beat}` });
  }

  #repeatIn(delayMs: number, options: { readonly frame: Uint8Array; readonly untilMs: number }): void {
    const beat = this.#beat;
    this.#timer = this.#clock.after(delayMs, () => {
      const nowMs = this.#clock.monotonicMs();
      const hasJournal = nowMs - this.#ackedAtMs < JOURNAL_GONE_MS;
      if (!hasJournal || this.#ackedBeat >= beat || nowMs + delayMs >= options.untilMs) return;
      if (this.#send(beat, options.frame)) this.#repeated += 1;
      this.#repeatIn(delayMs, options);
    });
  }

  #hear({ data, subject }: BusMessage): void {
    const beat = Number(subject.slice(this.#inbox.length + 1));
    if (!Number.isSafeInteger(beat) || !isStored(data)) return;
    this.#ackedBeat = Math.max(beat, this.#ackedBeat);
    this.#ackedAtMs = this.#clock.monotonicMs();
  }
}

/** Whether an answer is a stream's acknowledgement; "nobody is there" and refusals are none. */
function isStored(body: Uint8Array): boolean {
  try {
    const read = JSON.parse(new TextDecoder().decode(body)) as { readonly seq?: unknown } | null;
    return typeof read?.seq === "number" && read.seq > 0;
  } catch {
    return false;
  }
}
