import { describe, expect, it } from "vitest";
import { judgeVersion, parseVersion } from "./version.ts";

/** The levels that a version is judged with, without the note on what is not used. */
const levelsOf = (version: string) =>
  judgeVersion(version)
    .filter(({ found }) => !found.includes("does not use"))
    .map(({ level }) => level);

const said = (version: string) =>
  judgeVersion(version)
    .map(({ found }) => found)
    .join("\n");

describe("judgeVersion", () => {
  it.each([
    ["2.9.9", ["warning", "warning", "warning", "note", "note"]],
    ["2.9.10", ["warning", "warning", "note", "note"]],
    ["2.9.15", ["warning", "warning", "note", "note"]],
    ["2.9.16", ["warning", "warning", "note"]],
    ["2.9.23", ["warning", "note"]],
    ["2.10.0", ["warning", "warning"]],
    ["2.10.1", ["warning", "warning"]],
    ["2.10.2", ["warning"]],
    ["2.10.19", ["warning"]],
    ["2.10.20", ["problem", "warning"]],
    ["2.10.22", ["problem", "warning"]],
    ["2.10.23-RC.1", ["problem", "warning"]],
    ["2.10.23", ["warning"]],
    ["2.10.27", ["warning"]],
    ["2.11.15", ["warning"]],
    ["2.11.16-RC.3", ["warning"]],
    ["2.11.16", []],
    ["2.12.6", ["warning"]],
    ["2.12.7", []],
    ["2.13.4", ["warning"]],
    ["2.14.0", ["ok"]],
    ["2.15.1", ["ok"]],
    ["v2.14.5", ["ok"]],
    ["3.0.0-dev", ["ok"]],
    ["", ["note"]],
    ["nightly", ["note"]],
    ["2.12", ["note"]],
  ])("%s: %j", (version, levels) => {
    expect(levelsOf(version)).toEqual(levels);
  });

  it.each([
    ["2.9.14", /partition/, true],
    ["2.9.15", /partition/, false],
    ["2.9.16", /direct get/, true],
    ["2.9.17", /direct get/, false],
    ["2.9.20", /three replicas.*holes/, true],
    ["2.9.21", /three replicas|holes/, false],
    ["2.10.29", /time to live/, true],
    ["2.11.0", /time to live/, false],
    ["2.12.8", /message ids/, true],
    ["2.12.9", /message ids/, false],
    ["2.12.11", /compacting/, true],
    ["2.12.12", /compacting/, false],
    ["2.11.16", /compacting/, false],
  ])("%s and %s: %s", (version, text, isSaid) => {
    expect(text.test(said(version))).toBe(isSaid);
  });

  it("says what to do with each warning and problem", () => {
    for (const version of ["2.9.9", "2.10.21", "2.12.0"])
      for (const { fix, level, means } of judgeVersion(version))
        if (level !== "note") expect([fix, means]).toEqual([expect.any(String), expect.any(String)]);
  });

  it("nothing is known against the versions that it says to update to, and the next ones of their lines", () => {
    const advice = judgeVersion("2.9.9").flatMap(({ fix }) => fix?.match(/\d+\.\d+\.\d+/g) ?? []);
    expect([...new Set(advice)]).toEqual(["2.14.0", "2.12.7", "2.11.16"]);
    for (const version of [...advice, "2.12.15", "2.14.9", "2.15.1"])
      expect([version, levelsOf(version)].flat()).not.toContain("warning");
  });

  it("bounds what a server may call itself", () => {
    expect(said("x".repeat(1_000)).length).toBeLessThan(150);
    expect(parseVersion("99999.0.0")).toBeUndefined();
  });
});
