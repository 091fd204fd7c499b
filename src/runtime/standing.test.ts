import { describe, expect, it } from "vitest";
import { StandingLook } from "./standing.ts";

const alarm = (name: string) => ({ name, text: `text of ${name}` });

describe("StandingLook", () => {
  it("tells each alarm once when it begins and once when it ends, with how long it stood", () => {
    const look = new StandingLook();
    expect(look.look([alarm("a")], 1_000)).toEqual({ began: [alarm("a")], ended: [] });
    expect(look.look([{ name: "a", text: "other words" }, alarm("b")], 2_000)).toEqual({
      began: [alarm("b")],
      ended: [],
    });
    expect(look.look([alarm("b")], 4_000)).toEqual({ began: [], ended: [{ name: "a", lastedMs: 3_000 }] });
    expect(look.look([], 4_500)).toEqual({ began: [], ended: [{ name: "b", lastedMs: 2_500 }] });
    expect(look.look([], 9_000)).toEqual({ began: [], ended: [] });
  });

  it("tells an alarm that comes back again", () => {
    const look = new StandingLook();
    look.look([alarm("a")], 0);
    look.look([], 1);
    expect(look.look([alarm("a")], 2).began).toEqual([alarm("a")]);
  });
});
