import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headOf } from "../../test/support/chain-heads.ts";
import { MemoryHistory } from "../../test/support/memory-history.ts";
import { MemoryJournal, MemoryReportStore } from "../../test/support/memory-streams.ts";
import { decodeChainRecord, encodeChainRecord } from "../contracts/chain-record.ts";
import { ALGORITHM } from "../core/profile.ts";
import type { StreamMessage } from "../ports.ts";
import { type AdoptParts, adoptJournal } from "./adopt-journal.ts";
import { examineJournal } from "./examine-journal.ts";
import { windowIdIn } from "./find-report.ts";
import { isGivenUp } from "./given-up.ts";
import { ReplayFold } from "./replay.ts";

/** Five bars, of which all but the open one are reported. */
async function history(): Promise<MemoryHistory> {
  const made = new MemoryHistory();
  await made.begin();
  made.bars(4);
  return made;
}

function partsOf(made: MemoryHistory, journal = made.journal): AdoptParts {
  const { clock, reports, silenceMaxMs, subjects } = made;
  return { clock, journal, reports, silenceMaxMs, subjects, node: "me" };
}

function journalWith(entries: readonly StreamMessage[]): MemoryJournal {
  const journal = new MemoryJournal("another");
  for (const { data, subject, timeMs } of entries) journal.store({ data, subject, timeMs });
  return journal;
}

const reportedIn = ({ reports }: MemoryHistory) =>
  new Set(reports.records.map(({ data }) => windowIdIn({ body: data })).filter((id) => id !== undefined));

