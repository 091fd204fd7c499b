import { describe, expect, it } from "vitest";
import { chainBody } from "../../test/support/chain-records.ts";
import { MemoryReportStore } from "../../test/support/memory-streams.ts";
import { recordingLog } from "../../test/support/recording-log.ts";
import { chainIdOf } from "../contracts/chain-record.ts";
import { encodeReport } from "../contracts/encode.ts";
import { readReportFacts, reportHeaders } from "../contracts/report-headers.ts";
import type { WindowDetail } from "../core/summary.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { Commits } from "./commits.ts";
import { ReportTail } from "./report-tail.ts";
import { StoreTroubles } from "./store-troubles.ts";

const SUBJECTS = { commit: "c.report.commit", chain: "c.report.chain" };

const hexOf = (value: number) => value.toString(16).padStart(32, "0");

/** The nth bar, of ten entries. */
function barOf(n: number, agents = n): WindowDetail {
  return {
    windowId: hexOf(n),
    claimsCount: agents,
    position: { firstSeq: 10 * n, lastSeq: 10 * n + 12, replayFrom: { seq: 1 } },
    report: {
      type: "backbeat.barreport.v1",
      window_id: hexOf(n),
      from_beat: n,
      to_beat: n,
      agents_reporting: agents,
      on_time_reviews: 0,
      help_promises_fulfilled: 0,
      secret_rotations_ok: true,
      tempo_drift_ms: 0,
    },
  } as WindowDetail;
}

async function house(
  prepare: (store: MemoryReportStore) => void = () => undefined,
  reportedFirstSeq = 0,
  isReplay = false,
  untilSafe: () => Promise<void> = () => Promise.resolve(),
) {
  const store = new MemoryReportStore(SUBJECTS);
  store.put({ kind: "chain", headers: {}, body: chainBody() });
  prepare(store);
  const log = recordingLog();
  const clock = new FakeClock();
  const full: boolean[] = [];
  const told: (readonly [firstSeq: number, claims: string])[] = [];
  const otherJournal: string[] = [];
  const tail = new ReportTail({
    reports: store,
    subjects: SUBJECTS,
    log,
    onChain() {},
    onBroken() {},
  });
  await tail.open();
  const chain = { algorithm: 1, chain: tail.chain?.id ?? "", profile: "p" };
  const commits = new Commits({
    reports: store,
    tail,
    clock,
    log,
    metrics: { observe() {} },
    chain,
    reportedFirstSeq,
    chainAfterFirstSeq: 0,
    isReplay,
    untilSafe,
    onOtherJournal: (text) => otherJournal.push(text),
    onStored: ({ position }, headers) =>
      void told.push([position.firstSeq, headers["Backbeat-Claims"] ?? ""]),
    onFull: (isFull) => full.push(isFull),
    troubles: new StoreTroubles(clock),
  });
  return { store, tail, commits, log, clock, full, told, chain, otherJournal };
}

type House = Awaited<ReturnType<typeof house>>;

/** As another replica would store a bar. */
function storeAsOther({ chain, store, tail }: House, detail: WindowDetail): void {
  const body = encodeReport(detail.report);
  const { firstSeq, lastSeq, replayFrom } = detail.position;
  const facts = { ...chain, claims: detail.claimsCount, firstSeq, lastSeq, replayFrom };
  store.put({
    kind: "report",
    headers: reportHeaders({ ...facts, prev: tail.lastReport?.hash ?? "" }, body),
    body,
  });
}

function storedBars(store: MemoryReportStore): number[] {
  const reports = store.records.filter(({ subject }) => subject === SUBJECTS.commit);
  return reports.map(({ data }) => JSON.parse(new TextDecoder().decode(data)).from_beat);
}

