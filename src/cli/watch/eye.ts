/** What is watched is shown to somebody: as lines for eyes, or as JSON for programs. A screen is another eye. */
import type { BarReport } from "../../contracts/bar-report.ts";
import type { BeatFrame } from "../../contracts/beat-frame.ts";
import type { Clock } from "../../ports.ts";
import { wrap } from "../../runtime/settings/wrap.ts";
import type { Paint } from "../paint.ts";
import { LINE_COLUMNS, timeText } from "../plain.ts";
import { type BarPlace, beatLine } from "./beat-line.ts";
import { jsonLine } from "./json-line.ts";
import { reportLines } from "./report-lines.ts";

export interface WatchEye {
  beat(frame: BeatFrame, place: BarPlace): void;
  report(report: BarReport): void;
  /** About what is shown and no part of it; `warning`: something is not as it should be. */
  note(text: string, warning: boolean): void;
  /** Nothing more will come; the last words. */
  end(summary: readonly string[]): void;
}

export interface LineEyeOptions {
  readonly json: boolean;
  readonly beatsHidden: boolean;
  readonly clock: Clock;
  /** Takes a line of data, without its end. */
  readonly data: (line: string) => void;
  /** Takes a line about the data. */
  readonly note: (line: string) => void;
  /** Colours of data, and of notes. */
  readonly paint: { readonly data: Paint; readonly note: Paint };
}

/** Notes begin under the data, after the time. */
const NOTE_INDENT = " ".repeat(10);

/** Shows lines, one after the other. */
export function lineEye({ beatsHidden, clock, data, json, note, paint }: LineEyeOptions): WatchEye {
  return {
    beat(frame, place) {
      if (beatsHidden) return;
      data(
        json
          ? jsonLine("beat", frame)
          : beatLine(frame, { place, wallMs: clock.wallMs(), paint: paint.data }),
      );
    },
    report(report) {
      if (json) data(jsonLine("report", report));
      else for (const line of reportLines(report, { wallMs: clock.wallMs(), paint: paint.data })) data(line);
    },
    note(text, warning) {
      const colour = warning ? paint.note.warn : paint.note.faint;
      for (const [index, line] of wrap(text, LINE_COLUMNS - NOTE_INDENT.length).entries())
        note(colour(`${index === 0 ? `${timeText(clock.wallMs())}  ` : NOTE_INDENT}${line}`));
    },
    end(summary) {
      for (const line of summary) note(paint.note.faint(line));
    },
  };
}
