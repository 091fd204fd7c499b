/**
 * For commands that look at what is stored: connects, finds the streams, lets them look, ends. Says what is waited
 * for and how long at most; whatever does not come is told in words that say what to check.
 */
import { BackbeatError } from "../../errors.ts";
import type { NatsBus } from "../../nats/bus.ts";
import { type FoundStreams, findStreams } from "../../nats/found-streams.ts";
import type { Clock, Log } from "../../ports.ts";
import { SystemClock } from "../../runtime/clock.ts";
import type { CommandContext } from "../command.ts";
import { commandLog, type LogSettings } from "../command-log.ts";
import { type LinkSettings, openBus, subjectsFor } from "../nats-link.ts";
import { countText } from "../plain.ts";
import { quietLog } from "../quiet-log.ts";

/** A wait that is shorter is not worth a word. */
const SAID_AFTER_MS = 500;

/** How often the link and a server that did not answer are looked at. */
const LOOK_EVERY_MS = 50;

/** Work that takes no longer needs no word on how far it is. */
const PROGRESS_AFTER_MS = 2_000;

/** A stream is read or given up: a server without a leader is back in 8 s. */
const SILENCE_MIN_MS = 10_000;

export type HistorySettings = LinkSettings & LogSettings & { readonly waitSeconds: number };

export interface History extends FoundStreams {
  readonly subjects: ReturnType<typeof subjectsFor>;
  readonly clock: Clock;
  readonly bus: NatsBus;
  readonly log: Log;
  readonly silenceMaxMs: number;
  readonly onProgress: (at: { readonly what: string; readonly seq: number; readonly toSeq: number }) => void;
}

export interface HistoryOptions {
  readonly name: string;
  /** What cannot be done without it: `read the reports`. */
  readonly action: string;
  /** A report stream that is gone is what is to be looked at; default: there is nothing to do then. */
  readonly reportsMayBeGone?: boolean;
  readonly context: CommandContext;
}

/** Answers what `look` answers. @throws BackbeatError `nats-unreachable`, `stream-missing`, and what `look` throws */
export async function withHistory<T>(
  settings: HistorySettings,
  { action, context, name, reportsMayBeGone = false }: HistoryOptions,
  look: (history: History) => Promise<T>,
): Promise<T> {
  const log = quietLog(commandLog(settings, context));
  const clock = new SystemClock();
  const bus = openBus(settings, { name: `backbeat-${name}`, log });
  const say = (text: string): void => void context.stderr.write(`backbeat ${name}: ${text}\n`);
  const subjects = subjectsFor(settings);
  try {
    const waiting = {
      bus,
      clock,
      say,
      subjects,
      log,
      reportsMayBeGone,
      action: `${action} of cluster ${settings.clusterId}`,
    };
    const streams = await streamsOf(settings, waiting);
    const silenceMaxMs = Math.max(SILENCE_MIN_MS, settings.waitSeconds * 1_000);
    return await look({
      ...streams,
      subjects,
      clock,
      bus,
      log,
      silenceMaxMs,
      onProgress: progress(clock, say),
    });
  } finally {
    void bus.close();
  }
}

interface Waiting {
  readonly bus: NatsBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly subjects: ReturnType<typeof subjectsFor>;
  readonly say: (text: string) => void;
  readonly action: string;
  readonly reportsMayBeGone: boolean;
}

/** Asks until the server answers, or the time is over. */
async function streamsOf(
  { clusterId, waitSeconds }: HistorySettings,
  { action, bus, clock, log, reportsMayBeGone, say, subjects }: Waiting,
): Promise<FoundStreams> {
  const untilMs = clock.monotonicMs() + waitSeconds * 1_000;
  const saying = clock.after(SAID_AFTER_MS, () => {
    const what = bus.connected ? "an answer of JetStream" : "NATS";
    if (waitSeconds * 1_000 > SAID_AFTER_MS) say(`waiting for ${what}, at most ${waitSeconds} s`);
  });
  let why = "";
  try {
    do {
      await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
      if (!bus.connected) continue;
      try {
        const found = await findStreams(bus, { clusterId, subjects }, log);
        if (found === "none") throw noJetStream(action);
        if (!reportsMayBeGone) await found.reports.state();
        return found;
      } catch (error) {
        if (error instanceof BackbeatError && error.code === "stream-missing")
          throw new BackbeatError("stream-missing", `${error.message}; ${nothingKept(clusterId)}`);
        if (!(error instanceof BackbeatError) || error.code !== "nats-unreachable") throw error;
        why = error.message;
      }
    } while (clock.monotonicMs() < untilMs);
  } finally {
    saying.cancel();
  }
  if (bus.connected)
    throw new BackbeatError("nats-unreachable", `Cannot ${action}: no answer for ${waitSeconds} s: ${why}`);
  const failure = bus.state.failure === undefined ? "" : ` (${bus.state.failure})`;
  throw new BackbeatError(
    "nats-unreachable",
    `Cannot ${action}: NATS was not reached for ${waitSeconds} s${failure}; check --nats, or --data-dir of the \`backbeat up\` that keeps a server`,
  );
}

function noJetStream(action: string): BackbeatError {
  return new BackbeatError(
    "nats-refused",
    `Cannot ${action}: the server has no JetStream for this account, so nothing is kept there; enable it, name the domain of the server that keeps it with --js-domain, or see reports as they come with \`backbeat watch\``,
  );
}

function nothingKept(clusterId: string): string {
  return `no reverb of cluster ${clusterId} has kept anything there: check --cluster, or start one with \`backbeat reverb --cluster ${clusterId}\``;
}

function progress(clock: Clock, say: (text: string) => void): History["onProgress"] {
  const startedAtMs = clock.monotonicMs();
  return ({ seq, toSeq, what }) => {
    if (clock.monotonicMs() - startedAtMs >= PROGRESS_AFTER_MS)
      say(`reading ${what}: ${countText(Math.max(0, seq))} of ${countText(toSeq)}`);
  };
}
