import { describe, expect, it } from "vitest";
import { headOf } from "../../test/support/chain-heads.ts";
import { MemoryHistory } from "../../test/support/memory-history.ts";
import type { StreamMessage } from "../ports.ts";
import { examineHead, lossOf, lostText } from "./lost-history.ts";

/** Four bars, all reported: records 1 to 5. */
async function history(): Promise<MemoryHistory> {
  const made = new MemoryHistory();
  await made.begin();
  made.bars(4);
  return made;
}

async function lossIn(made: MemoryHistory, head: Awaited<ReturnType<typeof headOf>>) {
  return lossOf(await examineHead(head, made));
}

const other = (message: StreamMessage): StreamMessage => ({
  ...message,
  data: new TextEncoder().encode(new TextDecoder().decode(message.data).replace(/"to_beat":/, '"to_beat": ')),
});

describe("examineHead", () => {
  it("R1 streams that hold what is known have lost nothing, however far they went on", async () => {
    const made = await history();
    const head = await headOf(made);
    expect(await lossIn(made, head)).toBeUndefined();
    made.bars(2);
    expect(await lossIn(made, head)).toBeUndefined();
  });

  it("R1 a report stream that ends before: says which beats and records are gone", async () => {
    const made = await history();
    const older = await history();
    made.bars(3);
    const loss = await lossIn(older, await headOf(made));
    expect(loss).toMatchObject({ of: "reports" });
    expect(loss?.text).toMatch(/it ends at record 5, this replica knows record 9, and reports up to beat/);
    expect(loss?.lost).toMatchObject({ from_beat: 17, from_record: 6, to_record: 9 });
  });

  it("R1 one that grew again over the place is found by what stands there", async () => {
    const made = await history();
    const head = await headOf(made);
    made.reports.change(head.record.seq, other);
    const loss = await lossIn(made, head);
    expect(loss?.text).toMatch(/another record stands at that place/);
    expect(loss?.lost).not.toHaveProperty("from_beat");
    made.reports.lose(head.record.seq);
    made.bars(1);
    expect((await lossIn(made, head))?.text).toMatch(/nothing stands at that place/);
  });

  it("R1 what retention dropped at the front is no loss", async () => {
    const made = await history();
    const head = await headOf(made);
    made.bars(2);
    const [chain] = made.reports.records;
    if (chain === undefined) throw new Error("no chain");
    made.reports.store(chain);
    for (let seq = 1; seq <= head.record.seq; seq += 1) made.reports.lose(seq);
    for (let seq = 1; seq <= (head.entry?.seq ?? 0); seq += 1) made.journal.lose(seq);
    expect(await lossIn(made, head)).toBeUndefined();
  });

  it("R1 a stream in which no chain is left is a loss, wherever it begins", async () => {
    const made = await history();
    const head = await headOf(made);
    for (const { seq } of made.reports.records) made.reports.lose(seq);
    expect((await lossIn(made, head))?.text).toMatch(/holds no chain of reports/);
  });

  it("R1 only the journal is older: it ends before, or another entry stands at the place", async () => {
    const made = await history();
    const head = await headOf(made);
    const { entry } = head;
    if (entry === undefined) throw new Error("no entry");
    const ahead = { ...head, entry: { ...entry, seq: entry.seq + 3 } };
    const cut = await lossIn(made, ahead);
    expect(cut).toMatchObject({
      of: "journal",
      lost: { from_entry: entry.seq + 1, to_entry: entry.seq + 3 },
    });
    expect(lostText(cut?.lost)).toBe(`journal entries ${entry.seq + 1} to ${entry.seq + 3}`);
    const grown = await lossIn(made, { ...head, entry: { ...entry, timeMs: entry.timeMs + 1 } });
    expect(grown?.text).toMatch(/another entry stands at that place/);
    // What is known of another journal says nothing of this one.
    expect(await lossIn(made, { ...head, entry: { ...entry, journalId: "x", seq: 10_000 } })).toBeUndefined();
  });

  it("R1 both at once are one loss", async () => {
    const made = await history();
    const older = await history();
    made.bars(3);
    const loss = await lossIn(older, await headOf(made));
    expect(loss?.of).toBe("reports");
    expect(lostText(loss?.lost)).toMatch(
      /^reports of beats 17 to \d+, records 6 to 9, journal entries \d+ to \d+$/,
    );
  });
});
