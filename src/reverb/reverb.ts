/**
 * Reverb, top to bottom: messages in, one report per bar out (BACKBEAT-REQ-020, 021; PER-002).
 *
 *   message ──► decode ──► aggregator (bars & windows) ──► report ──► commit or publish · retain
 *
 * Journal mode (journal-mode.ts) folds the stream that captured the messages and commits each report exactly once;
 * core mode (core-mode.ts) folds what arrives and promises less. Nothing waits on the way: closing is a computation,
 * publishing and HTTP happen beside intake. Per claim there is no log line, no metric call and no timer.
 */
import { BackbeatError } from "../errors.ts";
import type { Durability, Streams, StreamsOpener } from "../ports.ts";
import { CORE_MODE_REASON, CoreMode } from "./core-mode.ts";
import { JournalMode } from "./journal-mode.ts";
import { LiveScore } from "./live-score.ts";
import type { ReverbMode } from "./mode.ts";
import type { ReverbParts, ReverbPorts } from "./parts.ts";
import { presenceNow } from "./presence-now.ts";
import { RetainedBars } from "./retained-bars.ts";
import { createReverbView } from "./reverb-view.ts";
import { createScoreView } from "./score-view.ts";
import { DEFAULT_WINDOW_TTL_SECONDS, DEFAULT_WINDOWS_RETAINED_MAX, type ReverbSettings } from "./settings.ts";
import { StartingMode } from "./starting-mode.ts";
import type { ReverbView } from "./view.ts";

export interface Reverb {
  readonly view: ReverbView;
  /** Resolves when it is known where the order comes from, so that nothing published from now on is missed; when it cannot be known, too: see `failed`. Never rejects. */
  readonly opened: Promise<void>;
  /** Never resolves; rejects when reverb cannot go on: BackbeatError `profile-differs`, `mode-refused`, `journal-refused`, `duplicate-node-id`. */
  readonly failed: Promise<never>;
  /** Stops intake, delivers what is due, forgets open bars. Does not close the bus. Never rejects. */
  stop(): Promise<void>;
}

/** Starts reverb on a bus that may still be connecting. */
export function runReverb(settings: ReverbSettings, ports: ReverbPorts): Reverb {
  const retained = new RetainedBars({
    barsMax: settings.windowsRetainedMax ?? DEFAULT_WINDOWS_RETAINED_MAX,
    ttlMs: (settings.windowTtlSeconds ?? DEFAULT_WINDOW_TTL_SECONDS) * 1_000,
  });
  return new RunningReverb({ settings, ports, retained });
}

/** State: the mode that it is in. */
class RunningReverb implements Reverb {
  readonly view: ReverbView;
  readonly opened: Promise<void>;
  readonly failed: Promise<never>;
  readonly #parts: ReverbParts;
  readonly #giveUp = new AbortController();
  #mode: ReverbMode;
  #fail: (error: unknown) => void = () => undefined;

  constructor(begun: Omit<ReverbParts, "live">) {
    const { ports, settings } = begun;
    this.#mode = new StartingMode(settings, ports.streams);
    const modeNow = () => this.#mode;
    const watched = {
      ...begun,
      get mode() {
        return modeNow();
      },
    };
    const live = new LiveScore({
      clock: ports.clock,
      sources: () => ({ aggregator: this.#mode.aggregator, options: presenceNow(watched) }),
      hasJournal: () => this.#mode.name === "journal",
      seq: () => this.#mode.seq,
    });
    this.#parts = { ...begun, live };
    this.view = { ...createReverbView(watched), ...createScoreView(watched, live) };
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // A caller that does not listen is not ended by a rejection that nobody handled.
    this.failed.catch(() => undefined);
    if (ports.streams === undefined) {
      this.#mode = new CoreMode(this.#parts);
      this.opened = Promise.resolve();
    } else {
      this.opened = this.#open(ports.streams);
    }
  }

  async stop(): Promise<void> {
    this.#giveUp.abort();
    await this.#mode.stop();
  }

  async #open(opener: NonNullable<ReverbPorts["streams"]>): Promise<void> {
    const { signal } = this.#giveUp;
    const { settings } = this.#parts;
    try {
      const streams =
        settings.journalMode === "off" ? await nothing(opener, signal) : await opener.open(signal);
      if (signal.aborted) return;
      requireDurability(streams === "none" ? CORE : streams, settings);
      this.#mode =
        streams === "none"
          ? coreInstead(this.#parts)
          : new JournalMode(this.#parts, streams, (error) => this.#fail(error));
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }
}

/** From the least that may be promised to the most. */
const CLASSES: readonly Durability[] = ["best-effort", "process-crash-safe", "power-safe"];

const CORE: Pick<Streams, "durability" | "durabilityReason"> = {
  durability: "best-effort",
  durabilityReason: CORE_MODE_REASON,
};

/** @throws BackbeatError `mode-refused` where less can be promised than was asked for */
function requireDurability(
  { durability: found, durabilityReason }: Pick<Streams, "durability" | "durabilityReason">,
  { durabilityRequired: wanted }: ReverbSettings,
): void {
  if (wanted === undefined || CLASSES.indexOf(found) >= CLASSES.indexOf(wanted)) return;
  throw new BackbeatError(
    "mode-refused",
    `Cannot run with --require-durability ${wanted}: what is here gives ${found}, because ${durabilityReason}; change that, or require less`,
    { data: { wanted, found } },
  );
}

/** No streams are wanted. @throws BackbeatError `mode-refused` where the cluster has a journal all the same */
async function nothing(opener: StreamsOpener, signal: AbortSignal): Promise<"none"> {
  if (await opener.hasJournal(signal))
    throw new BackbeatError(
      "mode-refused",
      "Cannot run with --journal off: this cluster has a journal, and a report that is not in its report stream would be a second one; use --journal auto, or remove both streams if nobody needs them",
    );
  return "none";
}

/** The server says that it has no JetStream for us. @throws BackbeatError `mode-refused` where a journal is a must */
function coreInstead(parts: ReverbParts): CoreMode {
  const { journalMode } = parts.settings;
  if (journalMode === "on")
    throw new BackbeatError(
      "mode-refused",
      "Cannot run with --journal on: the server has no JetStream for this account; enable it there, or use --journal off",
    );
  if (journalMode !== "off")
    parts.ports.log.warn("No JetStream for this account: core mode, best effort, reports may miss claims");
  return new CoreMode(parts);
}
