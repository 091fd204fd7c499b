/** A journal that was lost, and the way out, with running replicas on a real nats-server. */
import { describe, expect, it } from "vitest";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalName } from "../../src/nats/stream-names.ts";
import { openStreams } from "../../src/nats/streams.ts";
import { type Adoption, adoptJournal } from "../../src/reverb/adopt-journal.ts";
import { examineJournal } from "../../src/reverb/examine-journal.ts";
import { verifyHistory } from "../../src/reverb/verify-history.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { type JournalHouse, journalHouse, type Replica, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

const JOURNAL = journalName(CLUSTER);

/** Two replicas that have reported the bars 1-4 and 5-8; 9-12 is open, with claims of two agents. */
async function brokenHouse(url: string, bytesMax?: number) {
  const house = await journalHouse(url);
  const plans = bytesMax === undefined ? {} : { plans: { retention: { bytesMax } } };
  const replicas = [await house.start(plans), await house.start({ nodeId: "node-2", ...plans })];
  await Promise.all(replicas.map(untilCommitting));
  await house.beats(1, 10);
  await waitFor("two reports", () => house.wire.length === 2);
  for (const agent of ["a", "b"]) house.claim(agent, 10);
  await house.peer.flush();
  return { house, replicas, api: new JetStreamApi(house.peer) };
}

async function adopt(house: JournalHouse): Promise<Adoption> {
  const opener = openStreams(house.peer, { clusterId: CLUSTER, subjects, leaveAsFound: true }, silentLog);
  const streams = await opener.open(new AbortController().signal);
  if (streams === "none") throw new Error("no JetStream");
  return adoptJournal({ ...partsOf(streams), node: "test" });
}

const partsOf = (streams: {
  journal: Parameters<typeof adoptJournal>[0]["journal"];
  reports: Parameters<typeof adoptJournal>[0]["reports"];
}) => ({
  journal: streams.journal,
  reports: streams.reports,
  subjects,
  clock: new SystemClock(),
  silenceMaxMs: DEADLINE_MS,
});

const alarmsOf = ({ reverb }: Replica) => reverb.view.status().alarms.map(({ name }) => name);

/** The one alarm, on every replica, and why. */
async function untilBroken(replicas: readonly Replica[], why: RegExp): Promise<void> {
  for (const replica of replicas) {
    await waitFor("the alarm", () => alarmsOf(replica).includes("journal-broken"));
    expect(alarmsOf(replica)).toEqual(["journal-broken"]);
    const { ready, reason } = replica.reverb.view.ready();
    expect({ ready, reason }).toEqual({ ready: false, reason: expect.stringMatching(why) });
    await waitFor("its line in the log", () => replica.log.texts("error").length > 0);
    expect(replica.log.texts("error")).toEqual([expect.stringMatching(/^Alarm journal-broken: /)]);
  }
}

interface WayOut {
  /** The first of the beats that follow. */
  readonly from: number;
  readonly replicas: readonly Replica[];
}

/** The way out: reports go on, the first is partial, every bar is stored at most once and computes again. */
async function expectWayOut(house: JournalHouse, { from, replicas }: WayOut) {
  const before = house.wire.length;
  expect((await adopt(house)).kind).toBe("adopted");
  await Promise.all(replicas.map(untilCommitting));
  expect((await adopt(house)).kind).toBe("nothing");
  const untilOver = () =>
    Promise.all(replicas.map((one) => waitFor("the end of all alarms", () => alarmsOf(one).length === 0)));
  await untilOver();
  await house.beats(from, from + 9);
  house.claim("c", from + 9);
  await house.beats(from + 10, from + 14);
  await waitFor("reports of the new chain", () => house.wire.length >= before + 4);
  await untilOver();
  const [first, second] = house.wire.slice(before).map(({ report }) => report);
  const isPartial = (report: typeof first) =>
    report?.issues?.some(({ category }) => category === "partial_window") ?? false;
  expect([isPartial(first), isPartial(second)]).toEqual([true, false]);
  const froms = house.wire.map(({ report }) => report.from_beat);
  expect(new Set(froms).size).toBe(froms.length);
  const windows = house.wire.map(({ report }) => report.window_id);
  expect(new Set(windows).size).toBe(windows.length);
  const streams = await house.streams();
  const faults: unknown[] = [];
  const sum = await verifyHistory(
    { ...partsOf(streams), onFault: (fault) => faults.push(fault) },
    { isReplayed: true },
  );
  expect(faults).toEqual([]);
  expect(sum.reports).toBe(house.wire.length);
  expect(sum.replayed?.computed).toBeGreaterThanOrEqual(3);
}

