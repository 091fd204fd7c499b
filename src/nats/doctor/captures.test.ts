import { describe, expect, it } from "vitest";
import { subjectsOf } from "../../contracts/subjects.ts";
import type { StreamConfig } from "../stream-info.ts";
import { journalPlan, reportsPlan } from "../stream-plans.ts";
import { judgeCaptures } from "./captures.ts";

const plans = { clusterId: "c", subjects: subjectsOf("c") };
const OURS = [journalPlan(plans), reportsPlan(plans)];

const stream = (changes: Partial<StreamConfig>): StreamConfig => ({
  ...journalPlan(plans),
  name: "OTHER",
  subjects: [],
  ...changes,
});

const judge = (
  others: readonly StreamConfig[],
  changes: { ours?: readonly StreamConfig[]; isWhole?: boolean } = {},
) =>
  judgeCaptures({
    ...plans,
    streams: [...(changes.ours ?? OURS), ...others],
    isWhole: changes.isWhole ?? true,
  });

describe("judgeCaptures", () => {
  it.each<[string, ReturnType<typeof judge>, string[], RegExp]>([
    ["ours alone", judge([]), ["ok"], /none of 0/],
    ["a stranger", judge([stream({ subjects: ["x.>"] })]), ["ok"], /none of 1/],
    [
      "reports captured",
      judge([stream({ subjects: ["backbeat.c.reverb"] })]),
      ["problem"],
      /OTHER captures reports/,
    ],
    [
      "reports of all clusters",
      judge([stream({ subjects: ["backbeat.*.reverb"] })]),
      ["problem"],
      /captures reports/,
    ],
    [
      "reports captured where there is no report stream",
      judge([stream({ subjects: ["backbeat.c.reverb"] })], { ours: [] }),
      ["warning"],
      /captures reports/,
    ],
    [
      "everything captured before reverb came",
      judge([stream({ subjects: ["backbeat.>"] })], { ours: [] }),
      ["warning", "problem"],
      /captures backbeat\.c\.beat, backbeat\.c\.status, backbeat\.c\.tick/,
    ],
    [
      "the report stream as a source",
      judge([stream({ sources: [{ name: "BACKBEAT_REPORTS_c" }] })]),
      ["problem"],
      /sources the report stream/,
    ],
    [
      "the journal as a source",
      judge([stream({ sources: [{ name: "BACKBEAT_JOURNAL_c" }] })]),
      ["ok"],
      /none/,
    ],
    ["a mirror", judge([stream({ mirror: { name: "BACKBEAT_REPORTS_c" } })]), ["ok"], /none/],
    ["left over", judge([stream({ name: "BACKBEAT_DOCTOR_0a" })]), ["note"], /was left/],
    ["too many to look at", judge([], { isWhole: false }), ["note"], /more than 2 streams/],
  ])("%s", (_name, findings, levels, text) => {
    expect(findings.map(({ level }) => level)).toEqual(levels);
    expect(findings.map(({ found }) => found).join("\n")).toMatch(text);
    for (const { fix, level } of findings) if (level === "problem") expect(fix).toEqual(expect.any(String));
  });
});
