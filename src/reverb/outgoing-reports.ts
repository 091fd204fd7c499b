/**
 * Reports on their way out: in order, each until the server has it (R1, PER-002).
 *
 * While the link is down they wait here, bounded. A report whose delivery the server did not confirm, because
 * the link broke at that moment, is sent again: the same bytes under the same window id.
 */
import { encodeReport } from "../contracts/encode.ts";
import type { WindowDetail } from "../core/summary.ts";
import type { ReverbPorts } from "./parts.ts";

/** Reports kept while the link is down: as many bars as are retained for the API by default. */
export const REPORTS_WAITING_MAX = 100;

export interface OutgoingParts extends ReverbPorts {
  /** The server has a report. */
  readonly onPublished: (detail: WindowDetail) => void;
  /** A report is about to be handed to the link; it may be once more. */
  readonly onSending: (windowId: string) => void;
}

interface Outgoing {
  readonly windowId: string;
  readonly detail: WindowDetail;
  readonly body: Uint8Array;
  /** When the frame was read that showed the bar to be over, on the monotonic clock. */
  readonly barOverAtMs: number;
}

/** State: the reports that the server does not have yet, oldest first. */
export class OutgoingReports {
  readonly #subject: string;
  readonly #ports: OutgoingParts;
  #waiting: Outgoing[] = [];
  #published = 0;
  #dropped = 0;
  #isSending = false;
  #sending = Promise.resolve();
  /** Asked to send while sending: the link may have come back since the last try. */
  #isAskedAgain = false;

  constructor(subject: string, ports: OutgoingParts) {
    this.#subject = subject;
    this.#ports = ports;
  }

  /** Reports that the server has. */
  get published(): number {
    return this.#published;
  }

  /** Reports given up because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Since when the oldest of them waits, on the monotonic clock; undefined when none does. */
  get waitingSinceMs(): number | undefined {
    return this.#waiting[0]?.barOverAtMs;
  }

  /** Queues a report and sends what waits. Never blocks, never throws. */
  add(detail: WindowDetail, barOverAtMs: number): void {
    const body = encodeReport(detail.report);
    this.#ports.metrics.observe("report_bytes", body.length);
    this.#waiting.push({ windowId: detail.windowId, detail, body, barOverAtMs });
    if (this.#waiting.length > REPORTS_WAITING_MAX) this.#drop();
    void this.send();
  }

  /** Sends all that waits, in order; resolves when the server has it or the link is lost. Never rejects. */
  send(): Promise<void> {
    this.#isAskedAgain = true;
    if (!this.#isSending) this.#sending = this.#sendAll();
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#isAskedAgain) {
      this.#isAskedAgain = false;
      while (this.#waiting.length > 0 && (await this.#sendWaiting()));
    }
    this.#isSending = false;
  }

  /** False: the link is down; the rest waits for it. */
  async #sendWaiting(): Promise<boolean> {
    const { bus, clock, metrics, onSending } = this.#ports;
    const batch = [...this.#waiting];
    for (const report of batch) {
      onSending(report.windowId);
      if (!bus.publish(this.#subject, report.body)) return false;
      metrics.observe("rollup_seconds", (clock.monotonicMs() - report.barOverAtMs) / 1_000);
    }
    try {
      await bus.flush();
    } catch {
      return false;
    }
    this.#published += batch.length;
    this.#waiting = this.#waiting.filter((report) => !batch.includes(report));
    for (const { detail } of batch) this.#ports.onPublished(detail);
    return true;
  }

  #drop(): void {
    const oldest = this.#waiting.shift();
    this.#dropped += 1;
    this.#ports.log.error(
      `Cannot publish the report of window ${oldest?.windowId}: not connected for ${REPORTS_WAITING_MAX} bars; it is dropped`,
      { windowId: oldest?.windowId, waitingMax: REPORTS_WAITING_MAX },
    );
  }
}
