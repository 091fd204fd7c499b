/**
 * When the score is asked for: at once when the operator wants other lanes, else at most once a second, one question
 * at a time. A question that nobody wants the answer of any more is dropped.
 */

/** Reverb's own limit for changes of the roster; it also keeps a busy fleet from being asked without end. */
const PAUSE_MS = 1_000;

export interface FetcherPorts {
  /** Asks with the wishes of now; resolves when its answer was taken, or it came to nothing. */
  ask(signal: AbortSignal): Promise<void>;
  nowMs(): number;
  later(run: () => void, delayMs: number): () => void;
  /** Whether anybody can see the page. */
  isSeen(): boolean;
}

/** State: the question under way, and whether another one is due. */
export class Fetcher {
  readonly #ports: FetcherPorts;
  #underWay: AbortController | undefined;
  #isDue = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(ports: FetcherPorts) {
    this.#ports = ports;
  }

  /** Other lanes are wanted: what is under way answers another question. */
  askNow(): void {
    this.#underWay?.abort();
    this.#start();
  }

  /** The lanes may have changed. */
  askSoon(): void {
    this.#isDue = true;
    if (this.#underWay !== undefined || this.#cancelTimer !== undefined || !this.#ports.isSeen()) return;
    const delayMs = Math.max(0, this.#askedAtMs + PAUSE_MS - this.#ports.nowMs());
    if (delayMs === 0) this.#start();
    else
      this.#cancelTimer = this.#ports.later(() => {
        this.#cancelTimer = undefined;
        this.#start();
      }, delayMs);
  }

  /** Nobody wants to know any more. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#underWay?.abort();
    this.#underWay = undefined;
  }

  #start(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isDue = false;
    const controller = new AbortController();
    this.#underWay = controller;
    this.#askedAtMs = this.#ports.nowMs();
    this.#ports
      .ask(controller.signal)
      .finally(() => {
        if (this.#underWay !== controller) return;
        this.#underWay = undefined;
        if (this.#isDue) this.askSoon();
      })
      // An answer that could not be taken is a fault to be seen, but no reason to ask no more.
      .catch((error: unknown) => reportError(error));
  }
}
