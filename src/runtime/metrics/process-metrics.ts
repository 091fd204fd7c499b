/**
 * What every process measures of itself.
 *
 * Event-loop delay is told over the last one to two minutes, however often and by how many it is scraped: a
 * figure that a scrape resets would be split between two Prometheus servers.
 */
import { readdirSync } from "node:fs";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { counter, gauge, type MetricRow } from "./row.ts";

/** Each look wakes the process up: a hundred a second were a third of what an idle pulse costs. */
const LOOP_RESOLUTION_MS = 50;
const LOOP_WINDOW_MS = 60_000;
const NS_PER_S = 1e9;

interface LoopDelay {
  readonly meanSeconds: number;
  readonly p99Seconds: number;
  readonly maxSeconds: number;
}

export interface ProcessSource {
  readonly memory: NodeJS.MemoryUsage;
  readonly cpu: NodeJS.CpuUsage;
  readonly loop: LoopDelay;
  readonly openFiles: number | undefined;
  readonly wallAheadMs: number | undefined;
}

export interface ProcessWatch {
  read(): ProcessSource;
  stop(): void;
}

/** Watches this process until stopped. `systemAheadMs` is the clock's distance from the system's wall clock. */
export function watchProcess(clock?: { readonly systemAheadMs: number }): ProcessWatch {
  const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  histogram.enable();
  let windowStartMs = performance.now();
  let before: LoopDelay = { meanSeconds: 0, p99Seconds: 0, maxSeconds: 0 };
  const loop = (): LoopDelay => {
    const now = loopDelayOf(histogram);
    const told = worse(before, now);
    if (performance.now() - windowStartMs >= LOOP_WINDOW_MS) {
      windowStartMs = performance.now();
      before = now;
      histogram.reset();
    }
    return told;
  };
  return {
    read: () => ({
      memory: process.memoryUsage(),
      cpu: process.cpuUsage(),
      loop: loop(),
      openFiles: countOpenFiles(),
      wallAheadMs: clock?.systemAheadMs,
    }),
    stop: () => void histogram.disable(),
  };
}

/** The histogram counts the whole interval; what is beyond it is the delay. */
function loopDelayOf(histogram: IntervalHistogram): LoopDelay {
  if (histogram.count === 0) return { meanSeconds: 0, p99Seconds: 0, maxSeconds: 0 };
  const seconds = (ns: number): number => Math.max(0, ns / NS_PER_S - LOOP_RESOLUTION_MS / 1_000);
  return {
    meanSeconds: seconds(histogram.mean),
    p99Seconds: seconds(histogram.percentile(99)),
    maxSeconds: seconds(histogram.max),
  };
}

function worse(a: LoopDelay, b: LoopDelay): LoopDelay {
  return {
    meanSeconds: Math.max(a.meanSeconds, b.meanSeconds),
    p99Seconds: Math.max(a.p99Seconds, b.p99Seconds),
    maxSeconds: Math.max(a.maxSeconds, b.maxSeconds),
  };
}

/** Undefined where the system has no /proc. */
function countOpenFiles(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

/** Start of the process, seconds since the Unix epoch; fixed, as restarts are counted by it. */
const START_SECONDS = (Date.now() - performance.now()) / 1_000;

export const PROCESS_METRICS: readonly MetricRow<ProcessSource>[] = [
  counter(
    "process_cpu_seconds_total",
    "CPU time used, user and system",
    ({ cpu }) => (cpu.user + cpu.system) / 1e6,
  ),
  gauge("process_resident_memory_bytes", "Memory in use", ({ memory }) => memory.rss),
  gauge("process_start_time_seconds", "Start, seconds since the Unix epoch", () => START_SECONDS),
  gauge("process_open_fds", "Open files and sockets", ({ openFiles }) => openFiles),
  gauge("nodejs_heap_used_bytes", "JavaScript heap in use", ({ memory }) => memory.heapUsed),
  gauge("nodejs_heap_size_bytes", "JavaScript heap reserved", ({ memory }) => memory.heapTotal),
  gauge(
    "nodejs_external_memory_bytes",
    "Memory outside the JavaScript heap",
    ({ memory }) => memory.external,
  ),
  gauge(
    "nodejs_eventloop_delay_mean_seconds",
    "How late the event loop was, mean over the last minute or two",
    ({ loop }) => loop.meanSeconds,
  ),
  gauge(
    "nodejs_eventloop_delay_p99_seconds",
    "How late the event loop was, 99th percentile over the last minute or two",
    ({ loop }) => loop.p99Seconds,
  ),
  gauge(
    "nodejs_eventloop_delay_max_seconds",
    "How late the event loop was, at most over the last minute or two",
    ({ loop }) => loop.maxSeconds,
  ),
  gauge(
    "backbeat_wall_clock_offset_seconds",
    "By how much the system's wall clock is ahead of ours, which is only drawn towards it",
    ({ wallAheadMs }) => (wallAheadMs === undefined ? undefined : wallAheadMs / 1_000),
  ),
];
