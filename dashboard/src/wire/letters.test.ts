import { describe, expect, it } from "vitest";
import { STATES } from "../../../src/contracts/status-claim.ts";
import { cellCode, codeOfState, NOTHING, STATE_ORDER, stateOfCode } from "./letters.ts";

describe("letters", () => {
  it("INT-001 STATE_ORDER has every state of the wire once", () => {
    expect([...STATE_ORDER].sort()).toEqual([...STATES].sort());
  });

  it("INT-001 cellCode reads the letters of the score", () => {
    const letters = "perhcibf";
    const states = [...letters].map((_, place) => stateOfCode(cellCode(letters, place)));
    expect(states).toEqual([...STATE_ORDER]);
    expect(states.map((state) => codeOfState(state ?? "idle"))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("INT-001 cellCode takes anything else for nothing", () => {
    const letters = ".x\u{1f600}é";
    for (let place = 0; place <= letters.length; place += 1) expect(cellCode(letters, place)).toBe(NOTHING);
    expect(stateOfCode(NOTHING)).toBeUndefined();
  });
});
