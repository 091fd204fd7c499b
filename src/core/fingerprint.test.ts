import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STATES, type StatusClaim } from "../contracts/status-claim.ts";
import { fingerprintOf } from "./fingerprint.ts";

const bodies = fc.uint8Array({ minLength: 1, maxLength: 80 });

describe("invariant R2 fingerprintOf", () => {
  test("is a number of 53 bits, the same for equal bytes wherever they lie", () => {
    fc.assert(
      fc.property(bodies, fc.nat({ max: 33 }), fc.nat({ max: 33 }), (body, before, after) => {
        const elsewhere = new Uint8Array(before + body.length + after).fill(before + 1);
        elsewhere.set(body, before);
        const print = fingerprintOf(body);
        expect(Number.isSafeInteger(print) && print >= 0).toBe(true);
        expect(fingerprintOf(elsewhere.subarray(before, before + body.length))).toBe(print);
        expect(fingerprintOf(Buffer.from(body))).toBe(print);
      }),
    );
  });

  test("differs for one changed byte, and for one byte more or less", () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, place, change) => {
        const print = fingerprintOf(body);
        const changed = Uint8Array.from(body);
        const at = place % body.length;
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(fingerprintOf(changed)).not.toBe(print);
        expect(fingerprintOf(body.subarray(0, -1))).not.toBe(print);
        expect(fingerprintOf(Uint8Array.from([...body, 0]))).not.toBe(print);
      }),
      { numRuns: 2_000 },
    );
  });

  test("has no collision among 1,000,000 claims of one agent, all different", () => {
    const prints = new Float64Array(1_000_000);
    const text = new TextEncoder();
    const bytes = new Uint8Array(512);
    for (let at = 0; at < prints.length; at += 1) {
      const { written } = text.encodeInto(JSON.stringify(claimNumber(at)), bytes);
      prints[at] = fingerprintOf(bytes.subarray(0, written));
    }
    expect(collisionsIn(prints)).toBe(0);
  });

  test("has no collision where digits change together in words that lie blocks apart", () => {
    const places = [16, 20, 24, 28].flatMap((from) =>
      [4, 16, 32].map((distance) => [from, from + distance] as const),
    );
    for (const [first, second] of places) {
      const body = new TextEncoder().encode("0".repeat(208));
      const prints = new Float64Array(90_000);
      for (let at = 0; at < prints.length; at += 1) {
        writeDigits(body, first, at % 300);
        writeDigits(body, second, Math.floor(at / 300));
        prints[at] = fingerprintOf(body);
      }
      expect(collisionsIn(prints)).toBe(0);
    }
  });
});

/** Claims as agents send them: the members that change from one to the next, and no two alike. */
function claimNumber(at: number): StatusClaim {
  return {
    type: "backbeat.statusclaim.v1",
    agent_id: "worker:7",
    task_id: `task:${at % 10}`,
    beat_index: 1 + Math.floor(at / 1_000),
    state: STATES[at % STATES.length] ?? "idle",
    beats_left: Math.floor(at / 10) % 100,
    progress: (at % 100) / 100,
    hlc: `${hex(at >> 4)}:${hex(at % 16)}:00ff`,
  };
}

function hex(value: number): string {
  return (value & 0xffff).toString(16).padStart(4, "0");
}

function writeDigits(body: Uint8Array, at: number, value: number): void {
  for (const [place, digit] of [...String(value).padStart(4, "0")].entries())
    body[at + place] = digit.charCodeAt(0);
}

function collisionsIn(prints: Float64Array): number {
  prints.sort();
  let collisions = 0;
  for (let at = 1; at < prints.length; at += 1) if (prints[at] === prints[at - 1]) collisions += 1;
  return collisions;
}
