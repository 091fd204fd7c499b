/** `backbeat exec` as a process: nothing of the command is changed, and the fleet hears of it. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FleetStage, fleetStage } from "../support/fleet-stage.ts";
import { PATIENTLY, unhurried } from "../support/patience.ts";
import { type ProgramOptions, runProgram } from "../support/program.ts";
import { startProgram } from "../support/running-program.ts";
import { waitFor } from "../support/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-exec-"));
let stage: FleetStage;

beforeAll(async () => {
  stage = await fleetStage();
  await stage.answerWith(7);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const sh = (script: string) => ["--", "sh", "-c", script];
const args = (agent: string, ...rest: string[]) => {
  return ["exec", ...stage.flags, ...PATIENTLY, "--agent", agent, ...rest];
};

/** Runs it to its end; of stderr, what it says whatever the machine has to do. */
async function run(argv: readonly string[], options?: ProgramOptions) {
  const { stderr, ...rest } = await runProgram(argv, options);
  return { ...rest, stderr: unhurried(stderr) };
}

describe("BACKBEAT-REQ-041 backbeat exec: the command", () => {
  it("runs a command that is shorter than a beat, and claims its begin and its end", async () => {
    const result = await run(args("short", "--task", "greet", ...sh("echo hello; echo oops >&2")));
    expect(result).toEqual({ end: 0, stdout: "hello\n", stderr: "oops\n" });
    const claims = await stage.claimsOf("short", 2);
    expect(stage.saidBy("short")).toEqual(["executing 7", "completed 7"]);
    expect(claims[1]).toMatchObject({ task_id: "greet", progress: 1 });
    expect(claims[0]?.hlc).not.toBe(claims[1]?.hlc);
  });

  it("ends with the command's exit code, and claims failed with it", async () => {
    expect((await run(args("failing", ...sh("exit 3")))).end).toBe(3);
    const claims = await stage.claimsOf("failing", 2);
    expect(claims[1]).toMatchObject({ state: "failed", task_id: "sh", metadata: { error_code: 3 } });
  });

  it("ends with 128 + n when a signal ended the command, and claims which", async () => {
    expect((await run(args("killed", ...sh("kill -KILL $$")))).end).toBe(137);
    expect((await stage.claimsOf("killed", 2))[1]).toMatchObject({
      state: "failed",
      metadata: { error_code: "SIGKILL" },
    });
  });

  it("ends with 127 when there is no such command, with one line that says so", async () => {
    const result = await run(args("missing", "--", "no-such-command", "x"));
    expect(result).toEqual({
      end: 127,
      stdout: "",
      stderr:
        'backbeat exec: Cannot run "no-such-command": it was not found, expected a program on the PATH or a path to one\n',
    });
    expect((await stage.claimsOf("missing", 2))[1]).toMatchObject({
      state: "failed",
      metadata: { error_code: 127 },
    });
  });

  it("ends with 126 when it is no program", async () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "not a program");
    const { end, stderr } = await run(args("no-program", "--", file));
    expect(end).toBe(126);
    expect(stderr).toContain("it is not executable");
  });

  it("runs a script without a first line that names its shell, from a path", async () => {
    const file = join(folder, "run me.sh");
    writeFileSync(file, "echo from script");
    chmodSync(file, 0o755);
    expect(await run(args("script", "--", file))).toMatchObject({ end: 0, stdout: "from script\n" });
    expect((await stage.claimsOf("script", 2))[1]?.task_id).toBe("run-me-sh");
  });

  it("gives the command its input, its folder and its environment", async () => {
    const result = await run(args("input", ...sh('cat; pwd -P; echo "$MARK"')), {
      input: "from stdin\n",
      cwd: folder,
      env: { MARK: "marked" },
    });
    expect(result.stdout.split("\n").slice(0, 3)).toEqual([
      "from stdin",
      expect.stringMatching(/backbeat-exec-/),
      "marked",
    ]);
  });

  it("takes everything after the command as the command's own", async () => {
    const result = await run(args("words", "echo", "--task", "x", "--help", "--", "a  b"));
    expect(result.stdout).toBe("--task x --help -- a  b\n");
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const)(
    "passes %s on and ends as the command does",
    async (signal) => {
      const script = `trap 'echo caught; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const program = startProgram(args(`trap-${signal}`, ...sh(script)));
      await program.printed("ready");
      await stage.claimsOf(`trap-${signal}`, 1);
      program.child.kill(signal);
      expect(await program.end).toBe(9);
      expect(program.stdout()).toBe("ready\ncaught\n");
      expect((await stage.claimsOf(`trap-${signal}`, 2))[1]).toMatchObject({ metadata: { error_code: 9 } });
    },
  );

  it("ends with 143 when the command dies of the signal that was passed on", async () => {
    const program = startProgram(args("dies", ...sh("echo ready; exec sleep 600")));
    await program.printed("ready");
    program.child.kill("SIGTERM");
    expect(await program.end).toBe(143);
    expect((await stage.claimsOf("dies", 2))[1]).toMatchObject({ metadata: { error_code: "SIGTERM" } });
  });

  it("is wrongly called without a command, and tells every mistake", async () => {
    const { end, stderr } = await run(["exec", "--expect", "soon", "--progress-pattern", "%"]);
    expect(end).toBe(2);
    expect(stderr).toContain("Cannot start backbeat exec: 3 mistakes");
    expect(stderr).toContain("<command> is needed");
    expect(stderr).toContain('--expect is "soon", expected a length of time');
    expect(stderr).toContain('--progress-pattern is "%", expected a regular expression with one group');
  });
});

describe("BACKBEAT-REQ-041 backbeat exec: claims", () => {
  it("claims at once and at each beat, under its own id where none is given", async () => {
    const program = startProgram(["exec", ...stage.flags, ...PATIENTLY, "--", "cat"]);
    const mine = () => stage.claims.filter(({ agent_id }) => agent_id.endsWith(`-${program.child.pid}`));
    await waitFor("the first claim", () => mine().length === 1);
    await stage.publish(8);
    await waitFor("the second claim", () => mine().length === 2);
    await stage.publish(9);
    await waitFor("the third claim", () => mine().length === 3);
    program.child.stdin.end();
    expect(await program.end).toBe(0);
    await waitFor("the last claim", () => mine().length === 4);
    expect(mine().map(({ state, beat_index }) => `${state} ${beat_index}`)).toEqual([
      "executing 7",
      "executing 8",
      "executing 9",
      "completed 9",
    ]);
    expect(mine()[0]).toMatchObject({ task_id: "cat", agent_id: expect.stringMatching(/^exec:.+-\d+$/) });
  });

  it("takes progress and a note from the command's lines", async () => {
    const pattern = ["--progress-pattern", "(\\d+)/(\\d+)"];
    const script = "printf 'building 1/4\\n'; read x; printf '\\033[1mbuilding 3/4\\033[0m\\r' >&2; read x";
    const program = startProgram(args("lines", ...pattern, ...sh(script)));
    await program.printed("1/4");
    await stage.claimsOf("lines", 1);
    await stage.publish(20);
    const [, second] = await stage.claimsOf("lines", 2);
    expect(second).toMatchObject({ progress: 0.25, notes: "building 1/4" });
    program.child.stdin.write("\n");
    await waitFor("3/4", () => program.stderr().includes("3/4"));
    await stage.publish(21);
    const [, , third] = await stage.claimsOf("lines", 3);
    expect(third).toMatchObject({ progress: 0.75, notes: "building 3/4" });
    program.child.stdin.end("\n");
    expect(await program.end).toBe(0);
    expect(program.stdout()).toBe("building 1/4\n");
    expect(unhurried(program.stderr())).toBe("\u001b[1mbuilding 3/4\u001b[0m\r");
    expect((await stage.claimsOf("lines", 4))[3]).toMatchObject({ progress: 1, notes: "building 3/4" });
  });

  it("counts progress from the time that the command should take", async () => {
    const program = startProgram(args("timed", "--expect", "10m", "--", "cat"));
    const [first] = await stage.claimsOf("timed", 1);
    expect(first?.progress).toBeLessThan(0.5);
    expect(first?.beats_left).toBe(10);
    program.child.stdin.end();
    expect(await program.end).toBe(0);
  });

  it("stops a command when its budget of beats is used up, and ends with 124", async () => {
    const program = startProgram(args("budget", "--budget", "2", ...sh("echo ready; exec sleep 600")));
    await stage.claimsOf("budget", 1);
    await stage.publish(8);
    await stage.claimsOf("budget", 2);
    await stage.publish(9);
    expect(await program.end).toBe(124);
    expect(unhurried(program.stderr())).toBe(
      "backbeat exec: sh is stopped: its budget of 2 beats is used up\n",
    );
    const claims = await stage.claimsOf("budget", 4);
    expect(stage.saidBy("budget")).toEqual(["executing 7", "executing 8", "executing 9", "failed 9"]);
    expect(claims[3]).toMatchObject({ state: "failed", metadata: { error_code: "budget" } });
  });
});
