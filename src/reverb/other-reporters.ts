/**
 * Another reporter of the same bars, in core mode (R1): two reverbs that both publish report every bar twice.
 *
 * Nothing but the reports tells it. A report that we did not send, for a bar that we report too, is another's. Who is
 * first for a bar reports it: the other one keeps its own back, stands by, and goes on when a bar comes without a report
 * of the other. A reporter that has a journal always goes first, for its reports are the ones that are kept.
 */
import { createDecoder } from "../contracts/decode.ts";
import { Refusal } from "../contracts/refusal.ts";
import { readReportLinks } from "../contracts/report-headers.ts";
import type { BusMessage, Clock, Log, Timer } from "../ports.ts";
import { notReady } from "./alarms.ts";
import type { RaisedAlarm } from "./mode.ts";
import type { Readiness } from "./view.ts";

/** Bars whose reports are told apart: more than ever wait for the link, so that none of ours is taken for another's. */
const BARS_KEPT = 256;

/** How long a replica that stands by listens for the other's report of a bar; a quarter beat leaves time to report (PER-002). */
const LISTEN_BEATS = 1 / 4;
const LISTEN_MS_MAX = 1_000;

/** Bars of ours without a report of another after which the alarm is over. */
const QUIET_BARS = 2;

export interface OtherReportersParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Duration of a beat now, ms. */
  readonly beatMs: () => number;
}

type Other = "reverb" | "journal";

/** What is known of the reports of one bar. */
interface Heard {
  /** How often ours was sent, and how often a report without a journal was heard: ours comes back, too. */
  sent: number;
  heard: number;
  /** Another's report of it was heard. */
  other: Other | undefined;
}

interface Trouble {
  readonly sinceMs: number;
  readonly kind: Other;
  readonly windowId: string;
}

/** State: the reports of the last bars, and whether we stand by for another reporter. */
export class OtherReporters {
  readonly #parts: OtherReportersParts;
  readonly #decoder = createDecoder();
  readonly #bars = new Map<string, Heard>();
  readonly #listening = new Map<Timer, () => void>();
  #firstSentId: string | undefined;
  #standingBy: Trouble | undefined;
  #trouble: Trouble | undefined;
  #quietBars = 0;
  #withheld = 0;
  #isStopped = false;

  constructor(parts: OtherReportersParts) {
    this.#parts = parts;
  }

  /** Reports kept back because another reporter had reported their bars, or was there to do so. */
  get withheld(): number {
    return this.#withheld;
  }

  /** A message on the report subject, ours too. */
  hear({ data, headers }: BusMessage): void {
    const report = this.#decoder.report(data);
    if (report instanceof Refusal) return;
    const windowId = report.window_id.toLowerCase();
    const bar = this.#barOf(windowId);
    const isStored = headers !== undefined && readReportLinks(headers, data) !== undefined;
    if (isStored) bar.other = "journal";
    else {
      bar.heard += 1;
      if (bar.heard > bar.sent) bar.other ??= "reverb";
    }
    // Before ours is due it is not known whether we report that bar at all.
    if (bar.other !== undefined && bar.sent > 0) this.#both(windowId, bar.other);
  }

  /** Our report of a bar is about to be handed to the link. */
  sending(windowId: string): void {
    this.#firstSentId ??= windowId.toLowerCase();
    this.#barOf(windowId.toLowerCase()).sent += 1;
  }

  /** Our report of a bar is there: publishes it now, after listening, or not at all. */
  offer(windowId: string, publish: () => void): void {
    const id = windowId.toLowerCase();
    if (this.#withholds(id)) return;
    if (this.#standingBy === undefined) {
      this.#publish(publish);
      return;
    }
    const { beatMs, clock } = this.#parts;
    const timer = clock.after(Math.min(LISTEN_MS_MAX, LISTEN_BEATS * beatMs()), () => {
      this.#listening.delete(timer);
      if (this.#withholds(id)) return;
      this.#parts.log.warn("The other reverb has not reported this bar: this one reports again", {
        windowId,
      });
      this.#standingBy = undefined;
      this.#publish(publish);
    });
    this.#listening.set(timer, () => {
      this.#withheld += 1;
    });
  }

  readiness(): Readiness | undefined {
    return this.#standingBy && notReady(textOf(this.#standingBy, true));
  }

  alarms(): readonly RaisedAlarm[] {
    const trouble = this.#standingBy ?? this.#trouble;
    if (trouble === undefined) return [];
    const text = textOf(trouble, this.#standingBy !== undefined);
    return [{ name: "other-reporter", text, sinceMonotonicMs: trouble.sinceMs }];
  }

  /** Whoever stands by leaves the bar to the other. */
  stop(): void {
    this.#isStopped = true;
    for (const [timer, leave] of this.#listening) {
      timer.cancel();
      leave();
    }
    this.#listening.clear();
  }

  #withholds(id: string): boolean {
    const { other } = this.#barOf(id);
    const isLeft =
      this.#standingBy?.kind === "journal" || (this.#isStopped && this.#standingBy !== undefined);
    if (other === undefined && !isLeft) return false;
    this.#withheld += 1;
    if (other !== undefined) this.#standBy({ sinceMs: this.#nowMs, kind: other, windowId: id });
    return true;
  }

  #publish(publish: () => void): void {
    this.#quietBars += 1;
    if (this.#quietBars >= QUIET_BARS) this.#trouble = undefined;
    publish();
  }

  /** A bar was reported by us and by another. */
  #both(windowId: string, kind: Other): void {
    const trouble = { sinceMs: this.#trouble?.sinceMs ?? this.#nowMs, kind, windowId };
    this.#quietBars = 0;
    // Of two that run, the one that has just come gives way.
    if (kind === "journal" || windowId === this.#firstSentId) {
      this.#standBy(trouble);
      return;
    }
    if (this.#trouble === undefined)
      this.#parts.log.error(`A bar was reported twice: ${textOf(trouble, false)}`);
    this.#trouble = trouble;
  }

  #standBy(trouble: Trouble): void {
    const before = this.#standingBy;
    this.#trouble = undefined;
    this.#quietBars = 0;
    if (before?.kind === "journal" || before?.kind === trouble.kind) return;
    this.#standingBy = trouble;
    this.#parts.log.warn(`Standing by: ${textOf(trouble, true)}`);
  }

  get #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  /** The oldest bar that we did not report, else the oldest: who sends strange reports must not make ours strange. */
  #forgetOne(): void {
    const [oldest] = this.#bars.keys();
    const [notOurs = oldest] = [...this.#bars].find(([, { sent }]) => sent === 0) ?? [];
    if (notOurs !== undefined) this.#bars.delete(notOurs);
  }

  #barOf(windowId: string): Heard {
    let bar = this.#bars.get(windowId);
    if (bar === undefined) {
      if (this.#bars.size >= BARS_KEPT) this.#forgetOne();
      bar = { sent: 0, heard: 0, other: undefined };
      this.#bars.set(windowId, bar);
    }
    return bar;
  }
}

function textOf({ kind, windowId }: Trouble, isStandingBy: boolean): string {
  if (kind === "journal")
    return `the bars of this cluster are reported from a journal (window ${windowId}), so this reverb reports none; stop it, or start it where that journal can be read: --nats, --js-domain`;
  return isStandingBy
    ? `another reverb without a journal reports the bars of this cluster (window ${windowId}), and this one waits until it ends; stop one of them, or give both a journal`
    : `another reverb without a journal reports the bars of this cluster, too (window ${windowId}); stop one of them, or give both a journal`;
}
