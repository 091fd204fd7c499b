import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { testKey } from "../../../test/support/claim-keys.ts";
import { CLAIM_KEYS_MAX } from "../../contracts/claim-key.ts";
import { entryOf, keyFileText, keysIn, readKeyFile } from "./key-file.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { key, privateKey } = testKey("worker:1");
const entry = entryOf(key);

function fileOf(content: unknown): string {
  const path = join(folder, "keys.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("BACKBEAT-REQ-044 readKeyFile", () => {
  it("reads what it writes, a PEM as well", () => {
    const shared = testKey("fleet", { agent: "fleet:*" }).key;
    expect(keysIn(fileOf(keyFileText([key, shared])))).toEqual([key, shared]);
    const pem = String(createPublicKey(privateKey).export({ format: "pem", type: "spki" }));
    expect(keysIn(fileOf([{ ...entry, public_key: pem }]))).toEqual([key]);
  });

  it("tells every mistake of every entry, and which entry", () => {
    const entries = [
      { ...entry, agent: "a b", not_before: "2026-13-01T00:00:00Z" },
      entry,
      { ...entry, note: 1 },
      { ...entry, not_after: entry.not_before },
      entry,
      "nothing",
    ];
    expect(readKeyFile(fileOf(entries)).faults).toEqual([
      expect.stringMatching(/^has an entry 1 \(a b k1\) whose agent is "a b", expected an agent id/),
      expect.stringMatching(/^has an entry 1 .* whose not_before is "2026-13-01T00:00:00Z", expected a time/),
      expect.stringMatching(/^has an entry 3 .* whose "note" is no member/),
      expect.stringMatching(/^has an entry 4 .* whose not_after is not later than its not_before/),
      expect.stringMatching(/^has an entry 5 \(worker:1 k1\) whose key_id entry 2 has for the same agent/),
      expect.stringMatching(/^has an entry 6 whose form is wrong/),
    ]);
  });

  it("says that a private key stands there, and does not show it", () => {
    const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
    const { faults } = readKeyFile(fileOf([{ ...entry, public_key: pem, private_key: "hush" }]));
    expect(faults).toEqual([
      expect.stringMatching(/public_key is a private key/),
      expect.stringMatching(/private_key must not stand here/),
    ]);
    expect(faults.join()).not.toMatch(/MC4C|hush/);
  });

  it.each([
    ["no JSON, and shows nothing of it", "{ secret", /^is not JSON/],
    ["an object", {}, /^is no JSON list/],
    ["too many", Array(CLAIM_KEYS_MAX + 1).fill(entry), /^has 2001 keys, expected at most 2000/],
  ])("refuses a file that holds %s", (_, content, fault) => {
    const { faults } = readKeyFile(fileOf(content));
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults.join()).not.toContain("secret");
  });

  it("refuses a file that is not there, and tells no more mistakes than anybody reads", () => {
    expect(readKeyFile(join(folder, "none.json")).faults).toEqual([expect.stringMatching(/^cannot be read/)]);
    const { faults } = readKeyFile(fileOf(Array(100).fill({ ...entry, agent: "" })));
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toBe("has 80 more mistakes");
    expect(() => keysIn(fileOf([{}]))).toThrow(expect.objectContaining({ code: "bad-config" }));
  });
});