describe("Commits", () => {
  it("R1 stores each bar once, in order, each with the hash of the one before", async () => {
    const { commits, store, told } = await house();
    for (const n of [1, 2, 3]) commits.add(barOf(n), 0);
    await commits.settled();
    expect(storedBars(store)).toEqual([1, 2, 3]);
    expect(told).toEqual([
      [10, "1"],
      [20, "2"],
      [30, "3"],
    ]);
    const hashes = store.records.slice(1).map(({ headers }) => headers?.get("Backbeat-Hash"));
    const prevs = store.records.slice(1).map(({ headers }) => headers && readReportFacts(headers)?.prev);
    expect(prevs).toEqual(["", hashes[0], hashes[1]]);
    expect(commits.counts).toMatchObject({ committed: 3, confirmed: 0, conflicts: 0, unknown: 0 });
  });

  it("R1 the first bar of a replay that is not as it is stored ends it: the journal is another one", async () => {
    const made = await house(undefined, 9, true);
    storeAsOther(made, barOf(1, 5));
    await made.tail.until(2);
    made.commits.add(barOf(1, 0), 0);
    made.commits.add(barOf(2), 0);
    await made.commits.settled();
    expect(made.otherJournal).toEqual([expect.stringContaining("is not the one that was computed here")]);
    expect(made.commits.counts.divergences).toBe(0);
    expect(storedBars(made.store)).toEqual([1]);
  });

  it("R1 a replay in which no bar begins where the last report does ends as well", async () => {
    const made = await house(undefined, 9, true);
    storeAsOther(made, barOf(1));
    await made.tail.until(2);
    made.commits.add(barOf(2), 0);
    await made.commits.settled();
    expect(made.otherJournal).toEqual([expect.stringContaining("begins at 10, none was computed here")]);
    expect(storedBars(made.store)).toEqual([1]);
  });

  it("R1 a chain that lost all its reports is not gone on with behind them", async () => {
    const { commits, log, store } = await house(undefined, 20);
    commits.add(barOf(3), 0);
    await commits.settled();
    expect(storedBars(store)).toEqual([]);
    expect(commits.missingSinceMs).toBeDefined();
    expect(log.texts("error")[0]).toContain("lacks a report that it had");
  });

  it("R1 a commit that was lost is made again, once", async () => {
    const { clock, commits, store } = await house((made) => void made.fates.push("lost"));
    commits.add(barOf(1), 0);
    await clock.run(1_000);
    await commits.settled();
    expect(storedBars(store)).toEqual([1]);
    expect(commits.counts).toMatchObject({ committed: 1, unknown: 1 });
  });

  it("R1 a commit that was stored without an answer is found, not made again", async () => {
    const { clock, commits, store } = await house((made) => void made.fates.push("late"));
    commits.add(barOf(1), 0);
    commits.add(barOf(2), 0);
    await clock.run(1_000);
    await commits.settled();
    expect(storedBars(store)).toEqual([1, 2]);
    expect(commits.counts).toMatchObject({ committed: 1, confirmed: 1, unknown: 1 });
  });

  it("R1 while the end of the stream is not known nothing is committed", async () => {
    const { clock, commits, store } = await house((made) => void made.fates.push("unreachable"));
    commits.add(barOf(1), 0);
    await clock.run(0);
    expect(commits.waiting).toBe(1);
    await clock.run(1_000);
    await commits.settled();
    expect(storedBars(store)).toEqual([1]);
  });

  it("R7 a bar that another replica stored first is compared, and not stored again", async () => {
    const made = await house();
    let isFirst = true;
    made.store.before = () => {
      if (isFirst) storeAsOther(made, barOf(1));
      isFirst = false;
    };
    made.commits.add(barOf(1), 0);
    made.commits.add(barOf(2), 0);
    await made.commits.settled();
    expect(storedBars(made.store)).toEqual([1, 2]);
    expect(made.commits.counts).toMatchObject({ committed: 1, confirmed: 1, conflicts: 1, divergences: 0 });
  });

  it("R7 a stored report that differs stands, and is told", async () => {
    const made = await house();
    storeAsOther(made, barOf(1, 7));
    made.commits.add(barOf(1), 0);
    made.commits.add(barOf(2), 0);
    await made.commits.settled();
    expect(storedBars(made.store)).toEqual([1, 2]);
    expect(made.commits.counts).toMatchObject({ divergences: 1, committed: 1 });
    expect(made.commits.divergence?.text).toMatch(
      /computed .*"agents_reporting":1.*stored .*"agents_reporting":7/,
    );
    expect(made.log.texts("error")[0]).toMatch(/^replica_divergence/);
  });

  it("R7 a stored bar that was never computed here is told", async () => {
    const made = await house();
    storeAsOther(made, barOf(1));
    await made.tail.until(2);
    made.commits.add(barOf(2), 0);
    await made.commits.settled();
    expect(made.commits.counts).toMatchObject({ divergences: 1, committed: 1 });
  });

  it("R1 nothing is committed to a report stream that lacks the bar before", async () => {
    const made = await house(undefined, 50);
    storeAsOther(made, barOf(1));
    await made.tail.until(2);
    made.commits.add(barOf(6), 0);
    await made.commits.settled();
    expect(storedBars(made.store)).toEqual([1]);
    expect(made.commits.missingSinceMs).toBeDefined();
    expect(made.log.texts("error")).toHaveLength(1);
  });

  it("R4 too many waiting bars hold the journal back until half of them are stored", async () => {
    const { commits, full, store } = await house();
    for (let n = 1; n <= 100; n += 1) commits.add(barOf(n), 0);
    expect(full).toEqual([true]);
    await commits.settled();
    expect(full).toEqual([true, false]);
    expect(storedBars(store)).toHaveLength(100);
  });

  it.each([
    ["before its bar is looked at", false],
    ["while its commit is under way", true],
  ])(
    "R1 a chain that begins %s ends this one's queue: nothing is compared, missed or stored behind it",
    async (_when, isUnderWay) => {
      const made = await house();
      const { commits, log, store, tail, told } = made;
      commits.add(barOf(1), 0);
      await commits.settled();
      const begin = () => {
        const body = chainBody({ reason: "adopted" });
        store.put({ kind: "chain", headers: {}, body });
        // The new chain has a bar that begins at the same entry as one of ours, with other bytes.
        storeAsOther({ ...made, chain: { ...made.chain, chain: chainIdOf(body) } }, barOf(2, 9));
        store.before = () => undefined;
      };
      if (isUnderWay) store.before = begin;
      else {
        begin();
        await tail.until(4);
      }
      commits.add(barOf(2), 0);
      commits.add(barOf(3), 0);
      await commits.settled();
      expect(log.texts("error")).toEqual([]);
      expect(commits.counts).toMatchObject({ committed: 1, confirmed: 0, divergences: 0 });
      expect([commits.missingSinceMs, commits.divergence]).toEqual([undefined, undefined]);
      expect(told).toHaveLength(1);
      expect(store.records).toHaveLength(4);
    },
  );

  it("R1 nothing of a chain is stored behind the record of the next one", async () => {
    const { commits, store, tail } = await house();
    store.put({ kind: "chain", headers: {}, body: chainBody({ reason: "adopted" }) });
    await tail.until(2);
    commits.add(barOf(1), 0);
    await commits.settled();
    expect(storedBars(store)).toEqual([]);
  });

  it("R1 nothing is stored before what is known to be stored is on disk", async () => {
    let open: () => void = () => undefined;
    const isOpen = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { commits, store } = await house(undefined, 0, false, () => isOpen);
    commits.add(barOf(1), 0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(storedBars(store)).toEqual([]);
    open();
    await commits.settled();
    expect(storedBars(store)).toEqual([1]);
  });
});
