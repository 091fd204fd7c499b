import { describe, expect, it } from "vitest";
import { bodyOf } from "../../test/contracts/arbitrary-messages.ts";
import { frame } from "../../test/contracts/example-messages.ts";
import { deadlineMsOf } from "./deadline.ts";
import { createDecoder, Refusal } from "./decode.ts";

const decoder = createDecoder({ mode: "strict" });
const outcomeOf = (deadline_at: string) => decoder.frame(bodyOf({ ...frame, deadline_at }));

describe("BACKBEAT-REQ-021 deadlineMsOf", () => {
  it.each([
    ["2026-03-01T12:00:30Z", Date.UTC(2026, 2, 1, 12, 0, 30)],
    ["2026-03-01T12:00:30.250Z", Date.UTC(2026, 2, 1, 12, 0, 30, 250)],
    ["2026-03-01T12:00:30.250999999Z", Date.UTC(2026, 2, 1, 12, 0, 30, 250)],
    ["2026-03-01T17:30:30+05:30", Date.UTC(2026, 2, 1, 12, 0, 30)],
    ["2026-03-01t12:00:30z", Date.UTC(2026, 2, 1, 12, 0, 30)],
    ["2026-03-01T12:00:30-00:00", Date.UTC(2026, 2, 1, 12, 0, 30)],
    ["2016-12-31T23:59:60Z", Date.UTC(2016, 11, 31, 23, 59, 59)],
    ["2017-01-01T00:59:60.5+01:00", Date.UTC(2016, 11, 31, 23, 59, 59, 500)],
    ["0000-01-01T00:00:00Z", -62_167_219_200_000],
    ["9999-12-31T23:59:59-23:59", 253_402_387_139_000],
  ])("reads %s", (deadline, expectedMs) => {
    expect(outcomeOf(deadline)).not.toBeInstanceOf(Refusal);
    expect(deadlineMsOf({ deadline_at: deadline })).toBe(expectedMs);
  });

  it.each([
    "2026-03-01",
    "2026-03-01 12:00:30Z",
    "2026-03-01T12:00Z",
    "2026-03-01T12:00:30",
    "2026-03-01T12:00:30+0530",
    "2026-03-01T12:00:30.Z",
    "2026-03-01T24:00:00Z",
    "2026-13-01T12:00:30Z",
    "2026-02-29T12:00:30Z",
    "2026-03-01T12:00:60Z",
    "2026-03-01T12:00:30Z\n",
    "20260301T120030Z",
    "+002026-03-01T12:00:30Z",
  ])("is not asked for %j: the frame is refused", (deadline) => {
    expect(outcomeOf(deadline)).toMatchObject({ reason: "out-of-limits", member: "/deadline_at" });
  });
});
