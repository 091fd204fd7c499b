import { describe, expect, it } from "vitest";
import { journalEventId, processEventId, readEventId } from "../reverb/event-id.ts";
import { EventRing } from "./event-ring.ts";

const LIMITS = { ringEvents: 3, ringBytes: 100 };

/** A ring with an event of ten bytes at each of these sequences. */
function ringOf(seqs: readonly number[], limits = LIMITS): EventRing {
  const ring = new EventRing(limits);
  for (const seq of seqs) ring.push(journalEventId(seq, 0), new Uint8Array(10).fill(seq));
  return ring;
}

const keptAfter = (ring: EventRing, text: string) => {
  const id = readEventId(text);
  if (id === undefined) throw new Error(`${text} is no id`);
  const found = ring.after(id);
  return typeof found === "string" ? found : found.map((bytes) => bytes[0]);
};

describe("EventRing", () => {
  it("gives all that came after an event", () => {
    const ring = ringOf([10, 20, 30]);
    expect(keptAfter(ring, "10.0")).toEqual([20, 30]);
    expect(keptAfter(ring, "20.0")).toEqual([30]);
    expect(keptAfter(ring, "30.0")).toEqual([]);
  });

  it("gives all that came after a place of the journal at which there was no event", () => {
    const ring = ringOf([10, 20, 30]);
    expect(keptAfter(ring, "15.3")).toEqual([20, 30]);
    expect(keptAfter(ring, "20")).toEqual([30]);
  });

  it("knows nothing of what was before its first event", () => {
    expect(keptAfter(ringOf([10]), "9.0")).toBe("too old");
    expect(keptAfter(new EventRing(LIMITS), "9.0")).toBe("too old");
  });

  it("R4 lets go of the oldest, by number and by bytes, and then says so", () => {
    const many = ringOf([10, 20, 30, 40]);
    expect(keptAfter(many, "10.0")).toEqual([20, 30, 40]);
    expect(keptAfter(many, "9.0")).toBe("too old");
    const large = ringOf([10, 20, 30], { ringEvents: 99, ringBytes: 20 });
    expect(keptAfter(large, "10.0")).toEqual([20, 30]);
    expect(keptAfter(large, "9.9")).toBe("too old");
    expect(keptAfter(ringOf([10], { ringEvents: 99, ringBytes: 5 }), "10.0")).toEqual([]);
  });

  it("gives nothing for a place that it has not seen", () => {
    expect(keptAfter(ringOf([10]), "11.0")).toBe("unknown id");
    expect(keptAfter(ringOf([10]), "11")).toBe("unknown id");
  });

  it("gives nothing for the event of another process", () => {
    expect(keptAfter(ringOf([10]), "b1.0")).toBe("another process");
    const ring = new EventRing(LIMITS);
    ring.push(processEventId("b1", 0), new Uint8Array(1));
    expect(keptAfter(ring, "b1.0")).toEqual([]);
    expect(keptAfter(ring, "b2.0")).toBe("another process");
    expect(keptAfter(ring, "0.0")).toBe("another process");
  });

  it("begins anew where places go back: it is another journal", () => {
    const ring = ringOf([10, 20, 5]);
    expect(keptAfter(ring, "10.0")).toBe("unknown id");
    expect(keptAfter(ring, "5.0")).toEqual([]);
    ring.push(journalEventId(6, 0), new Uint8Array(10).fill(6));
    expect(keptAfter(ring, "5.0")).toEqual([6]);
  });

  it("after a cut nobody can resume from before it", () => {
    const ring = ringOf([10, 20]);
    ring.cut();
    expect(ring.newest).toBeUndefined();
    expect(keptAfter(ring, "20.0")).toBe("too old");
    ring.push(journalEventId(30, 0), new Uint8Array(10).fill(30));
    expect(keptAfter(ring, "20.0")).toBe("too old");
    expect(keptAfter(ring, "30.0")).toEqual([]);
  });
});
