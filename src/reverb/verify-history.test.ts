import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryHistory } from "../../test/support/memory-history.ts";
import { sourceOf } from "../../test/support/memory-streams.ts";
import { encodeReport } from "../contracts/encode.ts";
import { HASH_HEADER, reportHash } from "../contracts/report-headers.ts";
import { type VerifyFault, verifyHistory } from "./verify-history.ts";

/** Two chains of three and two reports: records 1 to 4, and 5 to 7. */
async function history(): Promise<MemoryHistory> {
  const made = new MemoryHistory();
  await made.begin();
  made.bars(3);
  await made.begin({ leadBeats: 7 }, { reason: "replaced-profile" });
  made.bars(2);
  return made;
}

async function verify(made: MemoryHistory, isReplayed = false) {
  const faults: VerifyFault[] = [];
  const sum = await verifyHistory(
    { ...partsOf(made), onFault: (fault) => faults.push(fault) },
    { isReplayed },
  );
  return { faults, sum };
}

function partsOf({ clock, journal, reports, silenceMaxMs, subjects }: MemoryHistory) {
  return { clock, journal, reports, silenceMaxMs, subjects };
}

const kinds = (faults: readonly VerifyFault[]) => faults.map(({ kind, seq }) => `${kind} ${seq}`);

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ (1 << bit);
  return copy;
}

describe("verifyHistory", () => {
  it("R7 a whole history has no fault, and computes again over two chains with other rules", async () => {
    const { faults, sum } = await verify(await history(), true);
    expect(faults).toEqual([]);
    expect(sum).toEqual({
      reports: 5,
      chains: 2,
      faults: 0,
      firstSeq: 1,
      lastSeq: 7,
      replayed: { computed: 5, identical: 5, impossible: 0, faults: undefined, why: undefined },
    });
  });

  it("R3 one flipped bit in any body of the history is found", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.nat(), fc.nat({ max: 7 }), async (seq, at, bit) => {
        const made = await history();
        made.reports.change(seq, (record) => ({ ...record, data: flipped(record.data, at, bit) }));
        expect((await verify(made)).faults.length).toBeGreaterThan(0);
      }),
    );
  });

  it("R3 one changed character in any header of the history is found", async () => {
    const places = fc.constantFrom(2, 3, 4, 6, 7);
    await fc.assert(
      fc.asyncProperty(places, fc.nat(), fc.nat(), async (seq, which, at) => {
        const made = await history();
        const headers = made.headers.get(seq) ?? {};
        const names = Object.keys(headers);
        const name = names[which % names.length] ?? "";
        const value = headers[name] ?? "";
        const place = at % value.length;
        const other = value[place] === "1" ? "2" : "1";
        const changed = { ...headers, [name]: value.slice(0, place) + other + value.slice(place + 1) };
        made.reports.change(seq, (record) => ({ ...record, headers: sourceOf(changed) }));
        expect((await verify(made)).faults.length).toBeGreaterThan(0);
      }),
    );
  });

  it("R3 a report that was changed with its hash is found by the one after it", async () => {
    const made = await history();
    made.reports.change(3, (record) => {
      const report = JSON.parse(new TextDecoder().decode(record.data));
      const data = encodeReport({ ...report, agents_reporting: 7 });
      const headers = { ...made.headers.get(3), [HASH_HEADER]: "" };
      const hash = reportHash(sourceOf(headers), data);
      return { ...record, data, headers: sourceOf({ ...headers, [HASH_HEADER]: hash }) };
    });
    expect(kinds((await verify(made)).faults)).toEqual(["prev 4"]);
    expect(kinds((await verify(made, true)).faults)).toEqual(["prev 4", "replay 3"]);
  });

  it("R3 a record that is gone is found, at the end too; a begin that was aged out is no fault", async () => {
    const inside = await history();
    inside.reports.lose(3);
    expect(kinds((await verify(inside)).faults)).toEqual(["hole 3"]);
    const end = await history();
    end.reports.lose(7);
    expect(kinds((await verify(end)).faults)).toEqual(["hole 7"]);
    const begin = await history();
    for (const seq of [1, 2]) begin.reports.lose(seq);
    const { faults, sum } = await verify(begin, true);
    expect(faults).toEqual([]);
    expect(sum).toMatchObject({
      firstSeq: 3,
      reports: 4,
      replayed: { computed: 2, identical: 2, impossible: 2 },
    });
  });

  it("R1 a window that is reported twice in a chain is found", async () => {
    const made = await history();
    const [, , , last] = made.reports.records;
    if (last === undefined) throw new Error("no report");
    made.reports.change(5, (record) => ({ ...last, seq: record.seq }));
    expect(kinds((await verify(made)).faults)).toContain("twice 5");
  });

  it("R3 what is no report and no chain record is found", async () => {
    const made = await history();
    made.reports.put({ kind: "report", headers: {}, body: new Uint8Array([1]) });
    made.reports.put({ kind: "chain", headers: {}, body: new Uint8Array([1]) });
    expect(kinds((await verify(made)).faults)).toEqual(["unreadable 8", "unreadable 9"]);
  });

  it("R7 with a journal that was cut as much is computed again as it reaches, and it says why not more", async () => {
    const made = await history();
    for (let seq = 1; seq <= 20; seq += 1) made.journal.lose(seq);
    const { faults, sum } = await verify(made, true);
    expect(faults).toEqual([]);
    expect(sum.replayed).toMatchObject({ computed: 2, identical: 2, impossible: 3 });
    expect(sum.replayed?.why).toMatch(/^the journal begins at 21, the fold needs it from \d+ on/);
  });
});
