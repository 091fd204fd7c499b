/**
 * What there is to see: beats that moved time on, reports once each, and what is odd about them. Pure: it is
 * told when things happen and answers with what to show.
 *
 * Invariants: P1, no beat is shown twice and none goes back; whatever is not shown is counted (tally.ts). It does
 * not know how things are shown.
 */
import type { BarReport } from "../../contracts/bar-report.ts";
import type { BeatFrame } from "../../contracts/beat-frame.ts";
import { createDecoder, Refusal } from "../../contracts/decode.ts";
import { durationText } from "../duration.ts";
import type { Heard } from "../hear-beats.ts";
import { countOf, rangeText } from "../plain.ts";
import type { BarPlace } from "./beat-line.ts";
import { type Tally, tally } from "./tally.ts";

/** A thing to show. A note is about the data and no part of it; `warning`: something is not as it should be. */
export type Shown =
  | { readonly kind: "beat"; readonly frame: BeatFrame; readonly place: BarPlace }
  | { readonly kind: "report"; readonly report: BarReport }
  | { readonly kind: "note"; readonly text: string; readonly warning: boolean };

/** Where the flywheel says that the newest bar began, and what time it is on the monotonic clock. */
export interface Moment {
  readonly barFrom: number | undefined;
  readonly atMs: number;
}

/** Reports that were not heard; with `isCounted` false there are more. */
export interface Missed {
  readonly missed: number;
  readonly filled: number;
  readonly isCounted: boolean;
}

/** Reports that a repetition is sought among: a server that was away may send some of the last again. */
const REPORTS_REMEMBERED = 32;

/** State: the newest beat and report, and what was said of them. */
export class Watcher {
  readonly #tally = tally();
  readonly #decoder = createDecoder();
  readonly #reports = new Map<string, string>();
  #newest: { readonly frame: BeatFrame; readonly atMs: number } | undefined;
  #bar: { readonly from: number; readonly windowId: string } | undefined;
  #barLength: number | undefined;
  #reportedTo: number | undefined;
  /** Where the line began anew: reports of what was before say nothing of what comes after. */
  #lineFrom = 0;
  #announcedBpm: unknown;
  #isSilent = false;

  /** How often what was heard. */
  get tally(): Readonly<Tally> {
    return this.#tally;
  }

  /** Something on the beat subject. */
  heard(heard: Heard, moment: Moment): readonly Shown[] {
    if (heard.kind === "foreign") this.#tally.ignored.foreign += 1;
    else if (heard.kind === "unreadable") this.#unreadable(heard.reason);
    else if (heard.verdict === "on-line" || heard.verdict === "restart") return this.#beat(heard, moment);
    else this.#tally.ignored[heard.verdict] += 1;
    return [];
  }

