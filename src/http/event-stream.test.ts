import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type EventSource, type EventSourceOptions, eventSource } from "../../test/support/event-source.ts";
import { beatOf, type FakeReverb, windowOf } from "../../test/support/fake-reverb-view.ts";
import { reverbApi } from "../../test/support/http-api.ts";
import { rawClient } from "../../test/support/raw-client.ts";
import { recordingLog } from "../../test/support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../../test/support/wait-for.ts";
import type { EventLimits } from "./limits.ts";
import { listen } from "./listen.ts";

const closers: (() => unknown)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0).reverse()) await close();
});

/** Streams grow older only when the test says so. */
const standStill = () => void vi.useFakeTimers({ toFake: ["performance"] });

interface Stage {
  readonly fake: FakeReverb;
  readonly port: number;
  open(options?: EventSourceOptions): Promise<EventSource>;
  close(): Promise<unknown>;
}

async function stage(events: Partial<EventLimits> = {}): Promise<Stage> {
  const { app, fake } = reverbApi({ events });
  closers.push(() => app.close());
  const { port } = await listen(app, { port: 0, setting: "--http", log: recordingLog() });
  return {
    fake,
    port,
    async open(options) {
      const source = await eventSource(port, options);
      closers.push(() => source.cut());
      return source;
    },
    close: () => app.close(),
  };
}

const clientsOf = ({ fake }: Stage) => fake.live.audience?.clients;

/** Waits until so many are served. */
const untilClients = (one: Stage, count: number) =>
  waitFor(`${count} clients`, () => clientsOf(one) === count);

