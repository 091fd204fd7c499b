/**
 * Reverb, top to bottom: messages in, one report per bar out (BACKBEAT-REQ-020, 021; PER-002).
 *
 *   message ──► decode ──► aggregator (bars & windows) ──► report ──► retain · publish
 *
 * Core mode: frames and claims come over one connection and so in one order; the sequence is their arrival, the
 * tick of a bar comes from a timer. Nothing waits on the way: closing is a computation, publishing and HTTP
 * happen beside intake. Per claim there is no log line, no metric call and no timer.
 */
import { createDecoder } from "../contracts/decode.ts";
import { Aggregator } from "../core/aggregator.ts";
import { Intake } from "./intake.ts";
import { OutgoingReports } from "./outgoing-reports.ts";
import type { ReverbPorts } from "./parts.ts";
import { RetainedBars } from "./retained-bars.ts";
import { createReverbView } from "./reverb-view.ts";
import { DEFAULT_WINDOW_TTL_SECONDS, DEFAULT_WINDOWS_RETAINED_MAX, type ReverbSettings } from "./settings.ts";
import type { ReverbView } from "./view.ts";

export interface Reverb {
  readonly view: ReverbView;
  /** Stops intake, delivers what is due, forgets open bars. Does not close the bus. Never rejects. */
  stop(): Promise<void>;
}

/** Starts reverb on a bus that may still be connecting. */
export function runReverb(settings: ReverbSettings, ports: ReverbPorts): Reverb {
  const { bus, log } = ports;
  const decoder = createDecoder({
    mode: settings.readingMode ?? "lenient",
    ...(settings.bodyBytesMax === undefined ? {} : { bodyBytesMax: settings.bodyBytesMax }),
  });
  const aggregator = new Aggregator(settings);
  const outgoing = new OutgoingReports(settings.subjects.reverb, ports);
  const retained = new RetainedBars({
    barsMax: settings.windowsRetainedMax ?? DEFAULT_WINDOWS_RETAINED_MAX,
    ttlMs: (settings.windowTtlSeconds ?? DEFAULT_WINDOW_TTL_SECONDS) * 1_000,
  });
  const parts = { settings, ports, decoder, aggregator, outgoing, retained };
  const intake = new Intake(parts);
  const view = createReverbView({ ...parts, intake });

  const subscriptions = [
    bus.subscribe(settings.subjects.beat, (message) => intake.frame(message)),
    bus.subscribe(settings.subjects.status, (message) => intake.claim(message)),
  ];
  bus.onLink((link) => {
    if (link === "lost") intake.linkLost();
    else void intake.linkRestored();
  });
  if (bus.connected) void intake.linkRestored();
  log.info(`reverb listens for cluster ${settings.clusterId}, best-effort: plain NATS keeps nothing`, {
    subjects: settings.subjects,
  });

  return {
    view,
    async stop() {
      for (const subscription of subscriptions) subscription.unsubscribe();
      intake.stop();
      await outgoing.send();
    },
  };
}