  /** A body on the report subject. */
  report(body: Uint8Array): readonly Shown[] {
    const report = this.#decoder.report(body);
    if (report instanceof Refusal) {
      this.#unreadable(report.reason);
      return [];
    }
    const text = JSON.stringify(report);
    const windowId = report.window_id.toLowerCase();
    const before = this.#reports.get(windowId);
    if (before === text) {
      this.#tally.ignored["repeated report"] += 1;
      return [];
    }
    this.#remember(windowId, text);
    this.#tally.reports += 1;
    return [...this.#notesOn(report, before !== undefined), { kind: "report", report }];
  }

  /** Reports that the wire missed are about to come, the newest `filled` of them. */
  hole({ filled, isCounted, missed }: Missed): readonly Shown[] {
    const [all, were] = [countOf(missed, "report"), missed === 1 ? "was" : "were"];
    const which = filled === missed ? (missed === 1 ? "it comes" : "they come") : `the last ${filled} come`;
    return [
      warning(`${isCounted ? all : `more than ${all}`} ${were} not heard: ${which} from the report stream`),
    ];
  }

  /** So many beats came due and none was heard. Says it once, until one is heard. */
  silent(beats: number, link: { readonly connected: boolean }): readonly Shown[] {
    if (this.#isSilent || this.#newest === undefined) return [];
    this.#isSilent = true;
    const last = `the last was beat ${this.#newest.frame.beat_index}`;
    const why = link.connected ? "" : "; NATS is not reached";
    return [warning(`no beat for ${countOf(beats, "beat")}, ${last}${why}`)];
  }

  #beat({ frame, verdict }: Heard & { readonly kind: "frame" }, { atMs, barFrom }: Moment): readonly Shown[] {
    const isRestart = verdict === "restart";
    this.#followBar(frame, barFrom, isRestart);
    const notes = [...this.#notesOnBeat(frame, { atMs, isRestart }), ...this.#announced(frame)];
    this.#tally.beats += 1;
    this.#newest = { frame, atMs };
    this.#isSilent = false;
    if (isRestart) {
      this.#reportedTo = undefined;
      this.#lineFrom = frame.beat_index;
    }
    return [...notes, { kind: "beat", frame, place: this.#place(frame, barFrom) }];
  }

  /** Learns the bar's length from two bars that follow each other, where frames do not say it. */
  #followBar(frame: BeatFrame, barFrom: number | undefined, isRestart: boolean): void {
    const said = frame.metadata?.bar_length;
    const windowId = frame.window_id.toLowerCase();
    if (isRestart) this.#bar = undefined;
    const isNext = barFrom !== undefined && this.#bar !== undefined && windowId !== this.#bar.windowId;
    if (typeof said === "number" && Number.isSafeInteger(said) && said > 0) this.#barLength = said;
    else if (isNext && this.#newest?.frame.beat_index === barFrom - 1)
      this.#barLength = barFrom - (this.#bar?.from ?? barFrom);
    if (barFrom !== undefined) this.#bar = { from: barFrom, windowId };
  }

  #place(frame: BeatFrame, barFrom: number | undefined): BarPlace {
    const beat = barFrom === undefined ? undefined : frame.beat_index - barFrom + 1;
    // A bar that is longer than the last: its length is not known after all.
    const length = beat !== undefined && beat > (this.#barLength ?? beat) ? undefined : this.#barLength;
    return { ...(beat === undefined ? {} : { beat }), ...(length === undefined ? {} : { length }) };
  }

  #notesOnBeat(
    frame: BeatFrame,
    { atMs, isRestart }: { readonly atMs: number; readonly isRestart: boolean },
  ): readonly Shown[] {
    if (this.#newest === undefined) return [];
    const { frame: last, atMs: lastAtMs } = this.#newest;
    const after = last.beat_index + 1;
    const missed = frame.beat_index - after;
    const back = `beats again after ${durationText(atMs - lastAtMs)}`;
    if (isRestart)
      return [warning(`the beat began anew: beat ${last.beat_index} was followed by ${frame.beat_index}`)];
    if (missed === 0) return this.#isSilent ? [note(back)] : [];
    this.#tally.beatsMissed += missed;
    const lost = `${countOf(missed, "beat")} not heard: ${rangeText(after, frame.beat_index - 1)}`;
    return [this.#isSilent ? note(`${back}; ${lost}`) : warning(lost)];
  }

  /** A tempo that a pulse announces for the next bar; said once. */
  #announced(frame: BeatFrame): readonly Shown[] {
    const next = frame.metadata?.next_tempo_bpm;
    if (next === this.#announcedBpm) return [];
    this.#announcedBpm = next;
    return typeof next === "number" && next !== frame.tempo_bpm
      ? [note(`the next bar will be at ${next} BPM`)]
      : [];
  }

  #notesOn(report: BarReport, isSecond: boolean): readonly Shown[] {
    const beats = rangeText(report.from_beat, report.to_beat);
    if (isSecond) return [warning(`another report for beats ${beats}, and it differs from the first`)];
    if (report.to_beat < this.#lineFrom) return [];
    const after = this.#reportedTo === undefined ? undefined : this.#reportedTo + 1;
    this.#reportedTo = Math.max(report.to_beat, this.#reportedTo ?? 0);
    if (after === undefined || report.from_beat <= after) return [];
    return [warning(`no report heard for beats ${rangeText(after, report.from_beat - 1)}`)];
  }

  #remember(windowId: string, text: string): void {
    this.#reports.delete(windowId);
    this.#reports.set(windowId, text);
    const [oldest] = this.#reports.keys();
    if (this.#reports.size > REPORTS_REMEMBERED && oldest !== undefined) this.#reports.delete(oldest);
  }

  #unreadable(reason: string): void {
    this.#tally.unreadable.set(reason, (this.#tally.unreadable.get(reason) ?? 0) + 1);
  }
}

function note(text: string): Shown {
  return { kind: "note", text, warning: false };
}

function warning(text: string): Shown {
  return { kind: "note", text, warning: true };
}
