import { describe, expect, it } from "vitest";
import { testKey } from "../../test/support/claim-keys.ts";
import { profileHashOf } from "../contracts/chain-record.ts";
import { profileDifferences, profileOf, settingsOfProfile } from "./profile.ts";

const SETTINGS = { clusterId: "c1", barLength: 8 };
const key = testKey("worker:1").key;
const other = testKey("other", { agent: "worker:1" }).key;

describe("BACKBEAT-REQ-044 profileOf", () => {
  it("says nothing of signatures where nobody signs, so that chains of before are followed", () => {
    expect(Object.keys(profileOf(SETTINGS)).filter((name) => /key|sign/.test(name))).toEqual([]);
    expect(settingsOfProfile(profileOf(SETTINGS)).signatures).toBeUndefined();
  });

  it("holds the keys, so that whoever computes a report again needs no file", () => {
    for (const signatures of [
      { keys: [key], required: false },
      { keys: [key, testKey("b").key], required: true },
    ])
      expect(settingsOfProfile(profileOf({ ...SETTINGS, signatures })).signatures).toEqual(signatures);
  });

  it("is the same in whatever order the keys stand, and names the key that differs", () => {
    const profile = (...keys: (typeof key)[]) =>
      profileOf({ ...SETTINGS, signatures: { keys, required: true } });
    const two = [key, testKey("b").key] as const;
    expect(profileHashOf(profile(two[0], two[1]))).toBe(profileHashOf(profile(two[1], two[0])));
    expect(profileDifferences(profile(key), profile(other))).toEqual([
      expect.stringMatching(
        /^key worker:1 k1 of --keys is \S+ from .* here and \S+ from .* in the last report$/,
      ),
    ]);
    expect(profileDifferences(profileOf(SETTINGS), profile(key))).toEqual([
      "--require-signatures is on here and not known in the last report",
      expect.stringMatching(/^key worker:1 k1 of --keys is .* and not known in the last report$/),
    ]);
  });

  it("names no more differences than anybody reads", () => {
    const keys = Array.from({ length: 500 }, (_, at) => ({ ...key, keyId: `k${at}` }));
    const told = profileDifferences(
      profileOf({ ...SETTINGS, signatures: { keys, required: false } }),
      profileOf(SETTINGS),
    );
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe("and 480 more");
  });
});
