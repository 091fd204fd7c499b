import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { compiledSource } from "../support/compiled.ts";
import { waitFor } from "../support/wait-for.ts";

const TICK_MS = 50;
const UNANSWERED_MAX = 10;

/** A process with a watchdog; it says `ready`, then blocks its event loop for so long each time that it is told to. */
function start(): {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly stderr: () => string;
} {
  const watchdog = JSON.stringify(compiledSource("runtime/watchdog.js"));
  const script = `
    import { startWatchdog } from ${watchdog};
    const say = (text) => process.stdout.write(text + "\\n");
    const log = { debug() {}, info() {}, warn() {}, error: say };
    startWatchdog({ log, tickMs: ${TICK_MS}, unansweredMax: ${UNANSWERED_MAX} });
    process.stdin.on("data", (chunk) => {
      const until = performance.now() + Number(chunk);
      while (performance.now() < until);
      say("awake");
    });
    say("ready");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  let said = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return { child, said: () => said, stderr: () => stderr };
}

describe("watchdog", () => {
  it("ends a process whose event loop is wedged with SIGKILL, and says so", async () => {
    const { child, said, stderr } = start();
    await waitFor("the process", () => said().includes("ready"));
    const exited = once(child, "exit");
    child.stdin?.write("600000");
    expect(await exited).toEqual([null, "SIGKILL"]);
    expect(stderr()).toContain("the event loop missed 10 ticks in a row");
  });

  it("lets a busy process, and one that was stopped for longer than its limit, live", async () => {
    const { child, said } = start();
    await waitFor("the process", () => said().includes("ready"));
    child.stdin?.write(String((TICK_MS * UNANSWERED_MAX) / 3));
    await waitFor("it to come back", () => said().includes("awake"));
    child.kill("SIGSTOP");
    const stoppedAtMs = performance.now();
    await waitFor("a long sleep", () => performance.now() - stoppedAtMs > 3 * TICK_MS * UNANSWERED_MAX);
    child.kill("SIGCONT");
    child.stdin?.write("1");
    await waitFor("it to answer", () => said().split("awake").length === 3);
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    expect(await exited).toEqual([null, "SIGTERM"]);
  });
});
