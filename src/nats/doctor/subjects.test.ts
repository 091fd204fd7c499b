import { describe, expect, it } from "vitest";
import { isAllowed, subjectsOverlap } from "./subjects.ts";

describe("subjectsOverlap", () => {
  it.each([
    ["a.b", "a.b", true],
    ["a.b", "a.c", false],
    ["a.b", "a.b.c", false],
    ["a.*", "a.b", true],
    ["a.*", "a.b.c", false],
    ["a.>", "a.b.c", true],
    ["a.>", "a", false],
    [">", "a", true],
    ["*.b.>", "a.*.c", true],
    ["a.*.c", "a.b.d", false],
  ])("%s and %s: %s", (one, other, expected) => {
    expect([subjectsOverlap(one, other), subjectsOverlap(other, one)]).toEqual([expected, expected]);
  });
});

describe("isAllowed", () => {
  it.each([
    [{}, true],
    [{ allow: [] }, true],
    [{ allow: ["a.>"] }, true],
    [{ allow: ["b"] }, false],
    [{ allow: ["a.>"], deny: ["a.b"] }, false],
    [{ deny: ["a.c"] }, true],
  ])("%j: %s", (rights, expected) => {
    expect(isAllowed("a.b", rights)).toBe(expected);
  });
});
