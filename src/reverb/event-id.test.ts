import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { journalEventId, processEventId, readEventId } from "./event-id.ts";

const place = fc.integer({ min: 0, max: 999_999_999_999_999 });

describe("event ids", () => {
  it("are read back as they were written", () => {
    fc.assert(
      fc.property(place, fc.nat(), (seq, n) => {
        const id = journalEventId(seq, n);
        expect(readEventId(id.text)).toEqual(id);
      }),
    );
    fc.assert(
      fc.property(place, (n) => {
        const id = processEventId("bmi2k8z1q", n);
        expect(readEventId(id.text)).toEqual(id);
      }),
    );
  });

  it("a sequence alone stands for all that happened up to that entry", () => {
    expect(readEventId("48213")).toMatchObject({
      counter: "journal",
      seq: 48_213,
      n: Number.POSITIVE_INFINITY,
    });
  });

  it.each(["", ".", "1.", ".1", "1.2.3", "bmi2k8z1q", "-1", "1e3", "9".repeat(30), "b x.1", "b\n.1"])(
    "%j is none",
    (text) => {
      expect(readEventId(text)).toBeUndefined();
    },
  );
});
