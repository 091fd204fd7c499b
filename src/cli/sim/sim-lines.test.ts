import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STATES } from "../../contracts/status-claim.ts";
import { SETTINGS } from "../../runtime/settings/table.ts";
import { FLEET_AGENTS_MAX } from "../../sim/fleet.ts";
import { CLAIMS_PER_BEAT_MAX, TASK_BEATS_MAX, TASK_BEATS_MIN } from "../../sim/fleet-settings.ts";
import { paintFor } from "../paint.ts";
import { type BeatRecord, beatRecord, CLAIM_RESULTS, claimsOf, runTotals } from "./beat-record.ts";
import { beatRow, headerLine, totalsLines } from "./sim-lines.ts";

const LINE_COLUMNS = 80;
const count = fc.oneof(fc.nat(9), fc.nat(20_000), fc.nat(FLEET_AGENTS_MAX * CLAIMS_PER_BEAT_MAX));

function recordOf(counts: readonly number[], beat: number): BeatRecord {
  const record = beatRecord(beat, true);
  for (const [index, state] of STATES.entries()) record.states[state] = counts[index] ?? 0;
  record.results.delivered = claimsOf(record);
  record.silent = counts.at(-1) ?? 0;
  return record;
}

describe("sim lines", () => {
  it("OBS-003 beatRow stands under its header and fits a terminal, whatever the counts", () => {
    const width = headerLine().length;
    expect(width).toBeLessThanOrEqual(LINE_COLUMNS);
    fc.assert(
      fc.property(fc.array(count, { minLength: 9, maxLength: 9 }), fc.nat(999_999), (counts, beat) => {
        expect(beatRow(recordOf(counts, beat), paintFor(false))).toHaveLength(width);
      }),
    );
  });

  it("OBS-003 beatRow shortens counts without a step between their forms", () => {
    const shown = (claims: number): string =>
      beatRow(recordOf([claims], 1), paintFor(false))
        .trim()
        .split(/ +/)[2] ?? "";
    expect([0, 9_999, 10_000, 99_949, 99_950, 999_499, 999_500, 6_400_000].map(shown)).toEqual([
      "0",
      "9999",
      "10.0k",
      "99.9k",
      "100k",
      "999k",
      "1.0M",
      "6.4M",
    ]);
  });

  it("OBS-003 totalsLines names every end that a claim can have, and only those that happened", () => {
    const totals = runTotals();
    totals.beats = 2;
    expect(totalsLines(totals, 2_000)).toEqual(["0 claims in 2 beats, 2 s."]);
    totals.states.idle = 4;
    totals.results.delivered = 4;
    expect(totalsLines(totals, 2_000).at(-1)).toBe("  all delivered");
    for (const result of CLAIM_RESULTS) totals.results[result] = 1;
    const lines = totalsLines(totals, 2_000);
    expect(lines.slice(-4).map((line) => line.slice(0, 12))).toEqual([
      "  1 delivere",
      "  1 uncertai",
      "  1 not sent",
      "  1 not sent",
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(LINE_COLUMNS);
  });

  it("INT-001 the settings of sim have the limits of the simulation", () => {
    const limits = (name: keyof typeof SETTINGS, texts: readonly string[]) =>
      texts.map((text) => SETTINGS[name].kind.parse(text) !== undefined);
    const [min, max] = [String(TASK_BEATS_MIN), String(TASK_BEATS_MAX)];
    expect(limits("taskBeats", [String(TASK_BEATS_MIN - 1), min, max, String(TASK_BEATS_MAX + 1)])).toEqual([
      false,
      true,
      true,
      false,
    ]);
    const claims = [String(CLAIMS_PER_BEAT_MAX), String(CLAIMS_PER_BEAT_MAX + 1)];
    expect(limits("claimsPerBeat", claims)).toEqual([true, false]);
    const agents = [String(FLEET_AGENTS_MAX), String(FLEET_AGENTS_MAX + 1)];
    expect(limits("fleetAgents", agents)).toEqual([true, false]);
  });
});
