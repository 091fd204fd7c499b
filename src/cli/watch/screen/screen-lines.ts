/**
 * A fleet on a screen of so many columns and rows: the beat moving through the bar, the agents with the most trouble and
 * what they did beat by beat, the last reports, and what is wrong now. Pure: what is shown is given.
 */
import type { BarReport } from "../../../contracts/bar-report.ts";
import type { BeatFrame } from "../../../contracts/beat-frame.ts";
import type { ScoreLane, ScorePage } from "../../../reverb/live-view.ts";
import { countOf, countText, plain, rangeText } from "../../plain.ts";
import type { BarPlace } from "../beat-line.ts";
import { issueWords } from "../issue-words.ts";
import type { ScreenPaint } from "./screen-paint.ts";

/** What there is to show. */
export interface ScreenState {
  readonly clusterId: string;
  /** Undefined before the first. */
  readonly beat: { readonly frame: BeatFrame; readonly place: BarPlace } | undefined;
  /** How far the beat is, 0 to 1 and above: it is overdue. */
  readonly intoBeat: number;
  readonly page: ScorePage;
  /** How many agents were scrolled past. */
  readonly offset: number;
  /** Newest first. */
  readonly reports: readonly BarReport[];
  /** Newest first. */
  readonly notes: readonly { readonly text: string; readonly warning: boolean }[];
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Narrower or lower than this nothing can be read; what is wider is not used beyond. */
const COLUMNS_MIN = 40;
const ROWS_MIN = 8;

const NAME_COLUMNS = { narrow: 16, wide: 28 } as const;
const TASK_COLUMNS = { narrow: 0, middle: 12, wide: 20 } as const;
const STATE_COLUMNS = 9;
const PROGRESS_COLUMNS = 4;
/** From here on there is room for tasks, and for long names. */
const MIDDLE_FROM = 72;
const WIDE_FROM = 120;

/** Words for troubles where the state does not say it. */
const TROUBLE_WORDS: Readonly<Record<ScoreLane["trouble"], string | undefined>> = {
  failed: "failed",
  stalled: "stuck",
  cycle: "in circle",
  blocked: "blocked",
  silent: "silent",
  none: undefined,
};

/** Rows that lanes get, so that as many agents are asked for as can be shown. */
export function laneRowsOf({ rows }: ScreenSize, reports: number): number {
  return Math.max(0, rows - HEAD_ROWS - footRowsOf(rows, reports));
}

/** Exactly `rows` lines, none wider than `columns`; colours not counted. */
export function screenLines(state: ScreenState, size: ScreenSize, paint: ScreenPaint): readonly string[] {
  const { columns, rows } = size;
  if (columns < COLUMNS_MIN || rows < ROWS_MIN)
    return fill([plain(`at least ${COLUMNS_MIN} x ${ROWS_MIN} characters are needed`, columns)], rows);
  const lanes = laneRowsOf(size, state.reports.length);
  return fill(
    [
      headLine(state, columns, paint),
      barLine(state, columns, paint),
      crowdLine(state, columns, paint),
      titleLine(state, columns, paint),
      ...fill(laneLines(state, columns, paint).slice(0, lanes), lanes),
      ...footLines(state, size, paint),
    ],
    rows,
  );
}

const HEAD_ROWS = 4;

const KEYS_HINT = "q ends it, arrow keys scroll";
const LEGEND =
  "   p planning  e executing  r reviewing  c completed  f failed  b blocked  h helping  i idle  . nothing";
const LEGEND_FROM = KEYS_HINT.length + LEGEND.length;

/** Reports and issues get a third of a small screen, and what they need of a large one. */
function footRowsOf(rows: number, reports: number): number {
  return Math.max(4, Math.min(Math.floor(rows / 3), 3 + Math.max(1, reports) + ISSUES_MAX));
}

const ISSUES_MAX = 6;

function headLine({ beat, clusterId }: ScreenState, columns: number, paint: ScreenPaint): string {
  const name = `backbeat  cluster ${clusterId}`;
  if (beat === undefined) return paint.strong(plain(`${name}  waiting for the first beat`, columns));
  const { frame, place } = beat;
  const bar = place.beat === undefined ? "" : `  ${place.beat}/${place.length ?? "?"}`;
  const leader = frame.metadata?.leader;
  const parts = [
    name,
    `  beat ${countText(frame.beat_index)}${bar}  ${frame.phase}`,
    `  ${frame.tempo_bpm} BPM`,
    typeof leader === "string" ? `  leader ${leader}` : "",
  ];
  return paint.strong(plain(parts.join(""), columns));
}

/** The bar from its downbeat to its end, and where in it we are. */
function barLine({ beat, intoBeat }: ScreenState, columns: number, paint: ScreenPaint): string {
  const { beat: at, length } = beat?.place ?? {};
  if (at === undefined || length === undefined) return paint.faint("-".repeat(columns));
  const done = Math.min(1, (at - 1 + Math.min(1, intoBeat)) / length);
  const full = Math.round(done * columns);
  return `${paint.bar("=".repeat(full))}${paint.faint("-".repeat(columns - full))}`;
}

function crowdLine({ page }: ScreenState, columns: number, paint: ScreenPaint): string {
  const { counts } = page;
  const states = Object.entries(counts.states)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${state} ${countText(count)}`);
  const silent = counts.presence.silent > 0 ? [`silent ${countText(counts.presence.silent)}`] : [];
  return paint.faint(plain([countOf(page.agentsCount, "agent"), ...states, ...silent].join("  "), columns));
}

interface Columns {
  readonly name: number;
  readonly task: number;
  readonly cells: number;
}

function columnsOf(columns: number): Columns {
  const name = columns >= WIDE_FROM ? NAME_COLUMNS.wide : NAME_COLUMNS.narrow;
  const task =
    columns >= WIDE_FROM
      ? TASK_COLUMNS.wide
      : columns >= MIDDLE_FROM
        ? TASK_COLUMNS.middle
        : TASK_COLUMNS.narrow;
  const taken = name + 1 + STATE_COLUMNS + 1 + (task > 0 ? task + 1 : 0) + PROGRESS_COLUMNS + 1;
  return { name, task, cells: Math.max(0, columns - taken) };
}

function titleLine({ offset, page }: ScreenState, columns: number, paint: ScreenPaint): string {
  const { cells, name, task } = columnsOf(columns);
  const scrolled = offset > 0 ? `agent (from ${offset + 1})` : "agent";
  const left = [
    plain(scrolled, name).padEnd(name),
    "is".padEnd(STATE_COLUMNS),
    ...(task > 0 ? ["task".padEnd(task)] : []),
    "done".padStart(PROGRESS_COLUMNS),
  ].join(" ");
  const range = page.range && `beats ${rangeText(firstShown(page, cells), page.range.toBeat)}`;
  return paint.faint(`${left} ${plain(range ?? "", cells)}`);
}

/** The first beat that fits, of bars that were heard. A barline takes a column, too. */
function firstShown({ bars, range }: ScorePage, cells: number): number {
  if (range === undefined) return 0;
  const from = Math.max(range.fromBeat, bars[0]?.fromBeat ?? 0);
  let left = cells;
  for (let beat = range.toBeat; beat >= from; beat -= 1) {
    left -= bars.some(({ fromBeat }) => fromBeat === beat) ? 2 : 1;
    if (left < 0) return beat + 1;
  }
  return from;
}

function laneLines({ page }: ScreenState, columns: number, paint: ScreenPaint): readonly string[] {
  const { cells, name, task } = columnsOf(columns);
  const { range } = page;
  const first = firstShown(page, cells);
  return page.lanes.map((lane) => {
    const word = TROUBLE_WORDS[lane.trouble] ?? lane.state;
    const colour =
      lane.trouble === "none" ? paint.plain : lane.trouble === "silent" ? paint.faint : paint.bad;
    const done = lane.progress === undefined ? "" : `${Math.floor(lane.progress * 100)}%`;
    const left = [
      plain(lane.agentId, name).padEnd(name),
      colour(word.padEnd(STATE_COLUMNS)),
      ...(task > 0 ? [paint.faint(plain(lane.taskId ?? "", task).padEnd(task))] : []),
      done.padStart(PROGRESS_COLUMNS),
    ].join(" ");
    if (range === undefined) return left;
    const letters = [...lane.cells].map((letter, at) => {
      const beat = range.fromBeat + at;
      if (beat < first) return "";
      const barline = page.bars.some(({ fromBeat }) => fromBeat === beat) ? paint.faint("|") : "";
      return `${barline}${paint.cell(letter)}`;
    });
    return `${left} ${letters.join("")}`;
  });
}

function footLines(state: ScreenState, { columns, rows }: ScreenSize, paint: ScreenPaint): readonly string[] {
  const foot = footRowsOf(rows, state.reports.length);
  const [newest] = state.reports;
  const issues = (newest?.issues ?? []).map((issue) => {
    const colour = issue.severity === "critical" || issue.severity === "error" ? paint.bad : paint.warn;
    const text = `  ${issue.severity.padEnd(8)} ${countText(issue.count).padStart(5)}  ${issueWords(issue.category, issue.count)}`;
    return (issue.severity === "info" ? paint.faint : colour)(plain(text, columns));
  });
  const reports = state.reports.map((report) => plain(reportText(report), columns));
  const [note] = state.notes;
  const last =
    note === undefined
      ? paint.faint(plain(columns >= LEGEND_FROM ? `${KEYS_HINT}${LEGEND}` : KEYS_HINT, columns))
      : (note.warning ? paint.warn : paint.faint)(plain(note.text, columns));
  const room = foot - 2;
  const shownIssues = issues.slice(0, Math.max(0, room - 1));
  const body = [
    ...reports.slice(0, 1).map((line) => paint.strong(line)),
    ...shownIssues,
    ...reports.slice(1).map(paint.faint),
  ];
  return [
    paint.faint("-".repeat(columns)),
    ...fill((body.length > 0 ? body : [paint.faint("no report yet: a bar has to end")]).slice(0, room), room),
    last,
  ];
}

function reportText(report: BarReport): string {
  const issues = report.issues?.length ?? 0;
  return [
    `beats ${rangeText(report.from_beat, report.to_beat)}`,
    countOf(report.agents_reporting, "agent"),
    countOf(report.on_time_reviews, "review"),
    countOf(report.help_promises_fulfilled, "help"),
    `drift ${report.tempo_drift_ms.toFixed(1)} ms`,
    report.secret_rotations_ok ? "" : "secrets FAILED",
    issues === 0 ? "all well" : countOf(issues, "issue"),
  ]
    .filter((part) => part !== "")
    .join("  ");
}

function fill(lines: readonly string[], rows: number): readonly string[] {
  return Array.from({ length: rows }, (_, row) => lines[row] ?? "");
}
