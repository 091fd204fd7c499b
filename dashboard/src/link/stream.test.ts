import { beforeEach, describe, expect, it } from "vitest";
import { EventStream, type LinkState, type Source } from "./stream.ts";

class FakeSource implements Source {
  readonly url: string;
  isClosed = false;
  readonly #listeners = new Map<string, (event: Event) => void>();

  constructor(url: string) {
    this.url = url;
  }

  addEventListener(name: string, listener: (event: Event) => void): void {
    this.#listeners.set(name, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  say(name: string, body: unknown, lastEventId = ""): void {
    this.sayText(name, JSON.stringify(body), lastEventId);
  }

  sayText(name: string, data: string, lastEventId = ""): void {
    this.#listeners.get(name)?.({ data, lastEventId } as MessageEvent<string>);
  }

  break(): void {
    this.#listeners.get("error")?.({} as Event);
  }
}

describe("EventStream", () => {
  let nowMs = 0;
  let sources: FakeSource[] = [];
  let links: LinkState[] = [];
  let heard: [string, unknown][] = [];
  let timers: { run: () => void; delayMs: number; isStopped: boolean }[] = [];
  let stream: EventStream;

  const newest = (): FakeSource => {
    const source = sources.at(-1);
    if (source === undefined) throw new Error("no source was opened");
    return source;
  };
  const fire = (): void => {
    const timer = timers.pop();
    if (timer === undefined || timer.isStopped) throw new Error("no timer runs");
    nowMs += timer.delayMs;
    timer.run();
  };

  beforeEach(() => {
    [nowMs, sources, links, heard, timers] = [1_000, [], [], [], []];
    stream = new EventStream({
      open(url) {
        const source = new FakeSource(url);
        sources.push(source);
        return source;
      },
      nowMs: () => nowMs,
      random: () => 0,
      later(run, delayMs) {
        const timer = { run, delayMs, isStopped: false };
        timers.push(timer);
        return () => {
          timer.isStopped = true;
        };
      },
      onLink: (state) => links.push(state),
      onEvent: ({ body, name }) => heard.push([name, body]),
    });
    stream.start();
  });

  it("EventStream is live with the first hello and hands on what comes", () => {
    expect(links).toEqual([{ kind: "connecting" }]);
    newest().say("hello", { resumed: false });
    newest().say("beat", { beat_index: 7 }, "12.0");
    expect(links.at(-1)).toEqual({ kind: "live" });
    expect(heard).toEqual([
      ["hello", { resumed: false }],
      ["beat", { beat_index: 7 }],
    ]);
  });

  it("EventStream resumes after the last event, at once and without a word, when a stream that worked ends", () => {
    newest().say("hello", {});
    newest().say("beat", {}, "48213.0");
    nowMs += 5_000;
    newest().break();
    expect(sources.map(({ url }) => url)).toEqual(["/api/v1/events", "/api/v1/events?last_event_id=48213.0"]);
    expect(sources[0]?.isClosed).toBe(true);
    expect(links.map(({ kind }) => kind)).toEqual(["connecting", "live"]);
  });

  it("EventStream says since when it is lost and when it tries again, ever more slowly, until a hello", () => {
    newest().say("hello", {});
    nowMs += 5_000;
    newest().break();
    newest().break();
    expect(links.at(-1)).toEqual({ kind: "lost", sinceMs: 6_000, retryAtMs: 7_000 });
    fire();
    newest().break();
    expect(links.at(-1)).toEqual({ kind: "lost", sinceMs: 6_000, retryAtMs: 9_000 });
    fire();
    newest().say("hello", {});
    expect(links.at(-1)).toEqual({ kind: "live" });
    nowMs += 5_000;
    newest().break();
    newest().break();
    expect(links.at(-1)).toEqual({ kind: "lost", sinceMs: 14_000, retryAtMs: 15_000 });
  });

  it("EventStream asks ever more slowly for streams that break soon after their hello, and says so", () => {
    for (const [sinceMs, retryAtMs] of [
      [1_100, 2_100],
      [2_200, 4_200],
      [4_300, 8_300],
    ]) {
      newest().say("hello", {});
      nowMs += 100;
      newest().break();
      expect(links.at(-1)).toEqual({ kind: "lost", sinceMs, retryAtMs });
      fire();
    }
    expect(sources).toHaveLength(4);
    // One that works makes up for them.
    newest().say("hello", {});
    nowMs += 5_000;
    newest().break();
    expect(sources).toHaveLength(5);
    newest().break();
    expect(links.at(-1)).toMatchObject({ kind: "lost", retryAtMs: nowMs + 1_000 });
  });

  it("EventStream tries at once when asked, only while it waits", () => {
    stream.tryNow();
    expect(sources).toHaveLength(1);
    newest().break();
    stream.tryNow();
    expect(sources).toHaveLength(2);
    expect(timers[0]?.isStopped).toBe(true);
  });

  it("EventStream lets go a stream that is suspected, and ignores what it still says", () => {
    newest().say("hello", {});
    nowMs += 5_000;
    const first = newest();
    stream.suspect();
    expect(first.isClosed).toBe(true);
    expect(sources).toHaveLength(2);
    first.say("beat", {});
    first.break();
    expect(heard).toHaveLength(1);
    expect(sources).toHaveLength(2);
  });

  it("EventStream begins anew, without an id, after what cannot be read", () => {
    newest().say("hello", {});
    newest().say("beat", {}, "5.0");
    nowMs += 5_000;
    newest().sayText("beat", '{"beat_in', "6.0");
    expect(newest().url).toBe("/api/v1/events");
    expect(heard.map(([name]) => name)).toEqual(["hello", "beat"]);
  });

  it("EventStream that was stopped opens nothing any more", () => {
    newest().break();
    stream.stop();
    expect(timers[0]?.isStopped).toBe(true);
    stream.tryNow();
    stream.suspect();
    expect(sources).toHaveLength(1);
  });
});
