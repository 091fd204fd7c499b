/** The thread of the watchdog: ticks, counts the ticks that were not answered, and ends the process. See watchdog.ts. */
import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

/** What the thread is told at its start. */
export interface WatchdogOrders {
  readonly pid: number;
  readonly tickMs: number;
  readonly unansweredMax: number;
}

const STDERR = 2;

const { pid, tickMs, unansweredMax } = workerData as WatchdogOrders;
let unanswered = 0;

parentPort?.on("message", () => {
  unanswered = 0;
});

setInterval(() => {
  if (unanswered >= unansweredMax) endProcess();
  unanswered += 1;
  parentPort?.postMessage("tick");
}, tickMs);

/** The log lives in the thread that does not answer: the line goes out by itself. */
function endProcess(): void {
  try {
    writeSync(STDERR, `backbeat: the event loop missed ${unanswered} ticks in a row, ending the process\n`);
  } finally {
    process.kill(pid, "SIGKILL");
  }
}
