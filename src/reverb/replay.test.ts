import { describe, expect, it } from "vitest";
import { MemoryHistory } from "../../test/support/memory-history.ts";
import { claimBody } from "../../test/support/messages.ts";
import { ALGORITHM } from "../core/profile.ts";
import { findReport, lastReports } from "./find-report.ts";
import { obstacleOf, type ReplayResult, replayReports } from "./replay.ts";

async function history(): Promise<MemoryHistory> {
  const made = new MemoryHistory();
  await made.begin();
  made.bars(5);
  return made;
}

const partsOf = ({ clock, journal, reports, silenceMaxMs, subjects }: MemoryHistory) => ({
  clock,
  journal,
  reports,
  silenceMaxMs,
  subjects,
});

async function replay(made: MemoryHistory, count: number): Promise<ReplayResult[]> {
  const found = await lastReports(partsOf(made), count);
  const results: ReplayResult[] = [];
  await replayReports(partsOf(made), {
    chain: made.chain,
    reports: found.map(({ report }) => report),
    onResult: (_, result) => results.push(result),
  });
  return results;
}

describe("replayReports", () => {
  it("R7 one report, or all, come out byte for byte", async () => {
    const made = await history();
    for (const count of [1, 2, 5]) {
      const results = await replay(made, count);
      expect(results.map(({ kind }) => kind)).toEqual(Array(count).fill("identical"));
    }
  });

  it("R7 a report that is not what its entries say differs, and it says where", async () => {
    const made = await history();
    const last = made.journal.records.findLast(({ subject }) => subject === made.subjects.status);
    const entry = made.journal.records.find(({ seq }) => seq === (last?.seq ?? 0) - 12);
    if (entry === undefined) throw new Error("no claim");
    made.journal.change(entry.seq, (record) => ({ ...record, data: claimBody("stranger", 20) }));
    const [result] = await replay(made, 1);
    expect(result).toMatchObject({
      kind: "differs",
      differences: [expect.stringMatching(/^agents_reporting is 3 computed, 2 stored$/)],
    });
  });

  it("R7 an entry that is gone makes it impossible, not different", async () => {
    const made = await history();
    const lastSeq = (await made.journal.state()).lastSeq;
    made.journal.lose(lastSeq - 12);
    expect(await replay(made, 1)).toEqual([{ kind: "impossible", why: expect.stringMatching(/goes on at/) }]);
  });

  it("R7 a server that falls silent is given up, with what to do", async () => {
    const made = await history();
    const [found] = await lastReports(partsOf(made), 1);
    made.journal.read = () => ({
      pending: 1,
      heardAtMs: 0,
      backlogEndSeq: 0,
      pause() {},
      resume() {},
      stop() {},
    });
    const failed = expect(
      replayReports(partsOf(made), {
        chain: made.chain,
        reports: found ? [found.report] : [],
        onResult() {},
      }),
    ).rejects.toMatchObject({ code: "nats-unreachable", message: expect.stringContaining("--wait") });
    await made.clock.run(3_000);
    await failed;
  });
});

describe("obstacleOf", () => {
  it("R7 another algorithm, another journal and one that was cut or went back are told apart", async () => {
    const made = await history();
    const [found] = await lastReports(partsOf(made), 1);
    if (found?.chain === undefined) throw new Error("no report");
    const { chain, report } = found;
    const journal = await made.journal.state();
    const newer = { ...chain.record, profile: { ...chain.record.profile, algorithm: ALGORITHM + 1 } };
    const why = (changes: object, record = chain.record) =>
      obstacleOf(report, { chain: { ...chain, record }, journal: { ...journal, ...changes } });
    expect(why({})).toBeUndefined();
    expect(why({}, newer)).toMatch(/algorithm 2, this program has 1/);
    expect(why({ id: "other" })).toMatch(/another one \(other\)/);
    expect(why({ firstSeq: 50 })).toMatch(/begins at 50, the fold needs it from \d+ on/);
    expect(why({ lastSeq: 5 })).toMatch(/ends at 5/);
  });
});

describe("findReport", () => {
  it("REQ-021 an id or an unambiguous begin of one, without case", async () => {
    const made = await history();
    const [found] = await lastReports(partsOf(made), 1);
    const id = JSON.parse(new TextDecoder().decode(found?.report.body)).window_id as string;
    expect((await findReport(partsOf(made), id.toUpperCase())).report.seq).toBe(found?.report.seq);
    expect((await findReport(partsOf(made), id.slice(0, 8))).chain).toEqual(made.chain);
    await expect(findReport(partsOf(made), "ffff0000")).rejects.toThrow(/none of the 5 that are stored/);
    await expect(findReport(partsOf(made), "")).rejects.toThrow(/begins 5 windows .*expected more digits/);
  });
});
