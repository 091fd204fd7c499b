import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BeatEvent } from "../wire/types.ts";

class FakeSource {
  static newest: FakeSource | undefined;
  readonly #listeners = new Map<string, (event: object) => void>();

  constructor() {
    FakeSource.newest = this;
  }

  addEventListener(name: string, listener: (event: object) => void): void {
    this.#listeners.set(name, listener);
  }

  close(): void {
    this.#listeners.clear();
  }

  say(name: string, body: object): void {
    this.#listeners.get(name)?.({ data: JSON.stringify(body), lastEventId: "1.0" });
  }
}

const beat = (beat_index: number, epoch: number): Partial<BeatEvent> => ({
  beat_index,
  epoch,
  window_id: `w${beat_index}`,
  bar_from: beat_index,
  bar_length: 8,
  beat_ms: 500,
  into_beat_ms: 0,
});

const hello = (more: object = {}) => ({
  cluster_id: "dev",
  boot: "b1",
  resumed: false,
  now: { beat: null, leader: null, tempo: null },
  ...more,
});
const NOW = { leader: null, tempo: null };

describe("feed", () => {
  let asked: string[] = [];
  let store: typeof import("./store.ts");
  const timesAsked = (path: string): number => asked.filter((one) => one.startsWith(path)).length;
  const say = (name: string, body: object): void => FakeSource.newest?.say(name, body);

  beforeEach(async () => {
    asked = [];
    vi.useFakeTimers();
    vi.resetModules();
    vi.stubGlobal("EventSource", FakeSource);
    vi.stubGlobal("document", { hidden: false, addEventListener: () => undefined });
    vi.stubGlobal("addEventListener", () => undefined);
    // Nobody answers: what is asked for shows what the page holds to be stale.
    vi.stubGlobal("fetch", (path: string) => {
      asked.push(path);
      return new Promise(() => undefined);
    });
    store = await import("./store.ts");
    const { startFeed } = await import("./feed.ts");
    startFeed();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("R2 reads nothing anew after a hello that was resumed by the same process", () => {
    say("hello", hello());
    say("hello", hello({ resumed: true }));
    expect([timesAsked("/api/v1/score?"), timesAsked("/api/v1/reports")]).toEqual([1, 1]);
  });

  it("R2 reads everything anew after another process, whose lanes and looks have other numbers, though it resumes", () => {
    say("hello", hello());
    say("hello", hello({ resumed: true, boot: "b2" }));
    expect([timesAsked("/api/v1/score?"), timesAsked("/api/v1/reports")]).toEqual([2, 2]);
    say("hello", hello({ resumed: true, boot: "b2" }));
    expect(timesAsked("/api/v1/score?")).toBe(2);
  });

  it("P1 follows a foreign pulse that begins anew, though its epoch says nothing, and reads the score anew", () => {
    say("hello", hello({ now: { ...NOW, beat: beat(500, 0) } }));
    say("beat", beat(501, 0));
    expect(timesAsked("/api/v1/score?")).toBe(1);
    say("beat", beat(3, 0));
    expect(store.beat.value?.beat_index).toBe(3);
    expect(timesAsked("/api/v1/score?")).toBe(2);
    say("beat", beat(4, 0));
    expect(store.beat.value?.beat_index).toBe(4);
    expect(timesAsked("/api/v1/score?")).toBe(2);
  });

  it("P1 takes the beats that were missed in their order, and the beat of a resumed hello from them", () => {
    say("hello", hello({ now: { ...NOW, beat: beat(500, 1) } }));
    say("hello", hello({ resumed: true, now: { ...NOW, beat: beat(2, 2) } }));
    expect(store.beat.value?.beat_index).toBe(500);
    const seen = [beat(501, 1), beat(502, 1), beat(1, 2), beat(2, 2)].map((missed) => {
      say("beat", missed);
      return [store.beat.value?.beat_index, timesAsked("/api/v1/score?")];
    });
    expect(seen).toEqual([
      [501, 1],
      [502, 1],
      [1, 2],
      [2, 2],
    ]);
  });

  it("P1 shows the beat of now after a hello that could not be resumed, be it older or none", () => {
    say("hello", hello({ now: { ...NOW, beat: beat(500, 1) } }));
    say("hello", hello({ now: { ...NOW, beat: beat(7, 1) } }));
    expect(store.beat.value?.beat_index).toBe(7);
    expect(timesAsked("/api/v1/score?")).toBe(2);
    say("hello", hello());
    expect(store.beat.value).toBeUndefined();
  });
});
