/**
 * Ends a process whose event loop is wedged, so that a supervisor can start it again.
 *
 * A worker thread ticks and asks the main thread to answer each tick; so many ticks in a row without an answer, and
 * it kills the process: SIGKILL, for a wedged process hears nothing else. It counts its *own* ticks, not elapsed
 * time: a process that was stopped, or a machine that slept, has not ticked either, and is not wedged.
 */
import { Worker } from "node:worker_threads";
import type { Log } from "../ports.ts";
import type { WatchdogOrders } from "./watchdog-worker.ts";

/** Time between two ticks. */
const TICK_MS = 1_000;

/** Unanswered ticks after which the process is given up: a close of a million agents takes a tenth of one. */
const UNANSWERED_MAX = 20;

export interface WatchdogOptions {
  readonly log: Log;
  /** Default 1,000 ms. */
  readonly tickMs?: number;
  /** Default 20. */
  readonly unansweredMax?: number;
}

export interface Watchdog {
  stop(): Promise<void>;
}

/** Begins to watch this process. It does not keep it alive. */
export function startWatchdog({ log, tickMs, unansweredMax }: WatchdogOptions): Watchdog {
  const worker = new Worker(new URL("./watchdog-worker.js", import.meta.url), {
    workerData: {
      pid: process.pid,
      tickMs: tickMs ?? TICK_MS,
      unansweredMax: unansweredMax ?? UNANSWERED_MAX,
    } satisfies WatchdogOrders,
    // Nothing of ours is loaded there: a few MB.
    resourceLimits: { maxOldGenerationSizeMb: 8 },
    // Whatever node was told for the process is none of its business, and may keep it from starting.
    env: {},
    execArgv: [],
  });
  worker.on("message", () => worker.postMessage("answer"));
  worker.on("error", (error) =>
    log.error(`The watchdog ended: ${error.message}; a wedged process is not noticed`),
  );
  worker.unref();
  return {
    async stop() {
      await worker.terminate();
    },
  };
}
