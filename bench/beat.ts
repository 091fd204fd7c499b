/**
 * How true a beat is: A = setInterval, B = setTimeout from beat to beat, C = ours, side by side, each a process.
 *
 *   npm run bench:beat                  ten minutes idle, then ten beside a busy loop
 *   npm run bench:beat -- --seconds 60  shorter
 *
 * Lateness is measured against where each beat belongs by the monotonic clock; drift is how much longer a beat took
 * than it says, over the whole run. The busy loop works 5 of every 20 ms in the very process that beats.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTestServer } from "../test/support/nats-server.ts";
import type { BeaterFigures } from "./beater.ts";
import { median } from "./figures.ts";

const secondsAt = process.argv.indexOf("--seconds");
const SECONDS = secondsAt < 0 ? 600 : Number(process.argv[secondsAt + 1]);
const NAMES = { A: "setInterval", B: "setTimeout, chained", C: "backbeat" } as const;
/** The idle pulse is looked at for so long, after it has settled. */
const IDLE_SECONDS = Math.min(60, SECONDS);
const SETTLE_SECONDS = 5;
const CLOCK_TICKS_PER_SECOND = 100;

for (const load of ["idle", "busy"] as const) await compare(load);
await idlePulse();

async function compare(load: "idle" | "busy"): Promise<void> {
  const kinds = Object.keys(NAMES) as (keyof typeof NAMES)[];
  const all = await Promise.all(kinds.map((kind) => run(kind, load)));
  process.stdout.write(`${load}, ${SECONDS} s, a beat each ${all[0]?.periodMs} ms\n`);
  for (const [at, figures] of all.entries()) {
    const kind = kinds[at] as keyof typeof NAMES;
    const late = `late p50 ${ms(figures.lateMs.p50)}, p99 ${ms(figures.lateMs.p99)}, max ${ms(figures.lateMs.max)}`;
    process.stdout.write(
      `  ${kind}  ${NAMES[kind].padEnd(20)} ${late}   early ${figures.early}   drift ${figures.driftPpm.toFixed(2).padStart(9)} ppm\n`,
    );
  }
  const [a, , c] = all;
  const ratio = Math.abs((a?.driftPpm ?? 0) / (c?.driftPpm ?? Number.NaN));
  process.stdout.write(`  drift A/C ${ratio.toFixed(0)}\n\n`);
}

async function run(kind: string, load: string): Promise<BeaterFigures> {
  const path = fileURLToPath(new URL("beater.js", import.meta.url));
  const child: ChildProcess = fork(path, [kind, load, String(SECONDS)]);
  return (await once(child, "message"))[0] as BeaterFigures;
}

/** What a pulse that has nothing to do but beat costs. */
async function idlePulse(): Promise<void> {
  await using server = await startTestServer({ jetstream: true });
  const dataDir = mkdtempSync(join(tmpdir(), "backbeat-bench-"));
  const own = ["--nats", server.url, "--tempo", "24", "--bar-length", "8"];
  const rest = ["--http", "127.0.0.1:0", "--data-dir", dataDir, "--log-level", "warn"];
  const child = fork("dist/cli/main.js", ["pulse", ...own, ...rest], { silent: true });
  await pause(SETTLE_SECONDS);
  const [before, rss] = [cpuSeconds(child.pid), [] as number[]];
  for (let second = 0; second < IDLE_SECONDS; second += 1) {
    await pause(1);
    rss.push(rssMb(child.pid));
  }
  const share = (100 * (cpuSeconds(child.pid) - before)) / IDLE_SECONDS;
  child.kill("SIGTERM");
  await once(child, "exit");
  rmSync(dataDir, { recursive: true, force: true });
  process.stdout.write(
    `an idle pulse at 24 beats a minute: ${share.toFixed(2)} % of a core, RSS ${median(rss).toFixed(0)} MB\n`,
  );
}

function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

function rssMb(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_000;
}

function ms(value: number): string {
  return `${value.toFixed(2).padStart(8)} ms`;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
