import { describe, expect, it } from "vitest";
import { testKey } from "../../test/support/claim-keys.ts";
import { CHAIN_RECORD_TYPE, decodeChainRecord, encodeChainRecord } from "./chain-record.ts";
import { CLAIM_KEYS_MAX, keyMembers, keysOf } from "./claim-key.ts";

describe("BACKBEAT-REQ-044 ClaimKey", () => {
  it("stands in a profile and is read back as it was", () => {
    const keys = [testKey("worker:1").key, testKey("all", { agent: "*", keyId: "2026-03" }).key];
    expect(keysOf({ algorithm: 1, ...keyMembers(keys) })).toEqual(keys);
  });

  it("leaves out what is no key", () => {
    const good = keyMembers([testKey("a").key]);
    expect(
      keysOf({ ...good, "key a": "x", "key b k": "short from 2026 until 2027", strict: true }),
    ).toHaveLength(1);
  });

  it("as many as there may be, with the longest names, fit into one message of NATS", () => {
    const { key } = testKey("a");
    const keys = Array.from({ length: CLAIM_KEYS_MAX }, (_, at) => ({
      ...key,
      agent: String(at).padStart(128, "a"),
      keyId: "k".repeat(64),
    }));
    const body = encodeChainRecord({
      ...{ type: CHAIN_RECORD_TYPE, cluster_id: "c", reason: "begun", journal_id: "j", from: { seq: 1 } },
      ...{ partial: false, after_first_seq: 0, profile: keyMembers(keys), node: "n", made_at: "" },
    });
    expect(body.length).toBeLessThan(2 ** 20 - 16_384);
    expect(decodeChainRecord(body)?.profile).toEqual(keyMembers(keys));
  });
});
