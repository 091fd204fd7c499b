import { describe, expect, it } from "vitest";
import { waitFor } from "../../test/support/wait-for.ts";
import { RareLine } from "./rare-line.ts";

describe("RareLine", () => {
  it("OBS-003 RareLine writes the first at once and keeps the next back, counted", () => {
    const written: number[] = [];
    let nowMs = 5;
    const line = new RareLine(40, () => nowMs);
    const say = () => line.say((keptBack) => written.push(keptBack));
    for (let n = 0; n < 3; n += 1) say();
    nowMs += 39.9;
    say();
    expect(written).toEqual([0]);
    nowMs += 0.1;
    say();
    expect(written).toEqual([0, 3]);
    nowMs += 39;
    say();
    nowMs += 1;
    say();
    expect(written).toEqual([0, 3, 1]);
  });

  it("OBS-003 RareLine goes by the clock of its process where it is given none", async () => {
    let written = 0;
    const line = new RareLine(20);
    await waitFor("the second line", () => {
      line.say(() => {
        written += 1;
      });
      return written === 2;
    });
  });
});
