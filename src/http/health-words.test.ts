import { describe, expect, it } from "vitest";
import { healthOf } from "./health-words.ts";

const alarm = (text: string) => ({ text });

describe("healthOf", () => {
  it("is good where nothing is wrong", () => {
    expect(healthOf({ ready: true }, [])).toEqual({
      level: "good",
      text: "all is well: beats come, bars close",
    });
  });

  it("is bad where it is not ready, whatever else is wrong", () => {
    expect(healthOf({ ready: false, reason: "no beat" }, [alarm("x")])).toEqual({
      level: "bad",
      text: "no beat",
    });
    expect(healthOf({ ready: false }, [])).toEqual({ level: "bad", text: "not ready" });
  });

  it("warns of the first alarm and says how many more there are", () => {
    expect(healthOf({ ready: true }, [alarm("x")])).toEqual({ level: "warning", text: "x" });
    expect(healthOf({ ready: true }, [alarm("x"), alarm("y"), alarm("z")])).toEqual({
      level: "warning",
      text: "x (and 2 more)",
    });
  });
});
