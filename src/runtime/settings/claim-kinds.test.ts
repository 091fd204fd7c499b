import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duration, jsonObject, progressPattern } from "./claim-kinds.ts";

const YEAR_SECONDS = 365 * 86_400;
const length = duration("<duration>", { maxSeconds: YEAR_SECONDS });

describe("BACKBEAT-REQ-041 duration", () => {
  it.each([
    ["90", 90],
    ["90s", 90],
    ["10m", 600],
    ["1h30m", 5_400],
    ["2h", 7_200],
    ["1h0m1s", 3_601],
  ])("reads %s as %d seconds", (text, seconds) => {
    expect(length.parse(text)).toBe(seconds);
  });

  it.each(["", "0", "0s", "m", "10 m", "10m30", "1.5h", "-1", "30m1h", "1d", "9999h9999999m"])(
    "refuses %j",
    (text) => {
      expect(length.parse(text)).toBeUndefined();
    },
  );

  it("reads what it writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: YEAR_SECONDS }), (seconds) => {
        expect(length.parse(length.format?.(seconds) ?? "")).toBe(seconds);
      }),
    );
  });
});

describe("BACKBEAT-REQ-041 progressPattern", () => {
  it.each(["(\\d+)%", "(\\d+)/(\\d+)", "step (\\d+) of (?:about )?(\\d+)", "(\\d+)\\%"])(
    "takes %s",
    (text) => {
      expect(progressPattern.parse(text)).toEqual(new RegExp(text));
    },
  );

  it.each(["", "\\d+%", "(a)(b)(c)", "(", "(\\d+"])("refuses %j", (text) => {
    expect(progressPattern.parse(text)).toBeUndefined();
  });
});

describe("BACKBEAT-REQ-041 jsonObject", () => {
  it("takes objects and nothing else, and reads what it writes", () => {
    expect(jsonObject.parse('{"a": [1]}')).toEqual({ a: [1] });
    for (const text of ["", "1", "null", "[1]", '"x"', "{"]) expect(jsonObject.parse(text)).toBeUndefined();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(jsonObject.parse(text))).toBe(text);
      }),
    );
  });
});
