/**
 * Publishes frames, and repeats one that no journal acknowledged until the next is due: a stream of several servers
 * may be without a leader for 8 s (BACKBEAT-REQ-002).
 *
 * Only the newest frame is ever waited for. A journal is believed to be there once it has acknowledged anything. That it
 * refuses frames, or acknowledges none any more, is told: the beat goes on, but reverb does not read it.
 */
import { readStreamAck } from "../contracts/stream-ack.ts";
import { refusalWords } from "../contracts/stream-refusal.ts";
import { beatDurationMs } from "../core/tempo.ts";
import type { Bus, BusMessage, BusSubscription, Clock, Timer } from "../ports.ts";
import type { JournalTrouble } from "./alarms.ts";

/** Between two tries, at most; a fast beat is tried four times. */
const REPEAT_MS = 1_000;
const REPEAT_BEATS = 1 / 4;

/** A journal that acknowledged nothing for so long is gone for good, and its frames are not repeated for ever. */
const JOURNAL_GONE_MS = 60_000;

/** A journal that acknowledged frames before, and then none for so long, is silent; a stream of three replicas may be without a leader for 8 s. */
const SILENT_MS = 10_000;
const SILENT_BEATS = 3;

/** State: the newest frame, whether it was acknowledged, and when anything was. */
export class FramePublisher {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #subject: string;
  readonly #inbox: string;
  readonly #acks: BusSubscription;
  readonly #links: BusSubscription;
  #beat = 0;
  #ackedBeat = 0;
  #ackedAtMs = Number.NEGATIVE_INFINITY;
  /** When the first frame left that nothing was acknowledged after; undefined where the last one was. */
  #unackedSinceMs: number | undefined;
  #beatMs = 0;
  #timer: Timer | undefined;
  #repeated = 0;
  #refusal: string | undefined;
  #refused = 0;

  constructor(subject: string, { bus, clock }: { readonly bus: Bus; readonly clock: Clock }) {
    this.#bus = bus;
    this.#clock = clock;
    this.#subject = subject;
    this.#inbox = bus.inbox();
    // What went into a lost link says nothing of the journal.
    this.#links = bus.onLink(() => {
      this.#unackedSinceMs = undefined;
    });
    this.#acks = bus.subscribe(`${this.#inbox}.*`, (message) => this.#hear(message));
  }

  /** How often a frame was published again. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Answers that the journal does not store a frame. */
  get refused(): number {
    return this.#refused;
  }

  /** Why the journal does not store the frames of this pulse; undefined while it does, or none was ever there. */
  get trouble(): JournalTrouble | undefined {
    if (this.#refusal !== undefined)
      return { isRefused: true, text: `the journal does not store beats: ${this.#refusal}` };
    const silentMs = this.#clock.monotonicMs() - (this.#unackedSinceMs ?? Number.POSITIVE_INFINITY);
    if (silentMs < Math.max(SILENT_MS, SILENT_BEATS * this.#beatMs)) return undefined;
    return {
      isRefused: false,
      text: "the journal acknowledges no beat any more: do its JetStream servers run, do they have a majority, has their disk room? Their logs and `backbeat doctor` tell; restart the pulse if the journal was removed on purpose",
    };
  }

  /** Another pulse publishes: whether the journal stores its frames, it knows. */
  followed(): void {
    this.#works();
  }

  /** As `Bus.publish`; `tempoTenths` says when the next beat is due. */
  publish(beat: number, frame: Uint8Array, tempoTenths: number): boolean {
    this.#timer?.cancel();
    this.#beat = beat;
    if (!this.#send(beat, frame)) return false;
    const beatMs = beatDurationMs(tempoTenths);
    this.#beatMs = beatMs;
    if (Number.isFinite(this.#ackedAtMs)) this.#unackedSinceMs ??= this.#clock.monotonicMs();
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
    this.#links.unsubscribe();
  }

  #works(): void {
    this.#refusal = undefined;
    this.#unackedSinceMs = undefined;
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
    const ack = readStreamAck(data);
    if (!Number.isSafeInteger(beat) || ack === undefined || ack.kind === "nobody") return;
    if (ack.kind === "refused") {
      this.#refused += 1;
      this.#refusal = refusalWords(ack.refusal);
      return;
    }
    this.#works();
    this.#ackedBeat = Math.max(beat, this.#ackedBeat);
    this.#ackedAtMs = this.#clock.monotonicMs();
  }
}