// At once: what was lost is believed only after a while, and most of it is waiting.
describe.concurrent("a journal that was lost", () => {
  it("R1 deleted: noticed, nothing makes it again unasked, adopt leads out", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { api, house, replicas } = await brokenHouse(server.url);
    await using _ = house;
    await api.ask(`STREAM.DELETE.${JOURNAL}`);
    await untilBroken(replicas, /was deleted.*journal adopt/);
    await house.beats(11, 14);
    house.claim("a", 14);
    await house.beats(15, 22);
    await house.peer.flush();
    await expect(api.ask(`STREAM.INFO.${JOURNAL}`)).rejects.toThrow("stream not found");
    await untilBroken(replicas, /was deleted/);
    expect(house.wire).toHaveLength(2);
    await expectWayOut(house, { from: 23, replicas });
  });

  it("R1 deleted, then a replica is restarted: it finds another journal and stays broken until adopt", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { api, house, replicas } = await brokenHouse(server.url);
    await using _ = house;
    const [first, second] = replicas as [Replica, Replica];
    await api.ask(`STREAM.DELETE.${JOURNAL}`);
    await untilBroken(replicas, /was deleted/);
    await second.crash();
    const again = await house.start({ nodeId: "node-3" });
    await untilBroken([again], /is another one .* than the reports were computed from/);
    await house.beats(11, 22);
    await expect((await house.streams()).journal.state()).resolves.toMatchObject({ lastSeq: 12 });
    expect(house.wire).toHaveLength(2);
    await untilBroken([first], /was deleted/);
    await expectWayOut(house, { from: 23, replicas: [first, again] });
  });

  it("R1 made again by hand: what it holds of reported bars is left to the old chain", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { api, house, replicas } = await brokenHouse(server.url);
    await using _ = house;
    const info = await api.ask<{ readonly config: object }>(`STREAM.INFO.${JOURNAL}`);
    await api.ask(`STREAM.DELETE.${JOURNAL}`);
    await api.ask(`STREAM.CREATE.${JOURNAL}`, info.config);
    await untilBroken(replicas, /deleted/);
    // As a mirror that is copied back would: the bar 5-8, which is reported, from its middle on.
    await house.beats(6, 11);
    expect(house.wire).toHaveLength(2);
    const streams = await house.streams();
    expect(await examineJournal(partsOf(streams))).toMatchObject({ fault: { kind: "replaced" } });
    const adoption = await adopt(house);
    // Entry 4 is beat 9, the first of the open bar: it is not reported, 5-8 is, and begins at entry 1.
    expect(adoption).toMatchObject({
      kind: "adopted",
      record: { reason: "adopted", after_first_seq: 1, partial: true },
    });
    await Promise.all(replicas.map(untilCommitting));
    await house.beats(12, 18);
    await waitFor("reports of the new chain", () => house.wire.length === 4);
    expect(house.wire.map(({ report }) => report.from_beat)).toEqual([1, 5, 9, 13]);
  });

  it("R1 purged: no report with a smaller count is stored, adopt leads out", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { api, house, replicas } = await brokenHouse(server.url);
    await using _ = house;
    await api.ask(`STREAM.PURGE.${JOURNAL}`);
    await untilBroken(replicas, /begins at \d+, the open bar needs it from \d+ on/);
    await house.beats(11, 18);
    house.claim("a", 18);
    expect(house.wire).toHaveLength(2);
    await expectWayOut(house, { from: 19, replicas });
  });

  it("R1 cut by its limit under claims: no report with a smaller count is stored, adopt leads out", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { api, house, replicas } = await brokenHouse(server.url, 100_000);
    await using _ = house;
    for (let agent = 0; agent < 1_500; agent += 1) house.claim(`a${agent}`, 10);
    await house.peer.flush();
    await untilBroken(replicas, /begins at \d+, the open bar needs it from \d+ on|goes on at/);
    await house.beats(11, 14);
    expect(house.wire).toHaveLength(2);
    // First the cause: a journal that is full loses an entry for each that it takes, of the new chain's first bar, too.
    const info = await api.ask<{ readonly config: object }>(`STREAM.INFO.${JOURNAL}`);
    await api.ask(`STREAM.UPDATE.${JOURNAL}`, { ...info.config, max_bytes: 100_000_000 });
    await expectWayOut(house, { from: 15, replicas });
  });

  it("R1 with a hole inside, by which a restarted replica is stopped: adopt leads out behind it", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { api, house, replicas } = await brokenHouse(server.url);
    await using _ = house;
    const [first, second] = replicas as [Replica, Replica];
    await api.ask(`STREAM.PURGE.${JOURNAL}`, { filter: subjects.status });
    await house.beats(11, 12);
    await second.crash();
    const again = await house.start({ nodeId: "node-3" });
    await untilBroken([again], /goes on at/);
    await expectWayOut(house, { from: 13, replicas: [first, again] });
  });
});
