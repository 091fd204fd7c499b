/**
 * Reports for those who listen to them (BACKBEAT-REQ-021): each once, in order; what the wire missed is read from the
 * report stream, where there is one that this user may read. Nothing is subscribed before somebody listens.
 */
import type { BarReport } from "../contracts/bar-report.ts";
import { createDecoder } from "../contracts/decode.ts";
import { Refusal } from "../contracts/refusal.ts";
import type { Bus, BusSubscription, Log } from "../ports.ts";
import type { Listener, Listeners } from "./listeners.ts";
import { type FollowedReport, ReportFollower, type ReportReader } from "./report-follower.ts";

export interface HeardReportsParts {
  readonly bus: Bus;
  readonly log: Log;
  readonly subjects: { readonly reverb: string; readonly commit: string };
  readonly reader: ReportReader | undefined;
  readonly listeners: Listeners<BarReport>;
}

/** State: who listens, and what was missed. */
export class HeardReports {
  readonly #parts: HeardReportsParts;
  readonly #decoder = createDecoder();
  #follower: ReportFollower | undefined;
  #subscriptions: readonly BusSubscription[] = [];
  #missed = 0;
  #refused = 0;

  constructor(parts: HeardReportsParts) {
    this.#parts = parts;
  }

  /** Reports that were not heard and could not be read either, as far as is known: at least so many. */
  get missed(): number {
    return this.#missed;
  }

  /** Bodies that were no report. */
  get refused(): number {
    return this.#refused;
  }

  add(listener: Listener<BarReport>): () => void {
    const off = this.#parts.listeners.add(listener);
    if (this.#follower === undefined) this.#begin();
    return off;
  }

  stop(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#follower?.stop();
    this.#parts.listeners.clear();
  }

  #begin(): void {
    const { bus, log, reader, subjects } = this.#parts;
    const follower = new ReportFollower({
      reader,
      commitSubject: subjects.commit,
      onReport: (report) => this.#heard(report),
      onHole: ({ filled, missed }) => {
        this.#missed += missed - filled;
      },
      onMissing: () => {
        this.#missed += 1;
      },
      onUnreadable: (why) => log.warn(`Reports that were not heard cannot be read: ${why}`),
    });
    this.#follower = follower;
    this.#subscriptions = [
      bus.subscribe(subjects.reverb, (message) => follower.heard(message)),
      bus.onLink((link) => {
        if (link === "restored") follower.lookAtEnd();
      }),
    ];
  }

  #heard({ data }: FollowedReport): void {
    const report = this.#decoder.report(data);
    if (report instanceof Refusal) this.#refused += 1;
    else this.#parts.listeners.tell(report);
  }
}
