import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findStreams } from "../../src/nats/found-streams.ts";
import { adoptJournal } from "../../src/reverb/adopt-journal.ts";
import { ChainHeadFile } from "../../src/runtime/chain-head-file.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { type JournalHouse, journalHouse, type Replica, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

/** What a power cut leaves of a stream: how it was on disk before. */
interface Backup extends Disposable {
  /** The server comes back with it. */
  restore(): Promise<void>;
}

async function backup(server: TestServer, stream: "JOURNAL" | "REPORTS"): Promise<Backup> {
  const name = `BACKBEAT_${stream}_${CLUSTER}`;
  const store = execFileSync("find", [server.dir, "-type", "d", "-name", name]).toString().trim();
  const copy = mkdtempSync(join(tmpdir(), "backbeat-backup-"));
  await server.kill("SIGTERM");
  cpSync(store, copy, { recursive: true });
  await server.restart();
  return {
    async restore() {
      await server.kill("SIGKILL");
      rmSync(store, { recursive: true, force: true });
      cpSync(copy, store, { recursive: true });
      await server.restart();
    },
    [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }),
  };
}

/** The house hears and is heard again. */
async function back(house: JournalHouse): Promise<void> {
  await waitFor("the link", () => house.peer.connected);
  await house.peer.flush();
}

const fromBeats = (house: JournalHouse) => house.wire.map(({ report }) => report.from_beat);

interface Adopting {
  readonly force?: boolean;
  /** Of the replica whose head is known. */
  readonly dataDir?: string;
}

const alarmNames = ({ reverb }: Replica) => reverb.view.status().alarms.map(({ name }) => name);

async function adopt(house: JournalHouse, { dataDir, force = false }: Adopting = {}) {
  const found = await findStreams(house.peer, { clusterId: CLUSTER, subjects }, silentLog);
  if (found === "none") throw new Error("no JetStream");
  return adoptJournal({
    ...found,
    subjects,
    clock: new SystemClock(),
    silenceMaxMs: DEADLINE_MS,
    node: "test",
    head: dataDir === undefined ? undefined : await new ChainHeadFile(dataDir, CLUSTER).load(),
    force,
  });
}

// At once: most of it is waiting for servers and for what is believed only after a while.
describe.concurrent("streams that went back", () => {
  it.each([
    ["some reports left", 6, 1],
    ["no report left", 2, 0],
  ])(
    "R1 reports that the store lost, with %s: told at each restart, and computed and stored again once adopted",
    async (_what, upTo, left) => {
      await using server = await startTestServer({ jetstream: true });
      await using house = await journalHouse(server.url);
      const dataDir = house.dataDir();
      const first = await house.start({ dataDir });
      await untilCommitting(first);
      await house.beats(1, upTo);
      await waitFor("the first reports", () => house.wire.length === left);
      using old = await backup(server, "REPORTS");
      await back(house);
      await house.beats(upTo + 1, 14);
      await waitFor("three reports", () => house.wire.length === 3);
      await first.stop();
      await old.restore();
      await back(house);
      for (let restarts = 0; restarts < 2; restarts += 1) {
        const again = await house.start({ dataDir });
        await waitFor("the alarm", () => alarmNames(again).includes("report-store-broken"));
        expect(again.reverb.view.ready().reason).toMatch(/ends at record \d+, this replica knows record 4/);
        await again.stop();
      }
      expect(house.wire).toHaveLength(3);
      const second = await house.start({ dataDir });
      const adoption = await adopt(house, { dataDir });
      // Nothing is gone: the journal still gives it.
      expect(adoption).toMatchObject({ kind: "adopted", record: { partial: false } });
      expect(adoption).not.toHaveProperty("record.lost");
      await untilCommitting(second);
      await house.beats(15, 18);
      const { reports } = await house.streams();
      await waitFor("all four to be stored", async () => (await reports.count("report")) >= 4);
      expect(await reports.count("report")).toBe(4);
    },
  );

  it("R1 a journal that lost entries of a reported bar, and grew again, is not gone on with", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const first = await house.start();
    await untilCommitting(first);
    await house.beats(1, 6);
    await waitFor("the first report", () => house.wire.length === 1);
    using old = await backup(server, "JOURNAL");
    await back(house);
    for (const agent of ["a", "b", "c"]) house.claim(agent, 6);
    await house.beats(7, 10);
    await waitFor("the second report", () => house.wire.length === 2);
    await first.crash();
    await old.restore();
    await back(house);
    for (let n = 0; n < 9; n += 1) house.claim(`d${n}`, 6);
    await house.beats(11, 18);
    const second = await house.start({ nodeId: "node-2" });
    const broken = () => second.reverb.view.status().alarms.some(({ name }) => name === "journal-broken");
    await waitFor("the alarm", broken);
    expect(second.reverb.view.ready().reason).toContain("the journal is not what it was");
    expect(fromBeats(house)).toEqual([1, 5]);
    expect((await adopt(house)).kind).toBe("adopted");
    await untilCommitting(second);
    await house.beats(19, 26);
    await waitFor("reports of the new chain", () => house.wire.length > 3);
    expect(new Set(fromBeats(house)).size).toBe(house.wire.length);
  });

  it("R1 entries of the open bar that a checkpoint has seen and the journal lost: broken, and --force leads out", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const dataDir = house.dataDir();
    const first = await house.start({ dataDir });
    await untilCommitting(first);
    await house.beats(1, 10);
    await waitFor("two reports", () => house.wire.length === 2);
    using old = await backup(server, "JOURNAL");
    await back(house);
    for (const agent of ["a", "b", "c"]) house.claim(agent, 10);
    await house.peer.flush();
    const { journal } = await house.streams();
    const lastSeq = (await journal.state()).lastSeq;
    await waitFor("them to be read", () => first.reverb.view.status().journal?.readSeq === lastSeq);
    await first.stop();
    await old.restore();
    await back(house);
    for (let n = 0; n < 9; n += 1) house.claim(`d${n}`, 10);
    await house.peer.flush();
    const again = await house.start({ dataDir, nodeId: "node-2" });
    await waitFor("the alarm", () =>
      again.reverb.view.status().alarms.some(({ name }) => name === "journal-broken"),
    );
    expect(await adopt(house)).toMatchObject({
      kind: "nothing",
      why: expect.stringContaining("--force"),
    });
    expect((await adopt(house, { force: true })).kind).toBe("adopted");
    await untilCommitting(again);
    await house.beats(11, 18);
    await waitFor("reports of the new chain", () => house.wire.length === 4);
    expect(fromBeats(house)).toEqual([1, 5, 9, 13]);
    expect(house.wire[2]?.report.issues).toContainEqual(
      expect.objectContaining({ category: "partial_window" }),
    );
  });
});

