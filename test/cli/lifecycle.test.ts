/** The end of a real process: signals, errors that nobody caught, a parent that is gone. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compiledSource } from "../support/compiled.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-life-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process with a lifecycle: a timer that keeps it alive, and one part whose end is `stop`. */
function start(stop: string, { stopLimitMs = DEADLINE_MS, then = "" } = {}) {
  const script = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(
    script,
    `import { Lifecycle } from ${JSON.stringify(compiledSource("runtime/lifecycle.js"))};
     import { createLog } from ${JSON.stringify(compiledSource("runtime/log.js"))};
     const log = createLog({ level: "info", format: "json" });
     const lifecycle = new Lifecycle({ log, stopLimitMs: ${stopLimitMs} });
     setInterval(() => {}, 1_000);
     lifecycle.onStop("the part", ${stop});
     log.info("started");
     ${then}
     process.exit(await lifecycle.finished);`,
  );
  const child = fork(script, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  // Not "close": that is never told once the channel was closed from here.
  const read = new Promise((resolve) => child.stderr?.once("end", resolve));
  const exited = new Promise<number | string>((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "")),
  );
  const ended = Promise.all([exited, read]).then(([end]) => end);
  const heard = (text: string) => waitFor(`"${text}" in its log`, () => said.includes(text));
  return { child, ended, heard, said: () => said };
}

const signal = (child: ChildProcess, name: NodeJS.Signals): void => void child.kill(name);

describe("the end of a process", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("BACKBEAT-REQ-020 Lifecycle ends with 0 after %s", async (name) => {
    const { child, ended, heard, said } = start(`async () => { log.info("part stopped"); }`);
    await heard("started");
    signal(child, name);
    expect(await ended).toBe(0);
    expect(said()).toContain(`Stopping: ${name}`);
    expect(said()).toContain("part stopped");
  });

  it("BACKBEAT-REQ-020 Lifecycle says what hangs, and ends with 1", async () => {
    const { child, ended, heard, said } = start("() => new Promise(() => {})", { stopLimitMs: 300 });
    await heard("started");
    signal(child, "SIGTERM");
    expect(await ended).toBe(1);
    expect(said()).toContain("Cannot stop in order: the part did not stop within 0.3 s; ending anyway");
  });

  it("BACKBEAT-REQ-020 Lifecycle ends at once on a second signal", async () => {
    const { child, ended, heard } = start("() => new Promise(() => {})");
    await heard("started");
    signal(child, "SIGTERM");
    await heard("Stopping");
    signal(child, "SIGINT");
    expect(await ended).toBe(130);
  });

  it.each([
    ["an exception", `setTimeout(() => { throw new Error("a bug"); });`],
    ["a rejection", `void Promise.reject(new Error("a bug"));`],
  ])("BACKBEAT-REQ-020 Lifecycle ends with 1 and one line on %s that nobody caught", async (_what, then) => {
    const { ended, said } = start("() => {}", { then });
    expect(await ended).toBe(1);
    const lines = said().trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      level: "error",
      message: "Unexpected error, ending: a bug",
    });
  });

  it("BACKBEAT-REQ-020 Lifecycle stops when the parent closes the channel, as it does when it dies", async () => {
    const { child, ended, heard, said } = start("() => {}");
    await heard("started");
    child.disconnect();
    expect(await ended).toBe(0);
    expect(said()).toContain("the process that started this one is gone");
  });
});
