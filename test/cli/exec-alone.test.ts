/** `backbeat exec` without NATS, without a pulse, and with a server that comes and goes: the command is not touched. */
import { describe, expect, it } from "vitest";
import { fleetStage } from "../support/fleet-stage.ts";
import { PATIENTLY } from "../support/patience.ts";
import { runProgram } from "../support/program.ts";
import { startProgram } from "../support/running-program.ts";
import { waitFor } from "../support/wait-for.ts";

const NOBODY = "nats://127.0.0.1:9";

/** Waited out where nothing comes; long enough for a busy machine to find out that somebody is there or not. */
const WAIT = ["--wait", "5"];

// At once: most of it is waiting.
describe.concurrent("BACKBEAT-REQ-041 backbeat exec without NATS", () => {
  it("runs the command all the same, keeps its exit code, and says in one line that it was not reported", async () => {
    const result = await runProgram([
      "exec",
      "--nats",
      NOBODY,
      ...WAIT,
      "--",
      "sh",
      "-c",
      "echo done; exit 6",
    ]);
    expect(result.end).toBe(6);
    expect(result.stdout).toBe("done\n");
    expect(result.stderr).toBe(
      `backbeat exec: sh was not reported: Cannot connect to ${NOBODY}: connection refused; is a NATS server running there?\n`,
    );
  });

  it("starts the command at once: it runs while NATS is still looked for, and is told about once", async () => {
    const program = startProgram(["exec", "--nats", NOBODY, "--", "cat"]);
    program.child.stdin.write("echoed\n");
    await program.printed("echoed\n");
    await waitFor("the line", () => program.stderr() !== "");
    program.child.stdin.end();
    expect(await program.end).toBe(0);
    const refused = `Cannot connect to ${NOBODY}: connection refused; is a NATS server running there?`;
    const why = program.stderr().replace("NATS has not answered yet", refused);
    // It says so after two seconds; a machine on which not even a refusal comes by then is busy.
    expect(why).toBe(`backbeat exec: cat is not reported for now: ${refused}; it runs on\n`);
  });

  it("waits no longer when it is told so after the command's end", async () => {
    const program = startProgram([
      "exec",
      "--nats",
      NOBODY,
      "--wait",
      "600",
      "--",
      "sh",
      "-c",
      "trap '' TERM; echo done; exit 6",
    ]);
    await program.printed("done");
    await waitFor("the end by a signal", async () => {
      program.child.kill("SIGTERM");
      return (await Promise.race([program.end, undefined])) !== undefined;
    });
    expect(await program.end).toBe(6);
  });

  it("begins to report when a server comes, and reports the end after one that was lost", async () => {
    await using stage = await fleetStage();
    await stage.answerWith(3);
    await stage.server.kill("SIGKILL");
    const program = startProgram(["exec", ...stage.flags, "--agent", "late", ...PATIENTLY, "--", "cat"]);
    program.child.stdin.write("runs\n");
    await program.printed("runs");
    await stage.server.restart();
    await stage.claimsOf("late", 1);
    await stage.server.kill("SIGKILL");
    program.child.stdin.end();
    await stage.server.restart();
    expect(await program.end).toBe(0);
    // Whoever listens may be back only later; that the server has the claim is all that exec can know.
    expect(program.stderr()).not.toContain("was not reported");
    expect(stage.saidBy("late")[0]).toBe("executing 3");
  });

  it("ends also when the server stands still", async () => {
    await using stage = await fleetStage();
    await stage.answerWith(3);
    const program = startProgram(["exec", ...stage.flags, "--agent", "stuck", "--wait", "1", "--", "cat"]);
    await stage.claimsOf("stuck", 1);
    await stage.flush();
    await stage.server.kill("SIGSTOP");
    program.child.stdin.end();
    expect(await program.end).toBe(0);
    expect(program.stderr()).toBe(
      "backbeat exec: the end of cat was not reported: the server did not confirm within 1 s\n",
    );
    await stage.server.kill("SIGCONT");
  });

  it("says that there is no pulse", async () => {
    await using stage = await fleetStage();
    const { end, stderr } = await runProgram(["exec", ...stage.flags, ...WAIT, "--", "true"]);
    expect(end).toBe(0);
    expect(stderr).toBe(
      "backbeat exec: true was not reported: no beat of cluster test on backbeat.test.beat, and nobody answers on backbeat.test.now; is its pulse running?\n",
    );
    await stage.flush();
    expect(stage.claims).toEqual([]);
  });
});
