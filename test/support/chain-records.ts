/** Chain records for tests: of the whole journal from its first entry on by default, each member yours to override. */
import { CHAIN_RECORD_TYPE, type ChainRecord, encodeChainRecord } from "../../src/contracts/chain-record.ts";

export function chainRecordOf(changes: Partial<ChainRecord> = {}): ChainRecord {
  return {
    type: CHAIN_RECORD_TYPE,
    cluster_id: "c",
    node: "n",
    made_at: "2026-01-01T00:00:00.000Z",
    reason: "begun",
    journal_id: "j",
    from: { seq: 1 },
    partial: false,
    after_first_seq: 0,
    profile: { algorithm: 1 },
    ...changes,
  };
}

export function chainBody(changes?: Partial<ChainRecord>): Uint8Array {
  return encodeChainRecord(chainRecordOf(changes));
}
