import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { damagedMessages, messages } from "../../../test/contracts/arbitrary-messages.ts";
import { claim, frame, report } from "../../../test/contracts/example-messages.ts";
import { BODY_BYTES_MAX, createDecoder, Refusal } from "../../contracts/decode.ts";
import { Checker, findingsIn } from "./checker.ts";
import { piecesOf } from "./document.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const linesOf = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join("\n");

describe("OBS-003 findingsIn", () => {
  it("finds nothing wrong with good messages in any layout", () => {
    for (const text of [JSON.stringify(claim), JSON.stringify([frame, claim, report], undefined, 2)])
      expect(findingsIn(bytes(text), { mode: "strict" })).toEqual([]);
    expect(findingsIn(bytes(linesOf([frame, claim, report])), { mode: "strict" })).toEqual([]);
  });

  it("names file, line, entry, member, reason and text", () => {
    const text = `[\n${JSON.stringify(claim)},\n${JSON.stringify({ ...claim, progress: 1.5 })}\n]`;
    expect(findingsIn(bytes(text), { file: "claims.json" })).toEqual([
      {
        file: "claims.json",
        line: 3,
        entry: 2,
        member: "/progress",
        reason: "out-of-limits",
        text: "is 1.5, must be <= 1",
      },
    ]);
  });

  it("goes on after a line that is not JSON", () => {
    const text = `${JSON.stringify(claim)}\n{"type":\n${JSON.stringify(report)}\n{}\n`;
    expect(findingsIn(bytes(text)).map(({ line, reason }) => [line, reason])).toEqual([
      [2, "not-json"],
      [4, "wrong-message-type"],
    ]);
  });

  it("refuses a line above the limit of a body, with its true length", () => {
    const long = JSON.stringify({ ...claim, metadata: { log: "x".repeat(2 * BODY_BYTES_MAX) } });
    const [finding] = findingsIn(bytes(`${JSON.stringify(claim)}\n${long}`));
    expect(finding).toMatchObject({ line: 2, reason: "too-large" });
    expect(finding?.text).toBe(`has ${long.length} bytes, the limit is 65536`);
    expect(findingsIn(bytes(`[\n${long}]`))).toMatchObject([{ line: 2, entry: 1, reason: "too-large" }]);
  });

  it("refuses strictly what it bends leniently", () => {
    const text = bytes(linesOf([{ ...claim, state: "done" }]));
    expect(findingsIn(text)).toEqual([]);
    expect(findingsIn(text, { mode: "strict" })).toMatchObject([{ member: "/state" }]);
  });

  it("refuses the same messages as lines, as an array and one by one", () => {
    const values = fc.array(
      fc.oneof(
        messages.map(([, message]) => message),
        damagedMessages.map(([, value]) => value),
        fc.jsonValue(),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(values, fc.constantFrom("strict", "lenient"), (all, mode) => {
        const decoder = createDecoder({ mode });
        const bad = all.flatMap((value, at) => {
          const outcome = decoder.message(bytes(JSON.stringify(value)));
          return outcome instanceof Refusal ? [[at + 1, outcome.reason, outcome.member]] : [];
        });
        const asLines = findingsIn(bytes(linesOf(all)), { mode, layout: "lines" });
        const asArray = findingsIn(bytes(JSON.stringify(all)), { mode });
        expect(asLines.map(({ line, reason, member }) => [line, reason, member])).toEqual(bad);
        expect(asArray.map(({ entry, reason, member }) => [entry, reason, member])).toEqual(bad);
      }),
    );
  });

  it("never throws, whatever the file holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (text) => {
        for (const layout of ["lines", "detect"] as const) findingsIn(text, { layout });
      }),
    );
  });
});

describe("OBS-003 Checker", () => {
  it("counts files, valid, bent and refused messages, and they add up", () => {
    const checker = new Checker("lenient");
    const text = [claim, { ...claim, state: "done", extra: 1 }, { ...report, issues: null }, {}, 7, frame];
    for (const file of ["a.json", "b.json"])
      for (const piece of piecesOf(bytes(JSON.stringify(text)))) checker.check(piece, file);
    expect(checker.summary).toEqual({
      files: 2,
      messages: 12,
      valid: 4,
      bent: 4,
      bends: { "unknown-member": 2, "null-member": 2, "state-alias": 2, "phase-alias": 0, "long-hlc": 0 },
      refused: 4,
      refusedBy: { "not-object": 2, "wrong-message-type": 2 },
    });
  });

  it("refuses what is broken between messages", () => {
    const checker = new Checker("strict");
    const finding = checker.check({ line: 9, broken: "is not JSON: expected ]" }, "a.json");
    expect(finding).toEqual({
      ...{ file: "a.json", line: 9, member: "" },
      ...{ reason: "not-json", text: "is not JSON: expected ]" },
    });
    expect(checker.summary.refusedBy).toEqual({ "not-json": 1 });
  });
});
