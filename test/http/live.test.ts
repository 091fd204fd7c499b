/** The event stream over a real reverb on a real nats-server: ids, reports and claims, under load and across replicas. */
import { afterEach, describe, expect, it } from "vitest";
import { listen } from "../../src/http/listen.ts";
import { createReverbApi } from "../../src/http/reverb-api.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalName } from "../../src/nats/stream-names.ts";
import type { Reverb } from "../../src/reverb/reverb.ts";
import { type EventSource, type EventSourceOptions, eventSource } from "../support/event-source.ts";
import { type JournalHouse, journalHouse, type Replica, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER, claimBody, frameBody } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { startRealReverb, subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";
import { wayTo } from "../support/way-to.ts";

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve({ view }: Reverb): Promise<(options?: EventSourceOptions) => Promise<EventSource>> {
  const api = createReverbApi(view, { log: silentLog, metricsText: async () => "" });
  closers.push(() => api.close());
  const { port } = await listen(api, { port: 0, setting: "--http", log: silentLog });
  return async (options) => {
    const source = await eventSource(port, options);
    closers.push(() => source.cut());
    await source.first("hello");
    return source;
  };
}

/** The server has a reader of the journal for each of them: a beat from now on is not of a backlog. */
async function untilReading(house: JournalHouse, replicas: readonly Replica[]): Promise<void> {
  await Promise.all(replicas.map(untilCommitting));
  const api = new JetStreamApi(house.peer);
  await waitFor("readers of the journal", async () => {
    const { state } = await api.ask<{ state: { consumer_count: number } }>(
      `STREAM.INFO.${journalName(CLUSTER)}`,
    );
    return state.consumer_count >= replicas.length;
  });
}

const named = (source: EventSource, name: string) => source.events.filter((event) => event.name === name);

describe("the live score over a real reverb", () => {
  it("R1 numbers events by the journal, tells a report once it is stored, and resumes at another replica", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const [first, second] = [await house.start(), await house.start({ nodeId: "node-2" })];
    await untilReading(house, [first, second]);
    const [openFirst, openSecond] = [await serve(first.reverb), await serve(second.reverb)];
    const [atFirst, atSecond] = [await openFirst(), await openSecond()];
    await house.beats(1, 4);
    for (const agent of ["a", "b"]) house.claim(agent, 4);
    await house.beats(5, 6);
    const told = await Promise.all([atFirst.first("report"), atSecond.first("report")]);
    const [stored] = (await first.reverb.view.reports({ limit: 1 })).items;
    for (const { data } of told) {
      expect(data).toMatchObject({
        report: { from_beat: 1, to_beat: 4, agents_reporting: 2 },
        claims_count: 2,
      });
      expect(data.headers).toEqual(stored?.headers);
      expect(data.headers).toMatchObject({
        "Backbeat-Hash": expect.stringMatching(/^[0-9a-f]{64}$/),
        "Backbeat-First-Sequence": String(data.first_sequence),
        "Backbeat-Last-Sequence": String(data.last_sequence),
      });
    }
    await Promise.all(
      [atFirst, atSecond].map((source) => waitFor("all beats", () => named(source, "beat").length === 6)),
    );
    // Frames are four entries one after the other, then come claims; both replicas name a beat alike.
    const ids = named(atFirst, "beat").map(({ id }) => id);
    const firstSeq = Number.parseInt(ids[0] ?? "", 10);
    expect(ids.slice(0, 4)).toEqual([0, 1, 2, 3].map((n) => `${firstSeq + n}.0`));
    expect(named(atSecond, "beat").map(({ id }) => id)).toEqual(ids);
    const resumed = await openSecond({ lastId: ids[3] ?? "" });
    expect(resumed.events[0]?.data).toMatchObject({ mode: "journal", resumed: true });
    await waitFor("what was missed", () => named(resumed, "report").length === 1);
    expect(named(resumed, "beat").map(({ data }) => data.beat_index)).toEqual([5, 6]);
  });

  it("tells no beat of a backlog, and the reports that it closes", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const first = await house.start();
    await untilCommitting(first);
    await house.beats(1, 5);
    await waitFor("the first report", () => house.wire.length === 1);
    await first.stop();
    await house.beats(6, 14);
    const second = await house.start({ nodeId: "node-2" });
    const source = await (await serve(second.reverb))();
    await untilCommitting(second);
    await house.beats(15, 15);
    await waitFor("the new beat", () => named(source, "beat").some(({ data }) => data.beat_index === 15));
    await waitFor("two reports", () => named(source, "report").length === 2);
    // The last beat of the backlog may have come while it was waited for.
    expect(named(source, "beat").filter(({ data }) => data.beat_index < 14)).toEqual([]);
    expect(named(source, "report").map(({ data }) => data.report.from_beat)).toEqual([5, 9]);
  });

  it("tells of the time that its link was away the reports, and no beat but the one that it is", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    await using way = await wayTo(server.port);
    const replica = await house.start({ url: way.url });
    await untilReading(house, [replica]);
    const source = await (await serve(replica.reverb))();
    await house.beats(1, 2);
    await waitFor("the first beats", () => named(source, "beat").length === 2);
    way.cut();
    await waitFor("the loss", () => !replica.bus.connected);
    await house.beats(3, 14);
    way.mend();
    await waitFor("the reports of that time", () => named(source, "report").length === 3);
    await waitFor("the beat that it is", () => replica.reverb.view.live.now.beat?.beatIndex === 14);
    expect(replica.reverb.view.live.now.beat).toMatchObject({ barFrom: 13 });
    await house.beats(15, 16);
    await waitFor("the new beats", () => named(source, "beat").some(({ data }) => data.beat_index === 16));
    expect(named(source, "beat").map(({ data }) => data.beat_index)).toEqual([1, 2, 14, 15, 16]);
    expect(named(source, "report").map(({ data }) => data.report.from_beat)).toEqual([1, 5, 9]);
  });

  it("R6 accounts for 60,000 claims in at most four events a second, and for the last cell of each agent", async () => {
    await using server = await startTestServer();
    await using house = await startRealReverb(server.url, { barLength: 1_000 });
    const source = await (await serve(house.reverb))();
    const AGENTS = 2_000;
    house.peer.publish(subjects.beat, frameBody(1, { beatDurationMs: 600_000 }));
    const before = named(source, "claims").length;
    const startedAtMs = performance.now();
    // 60,000 claims at 20,000 a second: a batch each 10 ms.
    for (let sent = 0; sent < 60_000; sent += 200) {
      for (let n = sent; n < sent + 200; n += 1) {
        const state = n >= 60_000 - AGENTS ? "completed" : "executing";
        const agentId = `a:${n % AGENTS}`;
        house.peer.publish(subjects.status, claimBody(agentId, 1, { state, progress: n / 60_000 }));
      }
      const dueMs = startedAtMs + (sent + 200) / 20;
      await waitFor("the next batch", () => performance.now() >= dueMs);
    }
    const receivedIn = () => named(source, "claims").reduce((sum, { data }) => sum + data.received, 0);
    await waitFor("all claims", () => receivedIn() === 60_000);
    const seconds = 1 + Math.floor((performance.now() - startedAtMs) / 1_000);
    expect(named(source, "claims").length - before).toBeLessThanOrEqual(4 * seconds);
    const cells = new Map<number, string>();
    for (const { data } of named(source, "claims")) {
      expect(data.left_out).toBe(0);
      for (const [beat, firstLane, letters] of data.cells) {
        expect(beat).toBe(1);
        for (const [at, letter] of [...(letters as string)].entries())
          if (letter !== ".") cells.set(firstLane + at, letter);
      }
    }
    expect([cells.size, new Set(cells.values())]).toEqual([AGENTS, new Set(["c"])]);
    const last = named(source, "claims").at(-1)?.data;
    expect(last).toMatchObject({ agents: AGENTS, states: { completed: AGENTS, executing: 0 } });
  });
});
