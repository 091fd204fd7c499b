import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { describeFailedStart, endingOf, endingOfFailedStart } from "./ending.ts";

const inTime = { overBudget: false };

describe("BACKBEAT-REQ-041 endingOf", () => {
  it("is completed with code 0, and failed with any other", () => {
    expect(endingOf({ code: 0, signal: null }, inTime)).toEqual({
      exitCode: 0,
      state: "completed",
      errorCode: undefined,
    });
    for (const code of [1, 2, 77, 255]) {
      expect(endingOf({ code, signal: null }, inTime)).toEqual({
        exitCode: code,
        state: "failed",
        errorCode: code,
      });
    }
  });

  it("is 128 + n after signal n", () => {
    for (const [signal, number] of Object.entries(constants.signals)) {
      const ending = endingOf({ code: null, signal: signal as NodeJS.Signals }, inTime);
      expect(ending).toEqual({ exitCode: 128 + number, state: "failed", errorCode: signal });
    }
  });

  it("is 124 over budget, however the command then ended", () => {
    for (const end of [
      { code: 0, signal: null },
      { code: null, signal: "SIGTERM" },
    ] as const) {
      expect(endingOf(end, { overBudget: true })).toEqual({
        exitCode: 124,
        state: "failed",
        errorCode: "budget",
      });
    }
  });

  it("is a failure where the system says nothing that is known", () => {
    expect(endingOf({ code: null, signal: null }, inTime).exitCode).toBe(1);
    expect(endingOf({ code: null, signal: "SIGNEW" as NodeJS.Signals }, inTime)).toMatchObject({
      exitCode: 1,
      errorCode: "SIGNEW",
    });
  });
});

describe("BACKBEAT-REQ-041 a command that cannot be started", () => {
  it.each([
    ["ENOENT", 127, 'Cannot run "tool": it was not found, expected a program on the PATH or a path to one'],
    [
      "EACCES",
      126,
      'Cannot run "tool": it is not executable, expected a program with permission to run it (chmod +x)',
    ],
    ["E2BIG", 126, 'Cannot run "tool": its arguments and environment are too long for this system'],
    ["EPERM", 126, 'Cannot run "tool": the system said no'],
  ])("%s ends with %d", (code, exitCode, text) => {
    const error = Object.assign(new Error("the system said no"), { code });
    expect(endingOfFailedStart(error)).toEqual({ exitCode, state: "failed", errorCode: exitCode });
    expect(describeFailedStart("tool", error)).toBe(text);
  });
});
