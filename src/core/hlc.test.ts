import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHlc, HLC_AHEAD_MAX_MS, type HlcTime, HybridClock, nodeHashOf, widenHlc } from "./hlc.ts";

const WALL_MS = Date.UTC(2026, 0, 1);

/** A reading as one number: the wall part, then 16 bits of ties. */
function asOne(time: Pick<HlcTime, "wallMs" | "logical">): bigint {
  return BigInt(time.wallMs) * 65_536n + BigInt(time.logical);
}

/** Dumb twin: the whole clock is one number that takes the larger of the time and one more than itself. */
class TwinClock {
  #newest = 0n;

  tick(nowMs: number): bigint {
    const now = BigInt(nowMs) * 65_536n;
    this.#newest = now > this.#newest && now / 65_536n > this.#newest / 65_536n ? now : this.#newest + 1n;
    return this.#newest;
  }

  receive(heard: HlcTime, nowMs: number): void {
    if (asOne(heard) > this.#newest) this.#newest = asOne(heard);
    this.tick(nowMs);
  }
}

type Step = { readonly nowMs: number; readonly heardMs?: number | undefined; readonly heardLogical: number };

const step: fc.Arbitrary<Step> = fc.record({
  nowMs: fc.integer({ min: WALL_MS, max: WALL_MS + 20 }),
  heardMs: fc.option(fc.integer({ min: -30_000, max: 30_000 }), { nil: undefined }),
  heardLogical: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 65_530, max: 65_535 })),
});

describe("BACKBEAT-REQ-002 HybridClock", () => {
  it("grows with every reading and agrees with a clock that is one number, whatever time it is given", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const clock = new HybridClock("node-1");
        const twin = new TwinClock();
        let newest = -1n;
        for (const { nowMs, heardMs, heardLogical } of steps) {
          if (heardMs !== undefined) {
            const heard = { wallMs: nowMs + heardMs, logical: heardLogical, node: 1 };
            const isTaken = clock.receive(formatHlc(heard), nowMs);
            expect(isTaken).toBe(heardMs <= HLC_AHEAD_MAX_MS);
            if (isTaken) twin.receive(heard, nowMs);
          }
          const reading = clock.tick(nowMs);
          expect(asOne(reading)).toBe(twin.tick(nowMs));
          expect(asOne(reading) > newest).toBe(true);
          newest = asOne(reading);
        }
      }),
    );
  });

  it("carries a full counter into the wall part", () => {
    const clock = new HybridClock("node-1");
    for (let tie = 0; tie < 65_536; tie += 1) clock.tick(WALL_MS);
    expect(clock.tick(WALL_MS)).toMatchObject({ wallMs: WALL_MS + 1, logical: 0 });
  });

  it("is later than what it heard", () => {
    const clock = new HybridClock("node-1");
    clock.tick(WALL_MS);
    expect(clock.receive(formatHlc({ wallMs: WALL_MS + 500, logical: 7, node: 2 }), WALL_MS + 1)).toBe(true);
    expect(clock.tick(WALL_MS + 2)).toMatchObject({ wallMs: WALL_MS + 500, logical: 9 });
  });

  it("is not drawn into the future by a clock that is wrong, nor harmed by one that cannot be read", () => {
    const clock = new HybridClock("node-1");
    expect(clock.receive(formatHlc({ wallMs: WALL_MS + 20_000, logical: 0, node: 2 }), WALL_MS)).toBe(false);
    expect(clock.receive("not a clock", WALL_MS)).toBe(false);
    expect(clock.tick(WALL_MS)).toMatchObject({ wallMs: WALL_MS, logical: 0 });
  });

  it("takes whole milliseconds of a time with fractions", () => {
    expect(new HybridClock("node-1").tick(WALL_MS + 0.9).wallMs).toBe(WALL_MS);
  });
});

describe("BACKBEAT-REQ-002 HLC wire form", () => {
  it("is the low 16 bits of each part in lower-case hex", () => {
    expect(formatHlc({ wallMs: 0x1_abcd, logical: 0xa, node: 0xbeef })).toBe("abcd:000a:beef");
  });

  it("is widened to the nearest time that it can mean", () => {
    const offset = fc.integer({ min: -32_767, max: 32_767 });
    const part = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(offset, part, part, (offsetMs, logical, node) => {
        const time = { wallMs: WALL_MS + offsetMs, logical, node };
        expect(widenHlc(formatHlc(time).toUpperCase(), WALL_MS)).toEqual(time);
      }),
    );
  });
});

describe("BACKBEAT-REQ-002 nodeHashOf", () => {
  it("is FNV-1a over UTF-8, folded to 16 bits", () => {
    expect(nodeHashOf("")).toBe(0x811c ^ 0x9dc5);
    // Published test vectors of 32-bit FNV-1a: "a" is e40c292c, "foobar" is bf9cf968.
    expect(nodeHashOf("a")).toBe(0xe40c ^ 0x292c);
    expect(nodeHashOf("foobar")).toBe(0xbf9c ^ 0xf968);
  });
});
