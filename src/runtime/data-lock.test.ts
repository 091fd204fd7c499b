import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEADLINE_MS, waitFor } from "../../test/support/wait-for.ts";
import type { BackbeatError } from "../errors.ts";
import { type DataLock, lockDataDir } from "./data-lock.ts";
import { ownIdentity, type ProcessIdentity, standingOf } from "./process-identity.ts";

let folder = "";
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backbeat-lock-"));
});
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const neverLost = (error: BackbeatError): void => {
  throw error;
};
const lock = (role = "reverb"): Promise<DataLock> => lockDataDir(folder, role, { onLost: neverLost });
const locks = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".lock"));

/** A flag as another process would have raised it. */
function plant(owner: ProcessIdentity, token = "0123456789abcdef"): string {
  const path = join(folder, `reverb-${token}.lock`);
  writeFileSync(path, JSON.stringify({ ...owner, since: "2026-01-01T00:00:00.000Z" }));
  return path;
}

/** A living process and its identity. */
async function someProcess(): Promise<{
  readonly process: ChildProcess;
  readonly identity: ProcessIdentity;
}> {
  const started = spawn(process.execPath, ["-e", "console.log('up'); setInterval(() => {}, 1000)"]);
  child = started;
  await new Promise((resolve) => started.stdout?.once("data", resolve));
  const pid = started.pid ?? 0;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return { process: started, identity: { ...ownIdentity(), pid, startTicks } };
}

const elsewhere: ProcessIdentity = {
  pid: 1,
  host: "other-container",
  startTicks: "5",
  boot: "b",
  pidNamespace: "n",
};

describe("lockDataDir", () => {
  it("P1 lockDataDir lets one process in per role, and the next after its release", async () => {
    const first = await lock();
    await expect(lock()).rejects.toThrow(expect.objectContaining({ code: "data-dir-locked" }));
    const other = await lock("pulse");
    first.release();
    first.release();
    const second = await lock();
    second.release();
    other.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("P1 lockDataDir names the holder and what to do", async () => {
    const held = await lock();
    const refusal = await lock().catch((error: unknown) => error);
    expect((refusal as Error).message).toMatch(
      new RegExp(`^Cannot use data directory ${folder} for reverb: process ${process.pid} on .* --data-dir$`),
    );
    held.release();
  });

  it("P1 lockDataDir lets at most one of many in that start at once, and one in the end", async () => {
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lock()));
      const winners = results.filter((result) => result.status === "fulfilled");
      expect(winners.length).toBeLessThanOrEqual(1);
      expect(locks()).toHaveLength(winners.length);
      for (const winner of winners) winner.value.release();
    }
    (await lock()).release();
  });

  it.runIf(process.platform === "linux")(
    "P1 lockDataDir takes over from a process that was killed, at once",
    async () => {
      const { process: holder, identity } = await someProcess();
      plant(identity);
      await expect(lock()).rejects.toThrow(`process ${identity.pid} `);
      const ended = new Promise((resolve) => holder.once("exit", resolve));
      holder.kill("SIGKILL");
      await ended;
      const taken = await lock();
      expect(locks()).toHaveLength(1);
      taken.release();
    },
  );

  it.runIf(process.platform === "linux")(
    "P1 lockDataDir is not deceived by a pid that was given again",
    async () => {
      plant({ ...ownIdentity(), startTicks: "1" });
      (await lock()).release();
      expect(locks()).toEqual([]);
    },
  );

  it("P1 lockDataDir yields to a process of another container as long as its heart beats", async () => {
    const path = plant(elsewhere);
    const said: string[] = [];
    let beats = 0;
    const say = (text: string) => void said.push(text);
    const options = { onLost: neverLost, say, stillMs: DEADLINE_MS };
    const attempt = lockDataDir(folder, "reverb", options).catch((error: unknown) => error);
    await waitFor("the look at its heart", () => said.length > 0);
    const time = new Date(Date.now() + ++beats * 1_000);
    utimesSync(path, time, time);
    expect(((await attempt) as BackbeatError).message).toContain("process 1 on other-container has it since");
    expect(locks()).toHaveLength(1);
  });

  it("P1 lockDataDir takes over from a process of another container whose heart is still", async () => {
    plant(elsewhere);
    const taken = await lockDataDir(folder, "reverb", { onLost: neverLost, stillMs: 300 });
    expect(locks()).toHaveLength(1);
    taken.release();
  });

  it("P1 lockDataDir removes a flag that a crash of the machine left incomplete", async () => {
    writeFileSync(join(folder, "reverb-0123456789abcdef.lock"), "");
    (await lock()).release();
    expect(locks()).toEqual([]);
  });

  it("P1 lockDataDir tells a holder whose flag was removed", async () => {
    const lost: BackbeatError[] = [];
    const held = await lockDataDir(folder, "reverb", { onLost: (error) => void lost.push(error) });
    for (const name of locks()) unlinkSync(join(folder, name));
    await waitFor("the loss to be noticed", () => lost.length === 1);
    expect(lost[0]?.code).toBe("data-dir-locked");
    held.release();
  });

  it("P1 lockDataDir says in one line that the directory cannot be written", async () => {
    const attempt = lockDataDir(join(folder, "missing"), "reverb", { onLost: neverLost });
    await expect(attempt).rejects.toThrow(expect.objectContaining({ code: "data-dir-unusable" }));
  });
});

describe("standingOf", () => {
  it.runIf(process.platform === "linux")("P1 standingOf knows itself, and does not guess at others", () => {
    const own = ownIdentity();
    expect(standingOf(own, own)).toBe("alive");
    expect(standingOf({ ...own, startTicks: "1" }, own)).toBe("dead");
    expect(standingOf({ ...own, pid: 2 ** 22 + 1 }, own)).toBe("dead");
    expect(standingOf({ ...own, boot: "another" }, own)).toBe("unknown");
    expect(standingOf({ ...own, pidNamespace: "another" }, own)).toBe("unknown");
    expect(standingOf({ pid: own.pid, host: own.host }, own)).toBe("unknown");
  });
});
