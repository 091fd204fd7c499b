/** A record of the report stream, read: a report with its facts, a chain record, or neither. */
import {
  chainIdOf,
  decodeChainRecord,
  otherChainForm,
  UNKNOWN_CHAIN_RECORD,
} from "../contracts/chain-record.ts";
import {
  HASH_HEADER,
  type HeaderSource,
  REPORT_HEADERS,
  type ReportFacts,
  readReportFacts,
  reportHash,
} from "../contracts/report-headers.ts";
import type { StreamMessage } from "../ports.ts";
import type { Chain } from "./report-tail.ts";

/** In the order in which they are shown. */
const HEADER_NAMES = [...Object.values(REPORT_HEADERS), HASH_HEADER];

export interface ReportRecord {
  readonly kind: "report";
  readonly seq: number;
  readonly storedAtMs: number;
  readonly facts: ReportFacts;
  /** Of what is stored, computed, not as it says. */
  readonly hash: string;
  /** As it says. */
  readonly saidHash: string;
  readonly headers: HeaderSource;
  readonly body: Uint8Array;
}

export interface ChainEntry {
  readonly kind: "chain";
  readonly seq: number;
  readonly chain: Chain;
}

export type StoredRecord =
  | ReportRecord
  | ChainEntry
  /** On the subject of reports, or of chain records, and none of them. */
  | { readonly kind: "unreadable"; readonly seq: number; readonly of: "report" | "chain" };

export interface RecordSubjects {
  readonly commit: string;
  readonly chain: string;
}

/** Never throws, whatever is stored. */
export function readRecord(
  { data, headers, seq, subject, timeMs }: StreamMessage,
  subjects: RecordSubjects,
): StoredRecord {
  // The buffer may be the client's own.
  const body = data.slice();
  if (subject === subjects.chain) {
    const record = decodeChainRecord(body);
    const id = chainIdOf(body);
    if (record !== undefined) return { kind: "chain", seq, chain: { id, record, seq } };
    const otherForm = otherChainForm(body);
    if (otherForm === undefined) return { kind: "unreadable", seq, of: "chain" };
    return { kind: "chain", seq, chain: { id, record: UNKNOWN_CHAIN_RECORD, seq, otherForm } };
  }
  const facts = headers && readReportFacts(headers);
  if (headers === undefined || facts === undefined) return { kind: "unreadable", seq, of: "report" };
  const hash = reportHash(headers, body);
  const saidHash = headers.get(HASH_HEADER);
  return { kind: "report", seq, storedAtMs: timeMs, facts, hash, saidHash, headers, body };
}

/** Those of ours that it carries. */
export function headersOf(headers: HeaderSource): Readonly<Record<string, string>> {
  const given = HEADER_NAMES.map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ""));
}
