import { describe, expect, it } from "vitest";
import { waitFor } from "../../test/support/wait-for.ts";
import { RareLine } from "./rare-line.ts";

describe("RareLine", () => {
  it("OBS-003 RareLine writes the first at once and keeps the next back, counted", async () => {
    const written: number[] = [];
    const line = new RareLine(40);
    for (let n = 0; n < 3; n += 1) line.say((keptBack) => written.push(keptBack));
    expect(written).toEqual([0]);
    let calls = 3;
    await waitFor("the second line", () => {
      calls += 1;
      line.say((keptBack) => written.push(keptBack));
      return written.length === 2;
    });
    expect(written).toEqual([0, calls - 2]);
  });
});
