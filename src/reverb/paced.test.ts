import { describe, expect, it } from "vitest";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { Paced } from "./paced.ts";

describe("Paced", () => {
  it("makes a value once for what it is made from", () => {
    let made = 0;
    const paced = new Paced(new FakeClock(), () => ++made);
    expect([paced.get(1), paced.get(1), paced.get(2), paced.get(2)]).toEqual([1, 1, 2, 2]);
  });

  it("keeps a value that took long, whatever has changed, so that making takes 2 % of the time", () => {
    const clock = new FakeClock();
    let made = 0;
    const paced = new Paced(clock, () => {
      clock.stall(10);
      made += 1;
      return made;
    });
    expect(paced.get(1)).toBe(1);
    clock.advance(489);
    expect(paced.get(2)).toBe(1);
    clock.advance(1);
    expect(paced.get(2)).toBe(2);
  });
});
