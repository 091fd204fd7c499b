import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fetcher } from "./fetcher.ts";

describe("Fetcher", () => {
  let nowMs = 0;
  let isSeen = true;
  let asked: {
    readonly signal: AbortSignal;
    readonly answer: () => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  let timers: { readonly run: () => void; readonly delayMs: number; isStopped: boolean }[] = [];
  let fetcher: Fetcher;

  const answer = async (place: number): Promise<void> => {
    asked[place]?.answer();
    await Promise.resolve();
    await Promise.resolve();
  };

  afterEach(() => vi.unstubAllGlobals());

  beforeEach(() => {
    [nowMs, isSeen, asked, timers] = [5_000, true, [], []];
    fetcher = new Fetcher({
      ask: (signal) =>
        new Promise((resolve, reject) => {
          asked.push({ signal, answer: () => resolve(), fail: reject });
        }),
      nowMs: () => nowMs,
      later(run, delayMs) {
        const timer = { run, delayMs, isStopped: false };
        timers.push(timer);
        return () => {
          timer.isStopped = true;
        };
      },
      isSeen: () => isSeen,
    });
  });

  it("asks at once, and not again within a second however often it is told", async () => {
    for (let time = 0; time < 5; time += 1) fetcher.askSoon();
    expect(asked).toHaveLength(1);
    nowMs += 200;
    await answer(0);
    expect(asked).toHaveLength(1);
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([800]);
    nowMs += 800;
    timers[0]?.run();
    expect(asked).toHaveLength(2);
  });

  it("asks nothing more when nothing was due meanwhile", async () => {
    fetcher.askSoon();
    await answer(0);
    expect(timers).toHaveLength(0);
  });

  it("drops a question when other lanes are wanted", async () => {
    fetcher.askSoon();
    fetcher.askNow();
    expect(asked).toHaveLength(2);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(asked[1]?.signal.aborted).toBe(false);
    await answer(0);
    fetcher.askSoon();
    expect(asked).toHaveLength(2);
  });

  it("asks on after an answer that could not be taken, and tells of the fault", async () => {
    const told = vi.fn();
    vi.stubGlobal("reportError", told);
    fetcher.askSoon();
    fetcher.askSoon();
    const fault = new Error("no lanes in the answer");
    asked[0]?.fail(fault);
    await vi.waitFor(() => expect(told).toHaveBeenCalledWith(fault), { timeout: 60_000 });
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([1_000]);
    timers[0]?.run();
    expect(asked).toHaveLength(2);
  });

  it("asks nothing more once it was stopped", async () => {
    fetcher.askSoon();
    fetcher.askSoon();
    fetcher.stop();
    expect(asked[0]?.signal.aborted).toBe(true);
    await answer(0);
    expect([asked.length, timers.length]).toEqual([1, 0]);
  });

  it("does not ask for a page that nobody sees, unless the operator wants it", () => {
    isSeen = false;
    fetcher.askSoon();
    expect(asked).toHaveLength(0);
    fetcher.askNow();
    expect(asked).toHaveLength(1);
  });
});
