/** One suite for every Clock: what services rely on holds for the fake and the real one alike. */
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/ports.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { FakeClock } from "../../src/sdk/testing/fake-clock.ts";
import { waitFor } from "../support/wait-for.ts";

interface Subject {
  readonly name: string;
  create(): { readonly clock: Clock; readonly letPass: (ms: number, until: () => boolean) => Promise<void> };
}

const SUBJECTS: readonly Subject[] = [
  {
    name: "FakeClock",
    create: () => {
      const clock = new FakeClock();
      return { clock, letPass: async (ms) => clock.advance(ms) };
    },
  },
  {
    name: "SystemClock",
    create: () => ({
      clock: new SystemClock(),
      letPass: async (_ms, until) => void (await waitFor("the timers", until)),
    }),
  },
];

/** A timer may fire this much early, ports.ts says. */
const EARLY_MAX_MS = 1;

describe.each(SUBJECTS)("Clock: $name", ({ create }) => {
  it("BACKBEAT-REQ-002 Clock fires a timer once, not before its time", async () => {
    const { clock, letPass } = create();
    const startMs = clock.monotonicMs();
    const firedAtMs: number[] = [];
    clock.after(20, () => void firedAtMs.push(clock.monotonicMs()));
    expect(firedAtMs).toEqual([]);
    await letPass(60, () => firedAtMs.length > 0 && clock.monotonicMs() - startMs > 60);
    expect(firedAtMs).toHaveLength(1);
    expect(firedAtMs[0]! - startMs).toBeGreaterThanOrEqual(20 - EARLY_MAX_MS);
  });

  it("BACKBEAT-REQ-002 Clock counts a delay from the call, also after long work in the same turn", async () => {
    const { clock, letPass } = create();
    const busyUntilMs = performance.now() + 30;
    while (performance.now() < busyUntilMs);
    const startMs = clock.monotonicMs();
    const firedAtMs: number[] = [];
    clock.after(40, () => void firedAtMs.push(clock.monotonicMs()));
    await letPass(40, () => firedAtMs.length === 1);
    expect(firedAtMs[0]! - startMs).toBeGreaterThanOrEqual(40 - EARLY_MAX_MS);
  });

  it("BACKBEAT-REQ-002 Clock fires timers in the order of their due times", async () => {
    const { clock, letPass } = create();
    const order: string[] = [];
    clock.after(40, () => void order.push("late"));
    clock.after(5, () => void order.push("early"));
    await letPass(40, () => order.length === 2);
    expect(order).toEqual(["early", "late"]);
  });

  it("BACKBEAT-REQ-002 Clock does not fire a cancelled timer, and cancelling twice is harmless", async () => {
    const { clock, letPass } = create();
    const fired: string[] = [];
    const timer = clock.after(5, () => void fired.push("cancelled"));
    clock.after(30, () => void fired.push("kept"));
    timer.cancel();
    timer.cancel();
    await letPass(30, () => fired.includes("kept"));
    timer.cancel();
    expect(fired).toEqual(["kept"]);
  });

  it("BACKBEAT-REQ-002 Clock fires at once, but not within the call, when the time has passed already", async () => {
    const { clock, letPass } = create();
    const fired: number[] = [];
    clock.after(-100, () => void fired.push(1));
    clock.after(0, () => void fired.push(2));
    expect(fired).toEqual([]);
    await letPass(0, () => fired.length === 2);
    expect(fired).toEqual([1, 2]);
  });

  it("BACKBEAT-REQ-002 Clock lets a timer set another", async () => {
    const { clock, letPass } = create();
    let fired = 0;
    const again = (): void => {
      fired += 1;
      if (fired < 3) clock.after(2, again);
    };
    clock.after(2, again);
    await letPass(6, () => fired === 3);
    expect(fired).toBe(3);
  });

  it("BACKBEAT-REQ-002 Clock does not fire a timer of a month ahead", async () => {
    const { clock, letPass } = create();
    const fired: string[] = [];
    const month = clock.after(31 * 24 * 3_600_000, () => void fired.push("month"));
    clock.after(10, () => void fired.push("soon"));
    await letPass(10, () => fired.includes("soon"));
    month.cancel();
    expect(fired).toEqual(["soon"]);
  });

  it("BACKBEAT-REQ-002 Clock never goes back, and its wall time keeps to its monotonic time", () => {
    const { clock } = create();
    let monotonicMs = clock.monotonicMs();
    let wallMs = clock.wallMs();
    const startMs = { monotonicMs, wallMs };
    for (let n = 0; n < 10_000; n += 1) {
      const next = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
      expect(next.monotonicMs).toBeGreaterThanOrEqual(monotonicMs);
      expect(next.wallMs).toBeGreaterThanOrEqual(wallMs);
      ({ monotonicMs, wallMs } = next);
    }
    const passedMs = clock.monotonicMs() - startMs.monotonicMs;
    expect(wallMs - startMs.wallMs).toBeLessThanOrEqual(passedMs * 1.0005 + 0.001);
  });
});

describe("FakeClock", () => {
  it("BACKBEAT-REQ-002 FakeClock fires what fell due during a stall at the next advance, in order", () => {
    const clock = new FakeClock();
    const startMs = clock.monotonicMs();
    const firedAtMs: number[] = [];
    clock.after(10, () => void firedAtMs.push(clock.monotonicMs() - startMs));
    clock.after(20, () => void firedAtMs.push(clock.monotonicMs() - startMs));
    clock.stall(1_000);
    expect(firedAtMs).toEqual([]);
    clock.advance(0);
    expect(firedAtMs).toEqual([1_000, 1_000]);
  });

  it("BACKBEAT-REQ-002 FakeClock lets promises settle between timers when run", async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    clock.after(10, () => {
      seen.push("first");
      void Promise.resolve().then(() => clock.after(5, () => void seen.push("second")));
    });
    await clock.run(15);
    expect(seen).toEqual(["first", "second"]);
    expect(clock.pending).toBe(0);
  });

  it("BACKBEAT-REQ-002 FakeClock fires early when told to, and comes to an end when asked for the rest", () => {
    const clock = new FakeClock({ earlyMs: 1 });
    const dueMs = clock.monotonicMs() + 10;
    let looks = 0;
    const look = (): void => {
      looks += 1;
      if (clock.monotonicMs() < dueMs) clock.after(dueMs - clock.monotonicMs(), look);
    };
    clock.after(10, look);
    clock.advance(10);
    expect(looks).toBe(2);
  });
});
