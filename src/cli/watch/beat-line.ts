/** A beat as a line: when, which, where in its bar, how fast, in which window, from whom. Pure. */
import type { BeatFrame } from "../../contracts/beat-frame.ts";
import type { Paint } from "../paint.ts";
import { LINE_COLUMNS, plain, timeText } from "../plain.ts";

/** Where in its bar a beat is; what is not known is left out. */
export interface BarPlace {
  /** 1 for the downbeat. */
  readonly beat?: number;
  /** Beats per bar. */
  readonly length?: number;
}

/** As many digits of a window id as tell two bars apart. */
export const WINDOW_ID_SHOWN = 8;

const COLUMNS = { beat: 13, place: 7, phase: 7, tempo: 8 } as const;

/** Without end of line. */
export function beatLine(
  frame: BeatFrame,
  { place, wallMs, paint }: { readonly place: BarPlace; readonly wallMs: number; readonly paint: Paint },
): string {
  const time = timeText(wallMs);
  const what = [
    `beat ${frame.beat_index}`.padEnd(COLUMNS.beat),
    placeText(place).padStart(COLUMNS.place),
    frame.phase.padEnd(COLUMNS.phase),
  ].join("  ");
  const tempo = `${frame.tempo_bpm} BPM`.padStart(COLUMNS.tempo);
  const windowId = frame.window_id.slice(0, WINDOW_ID_SHOWN);
  const taken = [time, what, tempo, windowId, ""].join("  ").length;
  const publisher = plain(publisherOf(frame), LINE_COLUMNS - taken);
  const parts = [paint.faint(time), frame.downbeat ? paint.strong(what) : what, tempo, paint.faint(windowId)];
  return [...parts, ...(publisher === "" ? [] : [paint.faint(publisher)])].join("  ");
}

function placeText({ beat, length }: BarPlace): string {
  if (beat === undefined) return length === undefined ? "" : `?/${length}`;
  return length === undefined ? String(beat) : `${beat}/${length}`;
}

/** Who sent it; `acting` where another holds the lease and did not speak in time. */
function publisherOf({ metadata }: BeatFrame): string {
  const { node, leader } = metadata ?? {};
  const holder = typeof leader === "string" ? leader : "";
  if (typeof node !== "string") return holder;
  return holder === "" || holder === node ? node : `${node} acting`;
}
