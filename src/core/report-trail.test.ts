import { describe, expect, it } from "vitest";
import { FILLED_MAX, HoleSearch, RECORDS_READ_MAX, ReportTrail } from "./report-trail.ts";

/** Report n of a history: its hash is its number. */
const report = (n: number) => ({
  record: n,
  links: { hash: String(n), prev: n === 1 ? "" : String(n - 1) },
});
const other = { record: 0, links: undefined };

function trailOf(...numbers: readonly number[]): ReportTrail {
  const trail = new ReportTrail();
  for (const n of numbers) trail.take(String(n), "heard");
  return trail;
}

describe("ReportTrail", () => {
  it.each([
    ["the first of all that is heard", trailOf(), 5, "next"],
    ["the one that follows", trailOf(4), 5, "next"],
    ["one too far", trailOf(3), 5, "hole"],
    ["one again", trailOf(4, 5), 5, "seen"],
    ["one from before", trailOf(4, 5), 4, "seen"],
  ])("%s", (_name, trail, n, verdict) => {
    expect(trail.judge(report(n).links)).toBe(verdict);
  });

  it("says nothing of a report without links", () => {
    expect(trailOf(1).judge(undefined)).toBe("unlinked");
  });

  it("a filled report that is heard after all is no repetition; once more it is one", () => {
    const trail = trailOf(1);
    trail.take("2", "filled");
    expect([trail.judge(report(2).links), trail.judge(report(2).links)]).toEqual(["filled", "seen"]);
  });

  it("R4 remembers a bounded number of reports", () => {
    const trail = trailOf(...Array.from({ length: 1_000 }, (_, n) => n));
    expect([trail.has("999"), trail.has("744"), trail.has("743")]).toEqual([true, true, false]);
  });
});

describe("HoleSearch", () => {
  const search = (trail: ReportTrail, before: number | undefined, records: readonly { record: number }[]) => {
    const found = new HoleSearch<number>(trail, before === undefined ? undefined : String(before));
    const rest = [...records] as ReturnType<typeof report>[];
    let wantsMore = true;
    while (wantsMore && rest.length > 0) {
      const next = rest.pop();
      if (next !== undefined) wantsMore = found.take(next);
    }
    const { isCounted, missed, reports } = found.result({ isWhole: rest.length === 0 });
    return { numbers: reports.map(({ record }) => record), missed, isCounted };
  };

  it.each([
    ["one between", trailOf(1), 3, [1, 2, 3], [2]],
    ["two between, with records that are no reports", trailOf(1), 4, [1, 0, 2, 0, 3, 4, 0], [2, 3]],
    ["what came after the one that showed it is not in the hole", trailOf(1), 3, [1, 2, 3, 4, 5], [2]],
    ["after a loss of the link: up to the end", trailOf(1), undefined, [1, 2, 3], [2, 3]],
    ["nothing was missed", trailOf(1), undefined, [1], []],
    ["the stream has lost what was seen last", trailOf(1), 6, [4, 5, 6], [4, 5]],
    ["the one that showed it is not there", trailOf(1), 9, [1, 2, 3], []],
  ])("%s", (_name, trail, before, records, expected) => {
    const given = records.map((n) => (n === 0 ? other : report(n)));
    expect(search(trail, before, given)).toEqual({
      numbers: expected,
      missed: expected.length,
      isCounted: true,
    });
  });

  it("R4 fills the newest of a large hole and counts the rest, up to a limit", () => {
    const upTo = (n: number) => Array.from({ length: n }, (_, at) => report(at + 1));
    const large = search(trailOf(1), 502, upTo(502));
    expect(large).toMatchObject({ missed: 500, isCounted: true });
    expect([large.numbers[0], large.numbers.at(-1), large.numbers.length]).toEqual([402, 501, FILLED_MAX]);
    const huge = search(trailOf(1), 5_000, upTo(5_000));
    expect(huge).toMatchObject({ missed: RECORDS_READ_MAX - 1, isCounted: false });
  });
});
