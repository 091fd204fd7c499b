/**
 * A chain record: from where on, and by which rules, the reports that follow it in the report stream are computed.
 *
 * It stands in that stream before the first report of its chain and is committed as reports are, so that all
 * replicas agree on it: the first to write it decides. A chain ends where the next one begins: its profile was
 * replaced by an operator, or its history was lost and adopted anew.
 */
import { createHash } from "node:crypto";
import type { ReplayStart } from "./report-headers.ts";

export const CHAIN_RECORD_TYPE = "backbeat.chain.v1";

/** Why a chain was begun. */
export type ChainReason = "begun" | "replaced-profile" | "adopted";

/** Everything but the journal that can change a report; see core/profile.ts. Flat: names and plain values. */
export type Profile = Readonly<Record<string, string | number | boolean>>;

export interface ChainRecord {
  readonly type: typeof CHAIN_RECORD_TYPE;
  readonly cluster_id: string;
  readonly reason: ChainReason;
  /** Which journal stream: see `StreamState.id` in ports.ts. */
  readonly journal_id: string;
  /** Where the fold of this chain begins. */
  readonly from: ReplayStart;
  /** What came before `from` is not known: the first bar is partial. */
  readonly partial: boolean;
  /** Bars that were opened at or before this sequence belong to the chain before; 0 where there was none. */
  readonly after_first_seq: number;
  readonly profile: Profile;
  /** Hashes of profiles that were replaced in this history, newest first; left out where none was. */
  readonly replaced?: readonly string[];
  /** Chains whose further records count no more, see {@link GivenUp}; left out where there are none. */
  readonly gives_up?: readonly GivenUp[];
  /** What is gone of the history before, as far as it was known; left out where nothing is known to be. */
  readonly lost?: LostHistory;
  /** Who began it and when (RFC 3339): for people. */
  readonly node: string;
  readonly made_at: string;
}

/**
 * A chain that an operator gave up: of its records only those count that stand before the chain that gave it up.
 * A replica that knows a later one, because the store was replaced by an older copy, goes on all the same.
 */
export interface GivenUp {
  readonly chain: string;
  /** Id of the chain that gave it up; left out in the record of that chain itself. */
  readonly by?: string;
}

/** What an adopted chain cannot give back. Ranges are inclusive; a begin that is left out is not known. */
export interface LostHistory {
  /** Beats of bars that were reported. */
  readonly from_beat?: number;
  readonly to_beat?: number;
  /** Places in the report stream. */
  readonly from_record?: number;
  readonly to_record?: number;
  /** Entries of the journal. */
  readonly from_entry?: number;
  readonly to_entry?: number;
}

const CHAIN_ID_DIGITS = 32;

/** A chain record as UTF-8 JSON. */
export function encodeChainRecord(record: ChainRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** A chain's id: by what its record says, so that nobody can change it unseen. */
export function chainIdOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex").slice(0, CHAIN_ID_DIGITS);
}

/** A profile's hash: the same for the same values, in whatever order. */
export function profileHashOf(profile: Profile): string {
  const sorted = Object.keys(profile)
    .sort()
    .map((name) => [name, profile[name]]);
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, CHAIN_ID_DIGITS);
}

/** Undefined where the body is no chain record. */
export function decodeChainRecord(body: Uint8Array): ChainRecord | undefined {
  try {
    const read = JSON.parse(new TextDecoder().decode(body)) as Partial<ChainRecord> | null;
    return isChainRecord(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** What stands for a record that this program cannot read: nothing in it is known, and no rules are like its rules. */
export const UNKNOWN_CHAIN_RECORD: ChainRecord = {
  type: CHAIN_RECORD_TYPE,
  cluster_id: "",
  reason: "begun",
  journal_id: "",
  from: { seq: 0 },
  partial: true,
  after_first_seq: 0,
  profile: { algorithm: Number.POSITIVE_INFINITY },
  node: "",
  made_at: "",
};

/** The form of a chain record that another program wrote, such as `backbeat.chain.v2`; undefined where it is none. */
export function otherChainForm(body: Uint8Array): string | undefined {
  try {
    const read = JSON.parse(new TextDecoder().decode(body)) as { readonly type?: unknown } | null;
    const type = typeof read?.type === "string" ? read.type : "";
    return /^backbeat\.chain\.v\d{1,4}$/.test(type) && type !== CHAIN_RECORD_TYPE ? type : undefined;
  } catch {
    return undefined;
  }
}

function isChainRecord(read: Partial<ChainRecord> | null): read is ChainRecord {
  return (
    read?.type === CHAIN_RECORD_TYPE &&
    typeof read.journal_id === "string" &&
    Number.isSafeInteger(read.from?.seq) &&
    Number.isSafeInteger(read.after_first_seq) &&
    typeof read.partial === "boolean" &&
    typeof read.profile === "object" &&
    read.profile !== null
  );
}
