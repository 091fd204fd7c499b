/** The eye that is a screen: keeps what was shown last, and draws it four times a second. */
import type { BarReport } from "../../../contracts/bar-report.ts";
import type { BeatFrame } from "../../../contracts/beat-frame.ts";
import type { Clock, Timer } from "../../../ports.ts";
import type { BarPlace } from "../beat-line.ts";
import type { WatchEye } from "../eye.ts";
import type { FleetFold } from "./fleet-fold.ts";
import { laneRowsOf, type ScreenSize, screenLines } from "./screen-lines.ts";
import type { ScreenPaint } from "./screen-paint.ts";

/** Often enough for a beat to be seen moving, seldom enough for a slow line to a terminal. */
const DRAW_EVERY_MS = 250;

/** Reports that a tall screen shows. */
const REPORTS_KEPT = 12;
/** Something that was said once is read by then. */
const NOTE_SHOWN_MS = 30_000;

export interface ScreenEyeParts {
  readonly clusterId: string;
  readonly clock: Clock;
  readonly fold: FleetFold;
  readonly paint: ScreenPaint;
  readonly size: () => ScreenSize;
  readonly show: (lines: readonly string[]) => void;
  /** Nothing more is shown; the last words go where lines go. */
  readonly end: (summary: readonly string[]) => void;
}

/** State: the newest beat, the last reports, the last note, and how far was scrolled. */
export class ScreenEye implements WatchEye {
  readonly #parts: ScreenEyeParts;
  #beat: { readonly frame: BeatFrame; readonly place: BarPlace; readonly atMs: number } | undefined;
  #reports: readonly BarReport[] = [];
  #note: { readonly text: string; readonly warning: boolean; readonly atMs: number } | undefined;
  #offset = 0;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(parts: ScreenEyeParts) {
    this.#parts = parts;
    this.draw();
  }

  beat(frame: BeatFrame, place: BarPlace): void {
    this.#beat = { frame, place, atMs: this.#parts.clock.monotonicMs() };
    this.draw();
  }

  report(report: BarReport): void {
    this.#reports = [report, ...this.#reports].slice(0, REPORTS_KEPT);
    this.draw();
  }

  note(text: string, warning: boolean): void {
    this.#note = { text, warning, atMs: this.#parts.clock.monotonicMs() };
    this.draw();
  }

  end(summary: readonly string[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#parts.fold.stop();
    this.#parts.end(summary);
  }

  /** By so many lanes; `pages` of what is shown. */
  scroll({ lanes = 0, pages = 0 }: { readonly lanes?: number; readonly pages?: number }): void {
    this.#offset = Math.max(0, this.#offset + lanes + pages * this.#laneRows());
    this.draw();
  }

  home(): void {
    this.#offset = 0;
    this.draw();
  }

  draw(): void {
    if (this.#isOver) return;
    const { clock, clusterId, fold, paint, show, size } = this.#parts;
    const nowMs = clock.monotonicMs();
    this.#timer?.cancel();
    this.#timer = clock.after(DRAW_EVERY_MS, () => this.draw());
    const note = this.#note !== undefined && nowMs - this.#note.atMs < NOTE_SHOWN_MS ? [this.#note] : [];
    const page = this.#page(fold);
    const beatMs = this.#beat === undefined ? 1 : 60_000 / this.#beat.frame.tempo_bpm;
    show(
      screenLines(
        {
          clusterId,
          beat: this.#beat,
          intoBeat: (nowMs - (this.#beat?.atMs ?? nowMs)) / beatMs,
          page,
          offset: this.#offset,
          reports: this.#reports,
          notes: note,
        },
        size(),
        paint,
      ),
    );
  }

  #page(fold: FleetFold) {
    const query = { limit: this.#laneRows(), bars: BARS_SHOWN };
    const page = fold.page({ ...query, offset: this.#offset });
    const last = Math.max(0, page.total - query.limit);
    if (this.#offset <= last) return page;
    // Scrolled beyond the end, or agents went away.
    this.#offset = last;
    return fold.page({ ...query, offset: last });
  }

  #laneRows(): number {
    return laneRowsOf(this.#parts.size(), this.#reports.length);
  }
}

/** As many as fit are drawn; a wide terminal holds sixteen bars of eight beats. */
const BARS_SHOWN = 16;
