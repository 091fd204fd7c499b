/**
 * Closed bars and their reports, kept in memory for the API.
 *
 * Bounded twice: by number, and for the details by age. What is forgotten is counted.
 */
import type { BarReport } from "../contracts/bar-report.ts";
import type { WindowDetail } from "../core/summary.ts";
import type { StoredReport } from "./view.ts";

export interface RetentionSettings {
  /** Bars kept, and reports kept. */
  readonly barsMax: number;
  /** Age after which the details of a bar are let go, ms since its report. */
  readonly ttlMs: number;
}

interface RetainedBar {
  readonly key: string;
  readonly detail: WindowDetail;
  readonly closedAtMs: number;
}

/** State: the last bars, oldest first. Times are the caller's, on one clock that never goes back. */
export class RetainedBars {
  readonly #settings: RetentionSettings;
  readonly #bars: RetainedBar[] = [];
  readonly #reports: WindowDetail[] = [];
  #forgotten = 0;

  constructor(settings: RetentionSettings) {
    this.#settings = settings;
  }

  /** Bars whose details were let go. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Of the last bar that was added. */
  get newestReport(): BarReport | undefined {
    return this.#reports.at(-1)?.report;
  }

  add(detail: WindowDetail, nowMs: number): void {
    this.#bars.push({ key: detail.windowId.toLowerCase(), detail, closedAtMs: nowMs });
    this.#reports.push(detail);
    if (this.#reports.length > this.#settings.barsMax) this.#reports.shift();
    this.#forget(nowMs);
  }

  /** Newest first. */
  windows(nowMs: number): WindowDetail[] {
    this.#forget(nowMs);
    return this.#bars.map((bar) => bar.detail).reverse();
  }

  /** The newest bar of that name, without case. */
  window(windowId: string, nowMs: number): WindowDetail | undefined {
    this.#forget(nowMs);
    const key = windowId.toLowerCase();
    return this.#bars.findLast((bar) => bar.key === key)?.detail;
  }

  /** Newest first. */
  reports(nowMs: number): StoredReport[] {
    this.#forget(nowMs);
    const retained = new Set(this.#bars.map((bar) => bar.detail));
    return this.#reports.map((detail) => stored(detail, retained.has(detail))).reverse();
  }

  #forget(nowMs: number): void {
    for (let oldest = this.#bars[0]; oldest !== undefined; oldest = this.#bars[0]) {
      const isOver =
        this.#bars.length > this.#settings.barsMax || nowMs - oldest.closedAtMs > this.#settings.ttlMs;
      if (!isOver) return;
      this.#bars.shift();
      this.#forgotten += 1;
    }
  }
}

/** In core mode a report travels without headers. */
function stored(detail: WindowDetail, isRetained: boolean): StoredReport {
  return { report: detail.report, headers: {}, ...(isRetained ? { issueDetails: detail.issueDetails } : {}) };
}
