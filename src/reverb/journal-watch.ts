/**
 * What keeps a replica from reporting, as it is told: alarms and readiness.
 *
 * It decides nothing; journal-mode.ts tells it what happened, the fold is looked at when somebody asks.
 */
import type { Clock, ReadFailure } from "../ports.ts";
import type { JournalFold } from "./journal-fold.ts";
import { stallLimitMs } from "./journal-health.ts";
import type { RaisedAlarm } from "./mode.ts";
import type { ReverbPorts } from "./parts.ts";
import type { StoreTroubles } from "./store-troubles.ts";
import type { Readiness } from "./view.ts";

interface Found {
  readonly text: string;
  readonly sinceMs: number;
}

/** Something that keeps us from folding, and since when. */
export interface Hindrance extends Found {
  readonly role: "standing-by" | "broken";
  readonly alarm: "standing-by" | "journal-broken" | "report-store-broken";
}

/** What is asked of the report stream that is followed. */
export interface WatchedReports {
  /** Why it is not read now. */
  readonly readFailure: ReadFailure | undefined;
  /** Why what is known of it is not on disk. */
  readonly unsaved: Found | undefined;
  /** The streams are compared with what is known. */
  readonly isComparing: boolean;
}

/** State: what was told and is still so. */
export class JournalWatch {
  readonly #clock: Clock;
  readonly #reports: WatchedReports;
  readonly #troubles: StoreTroubles;
  #hindrance: Hindrance | undefined;
  #shortness: Found | undefined;
  #linkLost: Found | undefined;

  constructor(
    { bus, clock }: ReverbPorts,
    { reports, troubles }: { readonly reports: WatchedReports; readonly troubles: StoreTroubles },
  ) {
    this.#reports = reports;
    this.#troubles = troubles;
    this.#clock = clock;
    bus.onLink((link) => {
      const text = "NATS is not connected: what reaches the journal is kept, reports wait";
      this.#linkLost = link === "lost" ? this.#found(text) : undefined;
    });
  }

  get hindrance(): Hindrance | undefined {
    return this.#hindrance;
  }

  /** A new chain: what was in the way is over, until it is found again. */
  clear(): void {
    this.#hindrance = undefined;
  }

  /** The alarm stays until `clear`. */
  hinder(alarm: Hindrance["alarm"], text: string): void {
    if (this.#hindrance?.text === text) return;
    const role = alarm === "standing-by" ? "standing-by" : "broken";
    this.#hindrance = { role, alarm, ...this.#found(text) };
  }

  /** Undefined: the journal is long enough. */
  noteShortness(text: string | undefined): void {
    if (text === undefined) this.#shortness = undefined;
    else this.#shortness = { text, sinceMs: this.#shortness?.sinceMs ?? this.#clock.monotonicMs() };
  }

  readiness(fold: JournalFold | undefined): Readiness {
    const reason = this.#reasonAgainst(fold);
    return reason === undefined ? { ready: true } : { ready: false, reason };
  }

  alarms(fold: JournalFold | undefined): RaisedAlarm[] {
    const found: readonly (readonly [RaisedAlarm["name"], Found | undefined])[] = [
      ...(this.#hindrance === undefined ? [] : [[this.#hindrance.alarm, this.#hindrance] as const]),
      ["chain-head-unsaved", this.#reports.unsaved],
      ["journal-short", this.#shortness],
      ["replica-divergence", fold?.commits.divergence],
      ["link-lost", this.#linkLost],
    ];
    const raised = found.flatMap(([name, what]) =>
      what === undefined ? [] : [{ name, text: what.text, sinceMonotonicMs: what.sinceMs }],
    );
    return [...raised, ...this.#stalls(fold)];
  }

  #reasonAgainst(fold: JournalFold | undefined): string | undefined {
    if (this.#hindrance !== undefined) return this.#hindrance.text;
    const [stall] = this.#stalls(fold);
    if (stall !== undefined) return stall.text;
    if (this.#reports.isComparing) return "the streams are compared with what this replica knows of them";
    if (fold === undefined) return "the report stream is being read";
    return fold.isCaughtUp ? undefined : `the journal is being read: ${fold.lagEntries} entries to go`;
  }

  /** What is too slow to answer. */
  #stalls(fold: JournalFold | undefined): RaisedAlarm[] {
    if (this.#hindrance !== undefined) return [];
    if (fold === undefined) return this.#openStalls();
    const limitMs = stallLimitMs(fold.aggregator.newest?.beatDurationMs ?? 0);
    const { missingSinceMs, unknownWhy, waiting, waitingSinceMs } = fold.commits;
    const stalls: RaisedAlarm[] = [];
    const stall = (name: RaisedAlarm["name"], text: string, sinceMonotonicMs: number | undefined) => {
      if (sinceMonotonicMs !== undefined) stalls.push({ name, text, sinceMonotonicMs });
    };
    const ifLong = (sinceMs: number | undefined) =>
      sinceMs !== undefined && this.#clock.monotonicMs() - sinceMs > limitMs ? sinceMs : undefined;
    const { readFailure } = fold;
    const refusal = this.#troubles.alarm(
      readFailure?.refusal && { words: readFailure.why, sinceMs: readFailure.sinceMs },
    );
    if (refusal !== undefined) stalls.push(refusal);
    if (missingSinceMs !== undefined)
      stalls.push({
        name: "report-store-broken",
        text: "the report stream lacks a report that it had",
        sinceMonotonicMs: missingSinceMs,
        explains: ["report-unsent"],
      });
    const unread = ifLong(fold.heardAtMs);
    const unanswered = ifLong(this.#troubles.unansweredSinceMs);
    stall("journal-stalled", stalledText(readFailure?.why, unread === undefined), unread ?? unanswered);
    stall(
      "report-unsent",
      `${waiting} reports wait for the report stream${unknownWhy === "" ? "" : `: ${unknownWhy}`}`,
      ifLong(waitingSinceMs),
    );
    return stalls;
  }

  /** Before there is a fold: what keeps the streams from being opened. */
  #openStalls(): RaisedAlarm[] {
    const { readFailure } = this.#reports;
    const refusal = this.#troubles.alarm(
      readFailure?.refusal && { words: readFailure.why, sinceMs: readFailure.sinceMs },
    );
    if (refusal !== undefined) return [refusal];
    const { unanswered } = this.#troubles;
    if (unanswered === undefined || this.#clock.monotonicMs() - unanswered.sinceMs <= stallLimitMs(0))
      return [];
    const text = stalledText(unanswered.words, false);
    return [{ name: "journal-stalled", text, sinceMonotonicMs: unanswered.sinceMs }];
  }

  #found(text: string): Found {
    return { text, sinceMs: this.#clock.monotonicMs() };
  }
}

/** `isRead`: what it holds can be read, what is appended is not acknowledged. */
function stalledText(why: string | undefined, isRead: boolean): string {
  const what = isRead ? "the journal acknowledges nothing" : "the journal does not answer";
  const ask =
    "do its JetStream servers run, do they have a majority, has their disk room? Their logs and `backbeat doctor` tell";
  return `${what}${why === undefined ? "" : ` (${why})`}: ${ask}`;
}
