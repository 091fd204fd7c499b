import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STATE_ORDER } from "../wire/letters.ts";
import { hashOf, isFiltered, lanesWish, START_VIEW, searchText, type View, viewOf } from "./view.ts";

const id = fc.stringMatching(/^[a-zA-Z0-9_:-]{1,20}$/);
const views: fc.Arbitrary<View> = fc.record(
  {
    search: fc.oneof(fc.constant(""), id),
    sort: fc.constantFrom("trouble" as const, "name" as const),
    isGrouped: fc.boolean(),
    state: fc.constantFrom(...STATE_ORDER),
    presence: fc.constantFrom("progressing" as const, "silent" as const),
    trouble: fc.constantFrom("any" as const, "cycle" as const),
    group: id,
    agent: id,
    bar: fc.stringMatching(/^[0-9a-f]{32}$/),
  },
  { requiredKeys: ["search", "sort", "isGrouped"] },
);

describe("view", () => {
  it("viewOf reads what hashOf wrote", () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(viewOf(hashOf(view))).toEqual(view);
      }),
    );
  });

  it("hashOf is empty at the start, and readable", () => {
    expect(hashOf(START_VIEW)).toBe("");
    expect(hashOf({ ...START_VIEW, state: "blocked", agent: "ci:build-7" })).toBe(
      "#state=blocked&agent=ci:build-7",
    );
  });

  it("viewOf leaves out what is wrong", () => {
    expect(viewOf("")).toEqual(START_VIEW);
    expect(viewOf("#state=asleep&trouble=none&search=a%20b&agent=%3Cb%3E&bar=12&sort=age&by=you")).toEqual(
      START_VIEW,
    );
  });

  it("lanesWish does not depend on what is open", () => {
    expect(lanesWish({ ...START_VIEW, agent: "a" })).toEqual(lanesWish(START_VIEW));
    expect(lanesWish({ ...START_VIEW, state: "idle" })).not.toEqual(lanesWish(START_VIEW));
  });

  it("searchText drops what no id has", () => {
    expect(searchText(" ci:build 7?")).toBe("ci:build7");
    expect(searchText("x".repeat(200))).toHaveLength(128);
  });

  it("isFiltered sees every filter, and no order", () => {
    expect(isFiltered({ ...START_VIEW, sort: "name", agent: "a" })).toBe(false);
    for (const more of [{ search: "a" }, { state: "idle" }, { trouble: "any" }, { group: "g" }] as const)
      expect(isFiltered({ ...START_VIEW, ...more })).toBe(true);
  });
});
