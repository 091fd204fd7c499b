import { describe, expect, it } from "vitest";
import { stretchesOf } from "./history.ts";

describe("stretchesOf", () => {
  it("BACKBEAT-REQ-020 stretchesOf tells runs of a state, newest first, and gaps between them", () => {
    expect(stretchesOf(41, "..pee..f")).toEqual([
      { state: "failed", fromBeat: 48, toBeat: 48 },
      { state: undefined, fromBeat: 46, toBeat: 47 },
      { state: "executing", fromBeat: 44, toBeat: 45 },
      { state: "planning", fromBeat: 43, toBeat: 43 },
    ]);
  });

  it("BACKBEAT-REQ-020 stretchesOf has nothing to tell of an agent that was not seen", () => {
    expect(stretchesOf(1, "")).toEqual([]);
    expect(stretchesOf(1, "....")).toEqual([]);
  });

  it("R4 stretchesOf tells the newest forty", () => {
    const stretches = stretchesOf(1, "ei".repeat(100));
    expect(stretches).toHaveLength(40);
    expect(stretches[0]).toEqual({ state: "idle", fromBeat: 200, toBeat: 200 });
  });
});
