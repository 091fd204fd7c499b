import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { damagedMessages, messages } from "../../test/contracts/arbitrary-messages.ts";
import { claim, frame } from "../../test/contracts/example-messages.ts";
import { FORMS } from "./form.ts";

describe("INT-001 Form", () => {
  it("finds a fault exactly in what does not fit", () => {
    fc.assert(
      fc.property(damagedMessages, ([kind, value]) => {
        const form = FORMS[kind];
        expect(form.faultOf(value as object) === undefined).toBe(form.fits(value as object));
      }),
      { numRuns: 2_000 },
    );
  });

  it("fits every valid message with its members in any order, and with an unknown one among them never", () => {
    const inAnyOrder = messages.chain(([kind, message]) => {
      const entries = [...Object.entries(message), ["mood", "fine"]];
      const shuffled = fc.shuffledSubarray(entries, { minLength: entries.length });
      return fc.tuple(fc.constant(kind), shuffled);
    });
    fc.assert(
      fc.property(inAnyOrder, ([kind, entries]) => {
        expect(FORMS[kind].fits(Object.fromEntries(entries))).toBe(false);
        const known = entries.filter(([name]) => name !== "mood");
        expect(FORMS[kind].fits(Object.fromEntries(known))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("finds an unknown member wherever it stands", () => {
    const entries = Object.entries(claim);
    for (let at = 0; at <= entries.length; at += 1) {
      const value = Object.fromEntries(entries.toSpliced(at, 0, ["mood", "fine"]));
      expect(FORMS.claim.fits(value)).toBe(false);
      expect(FORMS.claim.faultOf(value)).toMatchObject({ reason: "unknown-member", member: "/mood" });
    }
  });

  it("fits no tempo between the tenths", () => {
    for (let hundredths = 11; hundredths < 100_000; hundredths += 1) {
      if (hundredths % 10 === 0) continue;
      if (FORMS.frame.fits({ ...frame, tempo_bpm: hundredths / 100 })) expect.fail(String(hundredths));
    }
    const fault = FORMS.frame.faultOf({ ...frame, tempo_bpm: 2.25 });
    expect(fault).toMatchObject({ reason: "out-of-limits", member: "/tempo_bpm" });
  });

  it("writes an odd member name as a bounded JSON pointer", () => {
    const memberOf = (name: string) => FORMS.claim.faultOf({ ...claim, [name]: 1 })?.member;
    expect(memberOf("a/b~c")).toBe("/a~1b~0c");
    expect(memberOf("n".repeat(5_000))?.length).toBeLessThan(100);
  });

  it("refuses a zone name after the deadline, which peers cannot read", () => {
    const zoned = { ...frame, deadline_at: "2026-03-01T12:00:30+01:00[Europe/Paris]" };
    expect(FORMS.frame.faultOf(zoned)).toMatchObject({ reason: "out-of-limits", member: "/deadline_at" });
  });

  it("says what was observed and what is expected", () => {
    const textOf = (change: object) => FORMS.claim.faultOf({ ...claim, ...change })?.text;
    expect(textOf({ progress: 1.5 })).toBe("is 1.5, must be <= 1");
    expect(textOf({ state: "asleep" })).toMatch(/^is "asleep", must be one of idle, planning, executing/);
    expect(textOf({ dependencies: ["ok:1", { id: "x" }] })).toBe("is an object, must be string");
    expect(textOf({ agent_id: undefined })).toBe("is missing, must be string");
  });
});
