import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../wire/ask.ts";
import { fresh } from "./fresh.ts";

/** Of what must come at once, on a busy machine. */
const SOON = { timeout: 60_000 };

describe("fresh", () => {
  let asked: { readonly signal: AbortSignal; readonly answer: (body: unknown) => void }[] = [];
  const taken: Answer<unknown>[] = [];

  beforeEach(() => {
    [asked, taken.length] = [[], 0];
    vi.useFakeTimers();
    vi.stubGlobal("fetch", (_path: string, { signal }: { readonly signal: AbortSignal }) => {
      return new Promise<Response>((resolve, reject) => {
        asked.push({ signal, answer: (body) => resolve(Response.json(body)) });
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("BACKBEAT-REQ-020 takes an answer that is slower than the beats, and asks again after the beats since", async () => {
    const story = fresh<unknown>({ path: "/api/v1/agents/a", take: (answer) => taken.push(answer) });
    for (let beat = 0; beat < 4; beat += 1) {
      story.askSoon();
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([false]);
    asked[0]?.answer({ notes: "slow" });
    await vi.waitFor(() => expect(taken).toEqual([{ kind: "answer", body: { notes: "slow" } }]), SOON);
    await vi.waitFor(() => expect(asked).toHaveLength(2), SOON);
    asked[1]?.answer({ notes: "newer" });
    await vi.waitFor(() => expect(taken).toHaveLength(2), SOON);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(2);
  });

  it("drops the question when nobody has it open any more", async () => {
    const story = fresh<unknown>({ path: "/api/v1/agents/a", take: (answer) => taken.push(answer) });
    story.askSoon();
    story.stop();
    expect(asked[0]?.signal.aborted).toBe(true);
    await vi.waitFor(() => expect(taken).toEqual([{ kind: "dropped" }]), SOON);
  });
});