describe.concurrent("a chain that begins partial", () => {
  it("R7 is still so for a replica that was restarted before its first frame", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const dataDir = house.dataDir();
    const first = await house.start({ dataDir });
    await untilCommitting(first);
    await house.beats(1, 6);
    await waitFor("the first report", () => house.wire.length === 1);
    await house.peer.request(
      `$JS.API.STREAM.PURGE.BACKBEAT_JOURNAL_${CLUSTER}`,
      new Uint8Array(0),
      DEADLINE_MS,
    );
    await waitFor("the alarm", () =>
      first.reverb.view.status().alarms.some(({ name }) => name === "journal-broken"),
    );
    expect((await adopt(house)).kind).toBe("adopted");
    await untilCommitting(first);
    house.claim("a", 8);
    await house.peer.flush();
    const { journal } = await house.streams();
    const { lastSeq } = await journal.state();
    await waitFor("the claim to be read", () => first.reverb.view.status().journal?.readSeq === lastSeq);
    await first.stop();
    await untilCommitting(await house.start({ dataDir, nodeId: "node-2" }));
    await house.beats(9, 14);
    await waitFor("its first report", () => house.wire.length === 2);
    expect(house.wire[1]?.report.issues).toContainEqual(
      expect.objectContaining({ category: "partial_window" }),
    );
  });
});

describe.concurrent("what the streams keep", () => {
  it("R4 is raised by who says more, and never lowered by who says less", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const start = (nodeId: string, ageMaxMs: number, bytesMax: number) =>
      house.start({ nodeId, plans: { retention: { ageMaxMs, bytesMax } } }).then(untilCommitting);
    await start("n1", 3_600_000, 5_000_000);
    await start("n2", 60_000, 1_000_000);
    expect(await keepsAsFound(house)).toEqual([3_600_000, 5_000_000]);
    await start("n3", 7_200_000, 9_000_000);
    expect(await keepsAsFound(house)).toEqual([7_200_000, 9_000_000]);
  });
});

/** As the server says, without opening the streams with settings of our own. */
async function keepsAsFound(house: JournalHouse): Promise<readonly [number, number]> {
  const answer = await house.peer.request(
    `$JS.API.STREAM.INFO.BACKBEAT_JOURNAL_${CLUSTER}`,
    new Uint8Array(0),
    DEADLINE_MS,
  );
  const { max_age, max_bytes } = JSON.parse(new TextDecoder().decode(answer?.data)).config;
  return [max_age / 1e6, max_bytes];
}