describe("adoptJournal", () => {
  it("R1 of a journal that is whole nothing is adopted", async () => {
    const made = await history();
    expect(await examineJournal(partsOf(made))).toMatchObject({ fault: undefined });
    expect(await adoptJournal(partsOf(made))).toMatchObject({
      kind: "nothing",
      why: expect.stringMatching(/whole/),
    });
    expect(made.reports.records).toHaveLength(5);
  });

  it("R1 whatever part of the entries another journal holds, no bar is reported twice, and none that is open is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(100), async (from, less) => {
        const made = await history();
        const { records } = made.journal;
        const begin = Math.floor(from * records.length);
        const held = records.slice(begin, Math.max(begin, records.length - less));
        const journal = journalWith(held);
        const adoption = await adoptJournal(partsOf(made, journal));
        if (adoption.kind !== "adopted") throw new Error(adoption.why);
        const { record } = adoption;
        expect(record).toMatchObject({
          reason: "adopted",
          journal_id: "another",
          partial: true,
        });
        const reported = reportedIn(made);
        const start = { replay: { seq: 1 }, partial: true, afterFirstSeq: 0 };
        const fold = new ReplayFold({ record }, start, made.subjects);
        const next = [...journal.records.flatMap((message) => fold.take(message)), ...openBars(fold)];
        for (const { position, windowId } of next)
          expect(position.firstSeq > record.after_first_seq).toBe(
            !reported.has(windowId) && isBehind(next, windowId, reported),
          );
        // The first bar that it reports is the one that is partial.
        const own = next
          .map(({ position }) => position.firstSeq)
          .filter((seq) => seq > record.after_first_seq);
        const isFromBegin = record.after_first_seq === 0 || own.length === 0;
        expect(record.from).toEqual({ seq: isFromBegin ? 1 : Math.min(...own) });
      }),
    );
  });

  it("R1 somebody who writes meanwhile is read before anything is decided anew", async () => {
    const made = await history();
    const journal = journalWith([]);
    let isFirst = true;
    made.reports.before = () => {
      if (isFirst) made.reports.put({ kind: "report", headers: {}, body: new Uint8Array([1]) });
      isFirst = false;
    };
    expect(await adoptJournal(partsOf(made, journal))).toMatchObject({ kind: "adopted" });
    expect(made.reports.records).toHaveLength(7);
    expect(await adoptJournal(partsOf(made, journal))).toMatchObject({ kind: "nothing" });
  });

  it("R1 replicas with short bars, who store a report during each of many tries, only delay it", async () => {
    const made = await history();
    let reportsMeanwhile = 20;
    made.reports.before = () => {
      reportsMeanwhile -= 1;
      if (reportsMeanwhile >= 0) made.reports.put({ kind: "report", headers: {}, body: new Uint8Array([1]) });
    };
    expect(await adoptJournal(partsOf(made, journalWith([])))).toMatchObject({ kind: "adopted" });
  });

  it("R1 where it cannot be stored, the error says why: somebody is always first, or the server does not take it", async () => {
    const made = await history();
    made.reports.fates.push(...Array<"lost">(5).fill("lost"));
    await expect(adoptJournal(partsOf(made, journalWith([])))).rejects.toThrow(/took no record .*: time-out/);
    made.reports.before = () => made.reports.put({ kind: "report", headers: {}, body: new Uint8Array([1]) });
    await expect(adoptJournal(partsOf(made, journalWith([])))).rejects.toThrow(
      /a replica stored a report first: stop them/,
    );
  });

  it("R1 a commit without an answer is found, not made twice", async () => {
    const made = await history();
    made.reports.fates.push("late");
    expect(await adoptJournal(partsOf(made, journalWith([])))).toMatchObject({ kind: "adopted" });
    expect(made.reports.records).toHaveLength(6);
  });

  it("R1 a journal with a hole is begun behind it", async () => {
    const made = await history();
    const { lastSeq } = await made.journal.state();
    made.journal.lose(lastSeq - 3);
    expect(await examineJournal(partsOf(made))).toMatchObject({ fault: { kind: "cut" } });
    expect(await adoptJournal(partsOf(made))).toMatchObject({
      kind: "adopted",
      record: { from: { seq: lastSeq - 2 } },
    });
    expect(await examineJournal(partsOf(made))).toMatchObject({ fault: undefined });
  });

  it("R1 entries that are others than those that were reported are found by computing them again", async () => {
    const made = await history();
    const place = (await made.journal.state()).lastSeq - 12;
    made.journal.change(place, (record) => ({ ...record, data: new Uint8Array([1]) }));
    expect(await examineJournal(partsOf(made))).toMatchObject({
      fault: {
        kind: "went-back",
        text: expect.stringMatching(/other entries than the last report was computed from/),
      },
    });
  });

  it("R1 of an older copy of both streams, with a head: no bar that was published is reported again, and what is gone is said", async () => {
    const newer = await history();
    newer.bars(3);
    const made = await history();
    // The older copy holds the begin of a bar whose report was lost with the rest.
    made.bars(1);
    const stored = reportedIn(made).size;
    for (const { seq } of made.reports.records.slice(stored)) made.reports.lose(seq);
    const head = { ...(await headOf(newer)), chains: [made.chain.id] };
    const parts = { ...partsOf(made), head };
    expect(await examineJournal(parts)).toMatchObject({ loss: { of: "reports" }, isJournalWhole: false });
    const adoption = await adoptJournal(parts);
    if (adoption.kind !== "adopted") throw new Error(adoption.why);
    const { record } = adoption;
    expect(record.lost).toMatchObject({ to_beat: head.report?.toBeat, to_entry: head.entry?.seq });
    expect(record.gives_up).toEqual([{ chain: made.chain.id }]);
    const fold = new ReplayFold(
      { record },
      { replay: { seq: 1 }, partial: true, afterFirstSeq: 0 },
      made.subjects,
    );
    const bars = [...made.journal.records.flatMap((message) => fold.take(message)), ...openBars(fold)];
    // Every bar that the older journal holds was published.
    for (const { position } of bars) expect(position.firstSeq).toBeLessThanOrEqual(record.after_first_seq);
    expect(await adoptJournal({ ...parts, head: { ...head, chains: [adoption.chainId] } })).toMatchObject({
      kind: "adopted",
    });
  });

  it("R1 of reports alone that are gone: the new chain goes on behind the last one, and nothing is lost", async () => {
    const newer = await history();
    newer.bars(2);
    const older = await history();
    const head = { ...(await headOf(newer)), chains: [older.chain.id] };
    const parts = { ...partsOf(older, newer.journal), head };
    expect(await examineJournal(parts)).toMatchObject({ loss: { of: "reports" }, isJournalWhole: true });
    const adoption = await adoptJournal(parts);
    expect(adoption).toMatchObject({ kind: "adopted", record: { partial: false } });
    expect(adoption).not.toHaveProperty("record.lost");
  });

  it("R1 where the report stream was made anew, the head gives the rules, and names what is given up", async () => {
    const made = await history();
    const head = await headOf(made);
    const reports = new MemoryReportStore(made.subjects);
    const parts = { ...partsOf(made), reports, head };
    expect(await adoptJournal({ ...partsOf(made), reports })).toMatchObject({ kind: "nothing" });
    const adoption = await adoptJournal(parts);
    if (adoption.kind !== "adopted") throw new Error(adoption.why);
    expect(adoption.record).toMatchObject({
      profile: made.chain.record.profile,
      gives_up: [{ chain: made.chain.id }],
      lost: { to_beat: head.report?.toBeat },
    });
    expect(isGivenUp(head, { id: adoption.chainId, record: adoption.record, seq: 1 })).toBe(true);
  });

  it("R7 a program that lacks the algorithm adopts nothing", async () => {
    const made = await history();
    const [chain] = made.reports.records;
    const record = chain && decodeChainRecord(chain.data);
    if (record === undefined) throw new Error("no chain");
    const body = encodeChainRecord({ ...record, profile: { ...record.profile, algorithm: ALGORITHM + 1 } });
    made.reports.put({ kind: "chain", headers: {}, body });
    expect(await adoptJournal(partsOf(made, journalWith([])))).toMatchObject({
      kind: "nothing",
      why: expect.stringMatching(/this program has 1/),
    });
  });
});

function openBars(fold: ReplayFold) {
  return fold.aggregator
    .openWindows()
    .flatMap(({ windowId }) => fold.aggregator.openWindow(windowId) ?? [])
    .reverse();
}

/** No bar behind it, in the journal, is reported. */
function isBehind(
  bars: readonly { readonly windowId: string }[],
  windowId: string,
  reported: ReadonlySet<string>,
): boolean {
  const at = bars.findIndex((bar) => bar.windowId === windowId);
  return bars.slice(at).every((bar) => !reported.has(bar.windowId));
}
