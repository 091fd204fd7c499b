import { describe, expect, it } from "vitest";
import { laneHeightFor, START_SETTINGS, settingsOf } from "./settings.ts";

describe("settings", () => {
  it("settingsOf takes what it understands and starts anew with the rest", () => {
    const stored = { theme: "dark", density: "compact", barsWanted: 5 };
    expect(settingsOf(JSON.stringify(stored))).toEqual(stored);
    expect(settingsOf('{"theme":"pink","density":3,"barsWanted":99}')).toEqual(START_SETTINGS);
    for (const broken of [null, "", "{", "7", "null"]) expect(settingsOf(broken)).toEqual(START_SETTINGS);
  });

  it("laneHeightFor gives a few lanes room and many a normal height, unless told", () => {
    expect(laneHeightFor("auto", { heightPx: 600, lanes: 3 })).toBe(28);
    expect(laneHeightFor("auto", { heightPx: 600, lanes: 25 })).toBe(24);
    expect(laneHeightFor("auto", { heightPx: 600, lanes: 10_000 })).toBe(20);
    expect(laneHeightFor("compact", { heightPx: 600, lanes: 1 })).toBe(13);
  });
});