describe("GET /api/v1/events", () => {
  it("begins with what is now, then says what happens, each with its id", async () => {
    const one = await stage();
    one.fake.live.now = { beat: beatOf(17), leader: undefined, tempo: undefined };
    const source = await one.open();
    const hello = await source.first("hello");
    expect(hello.id).toBeUndefined();
    expect(hello.data).toEqual({
      cluster_id: "test",
      node_id: "node-1",
      boot: "boot1",
      mode: "core",
      resumed: false,
      why: "first connection",
      newest_id: null,
      now: { beat: expect.objectContaining({ beat_index: 17 }), leader: null, tempo: null },
    });
    const id = one.fake.live.beat(18);
    const beat = await source.first("beat");
    expect(beat.id).toBe(id);
    expect(beat.data).toEqual({
      beat_index: 18,
      window_id: beatOf(18).windowId,
      bar_from: 17,
      bar_length: 8,
      phase: "plan",
      downbeat: false,
      tempo_bpm: 60,
      next_tempo_bpm: null,
      beat_ms: 1_000,
      into_beat_ms: 0.25,
      deadline_at: "2030-01-02T03:04:05.678Z",
      epoch: 3,
      leader: "pulse-1",
      publisher: "pulse-1",
      window: { claims_count: 4, agents_reporting: 3 },
    });
    expect(source.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(source.head).toMatch(/\r\ncontent-type: text\/event-stream; charset=utf-8(\r\n|$)/);
    expect(source.head).toMatch(/\r\ncache-control: no-store(\r\n|$)/);
    expect(source.head).not.toMatch(/transfer-encoding/i);
    expect(source.text).toMatch(/^retry: 2000\nevent: hello\n/);
  });

  it("writes claims, reports, leaders and tempos as declared", async () => {
    const one = await stage();
    const source = await one.open();
    await source.first("hello");
    const { live } = one.fake;
    live.tell({
      name: "claims",
      value: {
        look: 8,
        roster: 2,
        beatIndex: 18,
        windowId: undefined,
        spanMs: 250.0004,
        received: 3,
        outcomes: { counted: 2, late: 1 },
        window: { claimsCount: 4, agentsReporting: 3 },
        agentsCount: 3,
        states: one.fake.windows[0]?.stateCounts as never,
        presence: { progressing: 1, waiting: 1, alive: 1, silent: 0 },
        cells: [{ beat: 18, firstLane: 2, letters: "e.f" }],
        leftOut: 1,
      },
    });
    live.tell({ name: "report", value: { detail: windowOf(1), headers: { "Backbeat-Claims": "28" } } });
    const first = { leader: "p1", epoch: 1, publisher: undefined };
    live.tell({
      name: "leader",
      value: { beatIndex: 3, leader: "p2", epoch: 2, publisher: "p2", before: first },
    });
    live.tell({
      name: "tempo",
      value: { beatIndex: 4, tempoBpm: 60, nextTempoBpm: 66, nextFromBeat: 9, before: undefined },
    });
    await source.first("tempo");
    const dataOf = async (name: string) => (await source.first(name)).data;
    expect(await dataOf("claims")).toMatchObject({
      look: 8,
      roster: 2,
      beat_index: 18,
      window_id: null,
      span_ms: 250,
      received: 3,
      outcomes: { counted: 2, late: 1 },
      window: { claims_count: 4, agents_reporting: 3 },
      agents: 3,
      presence: { silent: 0 },
      cells: [[18, 2, "e.f"]],
      left_out: 1,
    });
    expect(await dataOf("report")).toMatchObject({
      report: { from_beat: 9 },
      headers: { "Backbeat-Claims": "28" },
      first_sequence: 9,
      last_sequence: 18,
      claims_count: 28,
      conservation: { received: 34, counted: 28, refused: { "not-json": 3 } },
      issue_details: [{ category: "wait_cycle", cycles: [["builder:1", "builder:2"]] }, { cycles: [] }],
    });
    expect(await dataOf("leader")).toEqual({
      ...{ beat_index: 3, leader: "p2", epoch: 2, publisher: "p2" },
      before: { leader: "p1", epoch: 1, publisher: null },
    });
    expect(await dataOf("tempo")).toEqual({
      ...{ beat_index: 4, tempo_bpm: 60, next_tempo_bpm: 66, next_from_beat: 9 },
      before: null,
    });
  });

  it("gives every client the same bytes", async () => {
    const one = await stage();
    const sources = await Promise.all([one.open(), one.open(), one.open()]);
    await untilClients(one, 3);
    for (let beat = 17; beat < 37; beat += 1) one.fake.live.beat(beat);
    const texts = await Promise.all(
      sources.map(async (source) => {
        await waitFor("20 beats", () => source.events.length === 21);
        return source.text;
      }),
    );
    expect(new Set(texts).size).toBe(1);
    expect(one.fake.live.audience?.sent).toBe(60);
  });

  it.each(["header", "query"])("sends what was missed to who comes back, told by %s", async (how) => {
    const one = await stage();
    const first = await one.open();
    await first.first("hello");
    const ids = [17, 18, 19, 20].map((beat) => one.fake.live.beat(beat));
    await waitFor("four beats", () => first.events.length === 5);
    first.cut();
    await untilClients(one, 0);
    one.fake.live.beat(21);
    const lastId = ids[1] ?? "";
    const again = await one.open(how === "header" ? { lastId } : { query: `?last_event_id=${lastId}` });
    await waitFor("what was missed", () => again.events.length === 4);
    expect(again.events.map(({ data }) => data.beat_index ?? data.resumed)).toEqual([true, 19, 20, 21]);
    one.fake.live.beat(22);
    await waitFor("what comes next", () => again.events.length === 5);
  });

  it.each([
    ["boot0.1", "another process"],
    ["12.0", "another process"],
    ["boot1.99", "unknown id"],
    ["nonsense", "unknown id"],
  ])("tells a client that was at %s that it must begin anew: %s", async (lastId, why) => {
    const one = await stage();
    await (await one.open()).first("hello");
    one.fake.live.beat(17);
    const source = await one.open({ lastId });
    expect((await source.first("hello")).data).toMatchObject({ resumed: false, why, newest_id: "boot1.0" });
    expect(source.events).toHaveLength(1);
  });

  it("resumes over nothing that was not looked at: what came before anybody watched cannot be gone on from", async () => {
    const one = await stage();
    const [first, second] = [17, 18].map((beat) => one.fake.live.beat(beat));
    const source = await one.open({ lastId: first ?? "" });
    expect((await source.first("hello")).data).toMatchObject({ resumed: false, why: "too old" });
    expect(second).toBeDefined();
    expect(source.events).toHaveLength(1);
  });

  it("R4 serves one stream on a connection, and keeps no place for one that is gone", async () => {
    const one = await stage();
    const socket = connect(one.port, "127.0.0.1");
    let said = "";
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    socket.write("GET /api/v1/events HTTP/1.1\r\nhost: x\r\n\r\n".repeat(3));
    await waitFor("the first hello", () => said.includes("event: hello"));
    await untilClients(one, 1);
    socket.destroy();
    await untilClients(one, 0);
  });

  it("R4 tells a client that was away for too long that it must begin anew", async () => {
    const one = await stage({ ringEvents: 2 });
    await (await one.open()).first("hello");
    const ids = [17, 18, 19, 20].map((beat) => one.fake.live.beat(beat));
    const late = await one.open({ lastId: ids[0] ?? "" });
    expect((await late.first("hello")).data).toMatchObject({ resumed: false, why: "too old" });
    const inTime = await one.open({ lastId: ids[1] ?? "" });
    await waitFor("what was missed", () => inTime.events.length === 3);
  });

  it("R4 refuses more clients than may be, in JSON, says when to come back, and counts it", async () => {
    const one = await stage({ clients: 1 });
    const first = await one.open();
    await first.first("hello");
    const answer = await fetch(`http://127.0.0.1:${one.port}/api/v1/events`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await answer.json()).toEqual({
      error: "not available",
      text: "Cannot send events: 1 clients listen already, at most 1 may; try again later, or raise --event-clients-max",
    });
    expect(one.fake.live.audience).toMatchObject({ clients: 1, clientsMax: 1, refused: 1 });
    first.cut();
    await untilClients(one, 0);
    await (await one.open()).first("hello");
  });

  it("R4 cuts a client that leaves too much unread, counts it, and harms no other", async () => {
    const one = await stage({ unreadBytes: 50_000 });
    const [slow, quick] = [await one.open(), await one.open()];
    await Promise.all([slow.first("hello"), quick.first("hello")]);
    slow.pause();
    let beat = 17;
    await waitFor("the slow one to be cut", () => {
      // Some MB fill what the kernel holds; the other one reads them as they come, 25 kB a turn.
      for (let n = 0; n < 50; n += 1) one.fake.live.beat(beat++);
      return one.fake.live.audience?.dropped.unread === 1;
    });
    expect(clientsOf(one)).toBe(1);
    await waitFor("all beats", () => quick.events.at(-1)?.data.beat_index === beat - 1);
    expect(quick.events).toHaveLength(beat - 17 + 1);
  });

  it("cuts a client that takes nothing of what waits for it, and counts it", async () => {
    const one = await stage({ stuckMs: 100, sweepMs: 20, unreadBytes: 1e9 });
    const source = await one.open();
    await source.first("hello");
    source.pause();
    for (let beat = 0; beat < 30_000; beat += 1) one.fake.live.beat(beat);
    await waitFor("the client to be cut", () => one.fake.live.audience?.dropped.stuck === 1);
    expect(clientsOf(one)).toBe(0);
  });

  it("sends a client whose stream ends what waited for it", async () => {
    standStill();
    const one = await stage({ lifeMs: 1_500, sweepMs: 20, unreadBytes: 1e9 });
    const source = await one.open();
    await source.first("hello");
    source.pause();
    for (let beat = 0; beat < 30_000; beat += 1) one.fake.live.beat(beat);
    vi.advanceTimersByTime(1_500);
    source.resume();
    await waitFor("the end", () => source.closed);
    expect(source.events.at(-1)?.data.beat_index).toBe(29_999);
    expect(source.events).toHaveLength(30_001);
  });

  it("keeps a stream alive on which nothing happens", async () => {
    const one = await stage({ keepAliveMs: 30, sweepMs: 10 });
    const source = await one.open();
    await waitFor("three signs of life", () => source.text.split(": keep-alive\n\n").length > 3);
    expect(source.closed).toBe(false);
  });

  it("ends a stream in good order when it is old; its client resumes", async () => {
    standStill();
    const one = await stage({ lifeMs: 50, sweepMs: 10 });
    const source = await one.open();
    await source.first("hello");
    const id = one.fake.live.beat(17);
    vi.advanceTimersByTime(49);
    await source.first("beat");
    expect(source.closed).toBe(false);
    vi.advanceTimersByTime(1);
    await waitFor("the end", () => source.closed);
    expect(source.events.map(({ name }) => name)).toEqual(["hello", "beat"]);
    const again = await one.open({ lastId: id });
    expect((await again.first("hello")).data.resumed).toBe(true);
    expect(one.fake.live.audience?.dropped).toEqual({ unread: 0, stuck: 0 });
  });

  it("lets a client go that goes, whether it says so or not", async () => {
    const one = await stage();
    const source = await one.open();
    await source.first("hello");
    source.cut();
    await untilClients(one, 0);
    // One that ends only its own half has nothing more to ask, and listens no more.
    const half = await rawClient(one.port);
    half.send("GET /api/v1/events HTTP/1.1\r\nhost: x\r\n\r\n");
    await untilClients(one, 1);
    half.cut();
    await untilClients(one, 0);
  });

  it("has claims looked at while somebody listens, and a little longer: who comes back misses nothing", async () => {
    const one = await stage({ lingerMs: DEADLINE_MS });
    expect(one.fake.live.watched).toEqual([]);
    const first = await one.open();
    await first.first("hello");
    const id = one.fake.live.beat(17);
    first.cut();
    await untilClients(one, 0);
    const again = await one.open({ lastId: id });
    expect((await again.first("hello")).data.resumed).toBe(true);
    expect(one.fake.live.watched).toEqual([true]);
  });

  it("has claims looked at no more when nobody has come back: who does then must begin anew", async () => {
    const one = await stage({ lingerMs: 20 });
    const first = await one.open();
    await first.first("hello");
    const id = one.fake.live.beat(17);
    first.cut();
    await waitFor("the last look", () => one.fake.live.watched.length === 2);
    expect(one.fake.live.watched).toEqual([true, false]);
    const late = await one.open({ lastId: id });
    expect((await late.first("hello")).data).toMatchObject({ resumed: false, why: "too old" });
    expect(one.fake.live.watched).toEqual([true, false, true]);
  });

  it("ends with the service, which does not wait for its clients", async () => {
    const one = await stage();
    const source = await one.open();
    await source.first("hello");
    await one.close();
    await waitFor("the end", () => source.closed);
    one.fake.live.beat(99);
  });

  it("refuses what it does not know, and answers HEAD without a stream", async () => {
    const { ask, fake } = reverbApi();
    expect((await ask("GET", "/api/v1/events?last=1")).status).toBe(400);
    expect((await ask("GET", `/api/v1/events?last_event_id=${"1".repeat(41)}`)).status).toBe(400);
    const head = await ask("HEAD", "/api/v1/events");
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(fake.live.watched).toEqual([]);
  });
});
