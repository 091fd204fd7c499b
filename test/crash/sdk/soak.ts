/** Ten minutes of agents whose callbacks fail, whose budgets run out, and of one whose pulse is away all that time. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTestServer } from "../../support/nats-server.ts";
import { byTheClock, pause, type Scenario, until } from "../scenario.ts";
import { startHouse } from "./house.ts";
import type { SoakAccount, SoakOrder, SoakProgress, SoakWord } from "./soak-words.ts";

const JITTER_TOLERANCE_MS = 50;
const DRIFT_MAX_PPM = 50;
/** Of the short form: beats that are counted alone, and a bar of eight beats and one more that are reported. */
const ALONE_MIN = 6;
const REPORTS_MIN = 2;
const BEAT_MS = 500;
/** A quarter of a core, in steps that no beat falls between. */
const BUSY = "setInterval(() => { const end = performance.now() + 5; while (performance.now() < end); }, 20)";

export const sdkSoak: Scenario = {
  name: "sdk-soak",
  about: "SDK: callbacks fail with p = 0.01, budgets beside a busy loop, a pulse away, for ten minutes",
  async run({ isShort, say }) {
    const dir = mkdtempSync(join(tmpdir(), "backbeat-soak-"));
    await using server = await startTestServer({ jetstream: true });
    await using steady = await startHouse({ clusterId: "steady", server: server.url, dir, tempoBpm: 120 });
    await using silent = await startHouse({ clusterId: "silent", server: server.url, dir, tempoBpm: 120 });
    await Promise.all([steady.ready(), silent.ready()]);
    const busy = spawn(process.execPath, ["-e", BUSY], { stdio: "ignore" });
    const agents = startAgents({
      server: server.url,
      steady: "steady",
      silent: "silent",
      agents: 10,
      failRate: isShort ? 0.1 : 0.01,
    });
    await agents.ready;
    if (isShort) await agents.until("the first beats", ({ beats }) => beats >= 4);
    else await pause(10_000);
    await silent.killPulse();
    const silentFromMs = performance.now();
    for (let minute = 1; minute <= (isShort ? 0 : 10); minute += 1) {
      await pause(60_000);
      say(`minute ${minute}`);
    }
    if (isShort)
      await agents.until(
        "beats without a pulse, reports, budgets and failures",
        ({ budgets, callsFailed, degraded, reports }) =>
          degraded >= ALONE_MIN && reports >= REPORTS_MIN && budgets > 0 && callsFailed > 0,
      );
    silent.startPulse();
    const silentMs = performance.now() - silentFromMs;
    await agents.until("the pulse to be heard again", ({ hasRejoined }) => hasRejoined);
    if (!isShort) await pause(10_000);
    const account = await agents.stop();
    busy.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
    return judge(account, { silentMs, isShort });
  },
};

function startAgents(order: SoakOrder) {
  const child: ChildProcess = fork(fileURLToPath(new URL("./soak-process.js", import.meta.url)), [
    JSON.stringify(order),
  ]);
  const next = <K extends SoakWord["kind"]>(kind: K) =>
    new Promise<Extract<SoakWord, { kind: K }>>((resolve, reject) => {
      child.on("message", (word: SoakWord) => {
        if (word.kind === kind) resolve(word as Extract<SoakWord, { kind: K }>);
      });
      void once(child, "exit").then(([code]) => reject(new Error(`the agents ended with ${code}`)));
    });
  let progress: SoakProgress | undefined;
  child.on("message", (word: SoakWord) => {
    if (word.kind === "progress") progress = word.progress;
  });
  return {
    ready: next("ready"),
    /** What never comes shows in the account. */
    until: (what: string, isDone: (progress: SoakProgress) => boolean) =>
      until(what, () => progress !== undefined && isDone(progress)).catch(() => undefined),
    async stop(): Promise<SoakAccount> {
      const account = next("account");
      child.send({ kind: "stop" });
      return (await account).account;
    },
  };
}

function judge(
  { alone, back, callsFailed, overrunMs, reports, told, unhandled }: SoakAccount,
  { isShort, silentMs }: { readonly silentMs: number; readonly isShort: boolean },
) {
  const seconds = silentMs / 1_000;
  const due = Math.floor((silentMs + 20_000) / BEAT_MS);
  // Each beat is told, or told to have been missed.
  const unsaid = told.filter(({ beats, first, missed, newest }) => beats + missed !== newest - first + 1);
  const deaf = told.filter(({ beats, missed }) => beats + missed < due - 3 || missed > 0);
  const p99 = overrunMs[Math.ceil(overrunMs.length * 0.99) - 1] ?? 0;
  const most = overrunMs.at(-1) ?? 0;
  const offMs = Math.abs(alone.rejoinOffMs ?? Number.NaN);
  const ppm = (offMs / silentMs) * 1e6;
  const late = [
    ...(deaf.length > 0 ? [`${deaf.length} agents were told too few beats: ${JSON.stringify(deaf)}`] : []),
    ...(reports.some((count) => count < seconds / 4 - 3) ? [`reports heard: ${reports.join(", ")}`] : []),
    ...(most > JITTER_TOLERANCE_MS ? [`a budget was overrun by ${most.toFixed(1)} ms`] : []),
    ...(ppm > DRIFT_MAX_PPM ? [`off by ${offMs} ms (${ppm.toFixed(1)} ppm) when the pulse was back`] : []),
    ...(alone.degraded < due / 4 ? [`only ${alone.degraded} beats were flagged`] : []),
  ];
  const faults = [
    ...byTheClock(isShort, late),
    ...(unsaid.length > 0 ? [`beats came to nothing without a word: ${JSON.stringify(unsaid)}`] : []),
    ...(back + alone.back > 0 ? [`${back + alone.back} beats went back`] : []),
    ...(reports.some((count) => count === 0) ? [`reports heard: ${reports.join(", ")}`] : []),
    ...(callsFailed === 0 ? ["no callback failed: nothing was tried"] : []),
    ...(unhandled > 0 ? [`${unhandled} rejections were not handled`] : []),
    ...(overrunMs.length === 0 ? ["no budget ran out"] : []),
    ...(overrunMs.some((ms) => ms < -1) ? ["a budget ended early"] : []),
    ...(Number.isNaN(offMs) ? ["the pulse was not heard when it was back"] : []),
    ...(alone.degraded === 0 ? ["no beat was flagged"] : []),
  ];
  return {
    faults,
    figures: {
      "beats told to each agent": told[0]?.beats ?? 0,
      "callbacks failed": callsFailed,
      "unhandled rejections": unhandled,
      budgets: overrunMs.length,
      "overrun p99, ms": p99.toFixed(2),
      "overrun most, ms": most.toFixed(2),
      "seconds without a pulse": Math.round(seconds),
      "beats counted alone": alone.degraded,
      "off when it was back, ms": offMs.toFixed(2),
      "drift, ppm": ppm.toFixed(2),
      "claims meanwhile": alone.claims,
    },
  };
}
