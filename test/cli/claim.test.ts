/** `backbeat claim` as a process: one claim, delivered or not, and an exit code that says which. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FleetStage, fleetStage } from "../support/fleet-stage.ts";
import { PATIENTLY, unhurried } from "../support/patience.ts";
import { type ProgramResult, runProgram } from "../support/program.ts";
import { startProgram } from "../support/running-program.ts";
import { waitFor } from "../support/wait-for.ts";

let stage: FleetStage;

beforeAll(async () => {
  stage = await fleetStage();
  await stage.answerWith(7);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Runs it to its end; of stderr, what it says whatever the machine has to do. */
async function claim(...args: readonly string[]): Promise<ProgramResult> {
  const { stderr, ...rest } = await runProgram(["claim", ...args]);
  return { ...rest, stderr: unhurried(stderr) };
}

describe("BACKBEAT-REQ-041 backbeat claim", () => {
  it("claims for the current beat, says nothing, and ends with 0 when the server has it", async () => {
    expect(await claim("executing", ...stage.flags, ...PATIENTLY, "--agent", "ci:build-7")).toEqual({
      end: 0,
      stdout: "",
      stderr: "",
    });
    expect(await stage.claimsOf("ci:build-7", 1)).toEqual([
      {
        type: "backbeat.statusclaim.v1",
        agent_id: "ci:build-7",
        beat_index: 7,
        state: "executing",
        hlc: expect.any(String),
      },
    ]);
  });

  it("claims all that was said, and prints the claim as it was sent", async () => {
    const said = ["--task", "deploy", "--progress", "0.4", "--beats-left", "3", "--notes", "so far: ½"];
    const more = ["--depends", "a:1,b:2", "--next-beat", "12", "--metadata", '{"retry_count": 2}', "--json"];
    const { end, stdout } = await claim(
      "blocked",
      ...stage.flags,
      ...PATIENTLY,
      "--agent",
      "full",
      ...said,
      ...more,
    );
    expect(end).toBe(0);
    const [sent] = await stage.claimsOf("full", 1);
    expect(stdout).toBe(`${JSON.stringify(sent)}\n`);
    expect(sent).toMatchObject({
      task_id: "deploy",
      state: "blocked",
      progress: 0.4,
      beats_left: 3,
      notes: "so far: ½",
      dependencies: ["a:1", "b:2"],
      metadata: { retry_count: 2, next_beat: 12 },
    });
  });

  it("says in one line what it claimed where that is wanted, under the host's name where no other is given", async () => {
    const { stdout } = await claim("--state", "idle", ...stage.flags, ...PATIENTLY, "--verbose");
    expect(stdout).toMatch(/^claim:\S+ claimed idle for beat 7\n$/);
  });

  it("needs no pulse when the beat is given", async () => {
    await using silent = await fleetStage();
    const { end } = await claim(
      "completed",
      ...silent.flags,
      ...PATIENTLY,
      "--agent",
      "given",
      "--beat",
      "42",
    );
    expect(end).toBe(0);
    expect((await silent.claimsOf("given", 1))[0]?.beat_index).toBe(42);
  });

  it("takes the next frame where nobody answers, and says for what it waits and how long at most", async () => {
    await using silent = await fleetStage();
    const program = startProgram(["claim", "idle", ...silent.flags, "--agent", "patient", "--timeout", "60"]);
    await waitFor("the line", () => program.stderr() !== "");
    // After a second, in which a busy machine may not have got through to NATS.
    expect(program.stderr()).toMatch(
      /^backbeat claim: waiting for (a beat of cluster test|NATS), at most 60 s\n$/,
    );
    await waitFor("its claim", async () => {
      await silent.publish(99);
      return silent.claims.length > 0;
    });
    expect(await program.end).toBe(0);
    expect((await silent.claimsOf("patient", 1))[0]?.beat_index).toBe(99);
  });

  // At once: they are waiting. Long enough for a busy machine to find out that somebody is there or not.
  it.concurrent("ends with 1 when no beat comes in time, and says what to do", async () => {
    await using silent = await fleetStage();
    const { end, stderr, stdout } = await claim("idle", ...silent.flags, "--timeout", "4");
    expect({ end, stdout }).toEqual({ end: 1, stdout: "" });
    expect(stderr).toBe(
      "backbeat claim: The claim was not sent: no beat of cluster test came on backbeat.test.beat and nobody answered on backbeat.test.now (waited 4 s); is its pulse running? Wait longer than a beat with --wait, or name the beat with --beat\n",
    );
  });

  it.concurrent("ends with 1 when there is no NATS, and says where it looked", async () => {
    const { end, stderr } = await claim("idle", "--nats", "nats://127.0.0.1:9", "--wait", "4", "--beat", "1");
    expect(end).toBe(1);
    expect(stderr).toBe(
      "backbeat claim: The claim was not sent: Cannot connect to nats://127.0.0.1:9: connection refused; is a NATS server running there? (waited 4 s)\n",
    );
  });

  it("ends with 2 when it is wrongly called, tells every mistake, and sends nothing", async () => {
    const before = stage.claims.length;
    const wrong = await claim(
      "dancing",
      ...stage.flags,
      "--progress",
      "2",
      "--metadata",
      "[1]",
      "--agent",
      "a b",
    );
    expect(wrong.end).toBe(2);
    expect(wrong.stderr).toContain("4 mistakes");
    const contradiction = await claim("idle", ...stage.flags, "--beat", "9", "--next-beat", "3");
    expect(contradiction).toEqual({
      end: 2,
      stdout: "",
      stderr: "Cannot claim:\n  --next-beat is 3, expected a beat after --beat 9\n",
    });
    const huge = await claim(
      "idle",
      ...stage.flags,
      "--metadata",
      JSON.stringify({ text: "x".repeat(70_000) }),
    );
    expect(huge.end).toBe(2);
    expect(huge.stderr).toMatch(/^backbeat claim: Cannot claim: it has \d+ bytes, readers take 65536/);
    await stage.flush();
    expect(stage.claims).toHaveLength(before);
  });
});
