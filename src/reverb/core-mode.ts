/**
 * Core mode: plain NATS, best effort.
 *
 * Frames and claims come over one connection and so in one order; the sequence is their arrival, the tick of a bar
 * comes from a timer. What is lost with the link is lost, and the reports say so.
 */
import { createDecoder } from "../contracts/decode.ts";
import { Aggregator } from "../core/aggregator.ts";
import type { BusSubscription } from "../ports.ts";
import { notReady } from "./alarms.ts";
import { BarLengthWatch } from "./bar-length-watch.ts";
import { Intake } from "./intake.ts";
import type { ModeCounts, RaisedAlarm, ReverbMode } from "./mode.ts";
import { OtherReporters } from "./other-reporters.ts";
import { OutgoingReports } from "./outgoing-reports.ts";
import type { ReverbParts } from "./parts.ts";
import { decoderOptions } from "./settings.ts";
import type { Readiness } from "./view.ts";

/** Why core mode promises no more. */
export const CORE_MODE_REASON =
  "core mode keeps nothing; it needs JetStream for this account, and --journal auto or on";

/** In core mode a report travels without any. */
const NO_HEADERS = {};

/** Runs from its creation on. */
export class CoreMode implements ReverbMode {
  readonly name = "core";
  readonly durability = "best-effort";
  readonly durabilityReason = CORE_MODE_REASON;
  readonly decoder;
  readonly aggregator: Aggregator;
  readonly #parts: ReverbParts;
  readonly #outgoing: OutgoingReports;
  readonly #others: OtherReporters;
  readonly #intake: Intake;
  readonly #barLength: BarLengthWatch;
  readonly #subscriptions: readonly BusSubscription[];
  /** The server was heard after the subscriptions were made, so that what is published from now on is not missed. */
  #isSubscribed = false;

  constructor(parts: ReverbParts) {
    const { ports, settings } = parts;
    this.#parts = parts;
    this.decoder = createDecoder(decoderOptions(settings));
    this.aggregator = new Aggregator(settings);
    const others = new OtherReporters({
      ...ports,
      beatMs: () => this.aggregator.newest?.beatDurationMs ?? 0,
    });
    this.#others = others;
    this.#outgoing = new OutgoingReports(settings.subjects.reverb, {
      ...ports,
      onSending: (windowId) => others.sending(windowId),
      onPublished: (detail) => parts.live.reported(detail, NO_HEADERS),
    });
    this.#barLength = new BarLengthWatch(settings.barLength, ports.clock);
    const intake = new Intake({
      ...parts,
      decoder: this.decoder,
      aggregator: this.aggregator,
      outgoing: this.#outgoing,
      others,
      barLength: this.#barLength,
    });
    this.#intake = intake;
    this.#subscriptions = [
      ports.bus.subscribe(settings.subjects.beat, (message) => intake.frame(message)),
      ports.bus.subscribe(settings.subjects.status, (message) => intake.claim(message)),
      ports.bus.subscribe(settings.subjects.reverb, (message) => others.hear(message)),
    ];
    ports.bus.onLink((link) => {
      if (link === "lost") intake.linkLost();
      else this.#linkRestored();
    });
    if (ports.bus.connected) this.#linkRestored();
    ports.log.info(
      `reverb listens for cluster ${settings.clusterId}, best-effort: plain NATS keeps nothing`,
      {
        subjects: settings.subjects,
      },
    );
  }

  get newestFrameAtMs(): number | undefined {
    return this.#intake.newestFrameAtMs;
  }

  get seq(): number {
    return this.#intake.seq;
  }

  get counts(): ModeCounts {
    const { count, totalMs } = this.#intake.gaps;
    const { dropped, published } = this.#outgoing;
    return {
      reportsPublished: published,
      reportsDropped: dropped,
      reportsWithheld: this.#others.withheld,
      gaps: count,
      gapMs: totalMs,
    };
  }

  readiness(): Readiness {
    if (!this.#isSubscribed) return notReady("the server is asked for beats and claims");
    return this.#others.readiness() ?? { ready: true };
  }

  alarms(): readonly RaisedAlarm[] {
    const alarms: RaisedAlarm[] = [];
    const { linkLostAtMs } = this.#intake;
    if (linkLostAtMs !== undefined)
      alarms.push({
        name: "link-lost",
        text: "NATS is not connected: claims may be missed",
        sinceMonotonicMs: linkLostAtMs,
      });
    const { waiting, waitingSinceMs } = this.#outgoing;
    if (waitingSinceMs !== undefined && !this.#parts.ports.bus.connected)
      alarms.push({
        name: "report-unsent",
        text: `${waiting} reports wait for the link`,
        sinceMonotonicMs: waitingSinceMs,
      });
    return [...alarms, ...this.#barLength.alarms(), ...this.#others.alarms()];
  }

  #linkRestored(): void {
    void this.#intake.linkRestored();
    this.#parts.ports.bus.flush().then(
      () => {
        this.#isSubscribed = true;
      },
      // The link is lost again; the next one is asked.
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#others.stop();
    this.#intake.stop();
    await this.#outgoing.send();
  }
}
