/**
 * The way of a message into the core: read, give it its place and time, take the bars that it closed.
 *
 * In core mode the place is a counter and the time our own wall clock. A link that was lost is an entry too:
 * claims may be missing, and the report must say so.
 */

import type { Decoder } from "../contracts/decode.ts";
import { Refusal } from "../contracts/decode.ts";
import type { Aggregator } from "../core/aggregator.ts";
import { claimGuard } from "../core/claim-guard.ts";
import { ClaimReader } from "../core/claim-reader.ts";
import type { BusMessage, Timer } from "../ports.ts";
import type { BarLengthWatch } from "./bar-length-watch.ts";
import type { OtherReporters } from "./other-reporters.ts";
import type { OutgoingReports } from "./outgoing-reports.ts";
import type { ReverbParts } from "./parts.ts";
import { graceMsFor } from "./settings.ts";

/** How long the newest frame is waited for; who does not answer by then has none, and the next beat will tell. */
const NOW_TIMEOUT_MS = 1_000;

const EMPTY_BODY = new Uint8Array(0);

export interface IntakeParts extends ReverbParts {
  readonly decoder: Decoder;
  readonly aggregator: Aggregator;
  readonly outgoing: OutgoingReports;
  readonly others: OtherReporters;
  readonly barLength: BarLengthWatch;
}

/** State: the place of the last entry, the tick that is due, and how long the link was down. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #claims: ClaimReader;
  #seq = 0;
  #tick: Timer | undefined;
  /** The bar that waits for its tick, and when the frame was read that showed it to be over. */
  #over: { readonly windowId: string; readonly sinceMs: number } | undefined;
  #newestFrameAtMs: number | undefined;
  #linkLostAtMs: number | undefined;
  #gaps = 0;
  #gapMs = 0;
  #isStopped = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#claims = new ClaimReader({
      decoder: parts.decoder,
      guard: claimGuard(parts.settings.signatures),
    });
  }

  /** When the newest frame of the line was read, on the monotonic clock; undefined before the first. */
  get newestFrameAtMs(): number | undefined {
    return this.#newestFrameAtMs;
  }

  /** Place of the last entry. */
  get seq(): number {
    return this.#seq;
  }

  /** Since when the link is down; undefined while it is up. */
  get linkLostAtMs(): number | undefined {
    return this.#linkLostAtMs;
  }

  /** How often the link was lost, and for how long in all. */
  get gaps(): { readonly count: number; readonly totalMs: number } {
    return { count: this.#gaps, totalMs: this.#gapMs };
  }

  /** A message on the status subject. The hot path: nothing here that is not needed. */
  claim(message: BusMessage): void {
    const { aggregator, ports } = this.#parts;
    this.#seq += 1;
    aggregator.apply(this.#claims.read(message, { seq: this.#seq, timeMs: ports.clock.wallMs() }));
  }

  /** A message on the beat subject; `answered` when we asked for it. */
  frame(message: BusMessage, answered = false): void {
    const { aggregator, decoder, ports } = this.#parts;
    const frame = decoder.frame(message.data);
    const timeMs = ports.clock.wallMs();
    this.#seq += 1;
    if (frame instanceof Refusal) {
      aggregator.apply({ kind: "refused", of: "frame", reason: frame.reason, seq: this.#seq, timeMs });
      return;
    }
    const startedAtMs = ports.clock.monotonicMs();
    const outcome = aggregator.apply({ kind: "frame", frame, answered, seq: this.#seq, timeMs });
    if (outcome !== "advanced" && outcome !== "opened") return;
    this.#newestFrameAtMs = startedAtMs;
    this.#deliver(startedAtMs);
    if (outcome === "opened") this.#scheduleTick(startedAtMs, frame.tempo_bpm);
    this.#parts.barLength.hear(aggregator.barLength);
    this.#parts.live.timeMoved({ aggregator, seq: this.#seq, cameMsAgo: 0 });
  }

  linkLost(): void {
    this.#linkLostAtMs ??= this.#parts.ports.clock.monotonicMs();
  }

  /** The link is there, for the first time or again: notes the gap, sends what waits, asks where the beat is. */
  async linkRestored(): Promise<void> {
    if (this.#linkLostAtMs !== undefined) this.#noteGap(this.#linkLostAtMs);
    this.#linkLostAtMs = undefined;
    const { outgoing, ports, settings } = this.#parts;
    void outgoing.send();
    const answer = await ports.bus.request(settings.subjects.now, EMPTY_BODY, NOW_TIMEOUT_MS);
    if (answer !== undefined && !this.#isStopped) this.frame(answer, true);
  }

  /** A bar that is over is closed now, not after its grace; open bars are not reported. */
  stop(): void {
    this.#isStopped = true;
    this.#closeDue();
  }

  #noteGap(lostAtMs: number): void {
    const { aggregator, ports } = this.#parts;
    const gapMs = ports.clock.monotonicMs() - lostAtMs;
    this.#gaps += 1;
    this.#gapMs += gapMs;
    this.#seq += 1;
    aggregator.apply({ kind: "gap", gapMs, seq: this.#seq, timeMs: ports.clock.wallMs() });
  }

  #scheduleTick(sinceMs: number, tempoBpm: number): void {
    const { aggregator, ports, settings } = this.#parts;
    this.#tick?.cancel();
    const windowId = aggregator.closingWindowId;
    this.#over = windowId === undefined ? undefined : { windowId, sinceMs };
    if (windowId === undefined) return;
    this.#tick = ports.clock.after(graceMsFor(60_000 / tempoBpm, settings.graceMs), () => this.#closeDue());
  }

  /** Grace is over: the tick of core mode. */
  #closeDue(): void {
    const { aggregator, ports } = this.#parts;
    this.#tick?.cancel();
    this.#tick = undefined;
    const windowId = aggregator.closingWindowId;
    if (windowId === undefined) return;
    const startedAtMs = ports.clock.monotonicMs();
    this.#seq += 1;
    aggregator.apply({ kind: "tick", windowId, seq: this.#seq, timeMs: ports.clock.wallMs() });
    this.#deliver(startedAtMs);
  }

  /** Hands out the bars that the last entry closed. */
  #deliver(startedAtMs: number): void {
    const { aggregator, others, outgoing, ports, retained } = this.#parts;
    const closed = aggregator.takeClosed();
    if (closed.length === 0) return;
    const nowMs = ports.clock.monotonicMs();
    ports.metrics.observe("close_seconds", (nowMs - startedAtMs) / 1_000);
    for (const detail of closed) {
      retained.add(detail, nowMs);
      const overAtMs = this.#over?.windowId === detail.windowId ? this.#over.sinceMs : startedAtMs;
      others.offer(detail.windowId, () => outgoing.add(detail, overAtMs));
    }
  }
}
