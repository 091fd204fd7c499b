import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeClaim } from "../../contracts/encode.ts";
import { type CommandState, endingDetails, executingDetails } from "./what-to-claim.ts";

const plain: CommandState = {
  taskId: "build",
  elapsedMs: 30_000,
  expectedMs: undefined,
  said: undefined,
  beatMs: 10_000,
};
const said = { progress: 0.25, note: "25%" };
const completed = { exitCode: 0, state: "completed", errorCode: undefined } as const;
const failed = { exitCode: 3, state: "failed", errorCode: 3 } as const;

/** What keeps a command that has ended from being called silent. */
const never = { next_beat: Number.MAX_SAFE_INTEGER };

describe("BACKBEAT-REQ-041 executingDetails", () => {
  it("names the task, and nothing that nobody knows", () => {
    expect(executingDetails(plain)).toEqual({ task_id: "build" });
  });

  it("takes progress from what was printed", () => {
    expect(executingDetails({ ...plain, said })).toEqual({ task_id: "build", progress: 0.25, notes: "25%" });
  });

  it("counts progress and beats left from the time that it should take", () => {
    expect(executingDetails({ ...plain, expectedMs: 120_000 })).toEqual({
      task_id: "build",
      progress: 0.25,
      beats_left: 9,
    });
  });

  it("believes what was printed more than the time", () => {
    const details = executingDetails({ ...plain, expectedMs: 60_000, said });
    expect(details).toEqual({ task_id: "build", progress: 0.25, notes: "25%", beats_left: 3 });
  });

  it("never says by the time alone that it is done", () => {
    const late = executingDetails({ ...plain, elapsedMs: 10_000_000, expectedMs: 60_000 });
    expect(late).toMatchObject({ progress: 0.99, beats_left: 1 });
  });
});

describe("BACKBEAT-REQ-041 endingDetails", () => {
  it("is all of it when completed, with the last that was printed", () => {
    expect(endingDetails(completed, plain)).toEqual({ task_id: "build", progress: 1, metadata: never });
    expect(endingDetails(completed, { ...plain, said })).toEqual({
      task_id: "build",
      progress: 1,
      notes: "25%",
      metadata: never,
    });
  });

  it("keeps how far it came when it failed, and why", () => {
    expect(endingDetails(failed, plain)).toEqual({ task_id: "build", metadata: { error_code: 3, ...never } });
    expect(endingDetails({ ...failed, errorCode: "SIGTERM" }, { ...plain, said })).toEqual({
      task_id: "build",
      progress: 0.25,
      notes: "25%",
      metadata: { error_code: "SIGTERM", ...never },
    });
  });
});

describe("BACKBEAT-REQ-041 claims of a command", () => {
  it("fit the wire, whatever the command does", () => {
    const command = fc.record({
      taskId: fc.constant("t"),
      elapsedMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
      expectedMs: fc.option(fc.double({ min: 1, max: 1e12, noNaN: true }), { nil: undefined }),
      said: fc.option(
        fc.record({
          progress: fc.double({ min: 0, max: 1, noNaN: true }),
          note: fc.string({ maxLength: 256 }),
        }),
        { nil: undefined },
      ),
      beatMs: fc.double({ min: 60, max: 600_000, noNaN: true }),
    });
    fc.assert(
      fc.property(command, fc.constantFrom(completed, failed), (state, ending) => {
        const base = {
          type: "backbeat.statusclaim.v1",
          agent_id: "a",
          beat_index: 1,
          hlc: "0000:0000:0000",
        } as const;
        encodeClaim({ ...base, state: "executing", ...executingDetails(state) });
        encodeClaim({ ...base, state: ending.state, ...endingDetails(ending, state) });
      }),
    );
  });
});
