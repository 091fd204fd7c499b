/**
 * Whether the history of reports is whole: each record is held against itself and against those before it (R3, R7).
 *
 * Pure: it is told of every record in order and answers with what is wrong. What it cannot see is a history that was
 * cut at its end, or written anew as a whole by who may write there: only a copy elsewhere shows that.
 */
import { type Profile, profileHashOf } from "../contracts/chain-record.ts";
import { createDecoder, Refusal } from "../contracts/decode.ts";
import { encodeReport } from "../contracts/encode.ts";
import { AFTER_HEADER } from "../contracts/report-headers.ts";
import type { Chain } from "./report-tail.ts";
import type { ReportRecord, StoredRecord } from "./stored-record.ts";

/** Every fault there is; what each means stands in docs/operations.md. */
export type HistoryFaultKind = "body" | "chain" | "hash" | "hole" | "order" | "prev" | "twice" | "unreadable";

export interface HistoryFault {
  readonly kind: HistoryFaultKind;
  /** Place in the report stream. */
  readonly seq: number;
  readonly windowId?: string;
  /** What is wrong and what it means. */
  readonly text: string;
}

const EXPECTED_SEQ_HEADER = "Nats-Expected-Last-Sequence";

/** The chain that reports belong to: known by its record, by its id alone, or not at all. */
interface CurrentChain {
  readonly id: string;
  readonly record?: { readonly profile: Profile };
  /** Undefined: not known. */
  readonly profileHash?: string;
}

/** State: what the records before say about the next one. */
export class HistoryCheck {
  readonly #onFault: (fault: HistoryFault) => void;
  readonly #decoder = createDecoder({ mode: "strict" });
  /** Undefined where it cannot be known: behind a begin that was cut, or a hole. */
  #prevHash: string | undefined;
  #chain: CurrentChain | undefined;
  #isChainKnown: boolean;
  #lastFirstSeq = 0;
  readonly #windows = new Set<string>();
  #refused: { readonly fromSeq: number; readonly toSeq: number } | undefined;
  /** Of the record before; 0 before the first. */
  #lastSeq = 0;
  #reports = 0;
  #chains = 0;
  #faults = 0;

  /** `isWhole`: the stream begins at its first record, nothing was aged out or purged. */
  constructor({ isWhole, onFault }: { isWhole: boolean; onFault: (fault: HistoryFault) => void }) {
    this.#onFault = onFault;
    this.#prevHash = isWhole ? "" : undefined;
    this.#isChainKnown = isWhole;
  }

  get counts(): { readonly reports: number; readonly chains: number; readonly faults: number } {
    return { reports: this.#reports, chains: this.#chains, faults: this.#faults };
  }

  /** The next record. True: nothing is wrong with it. */
  record(record: StoredRecord): boolean {
    const before = this.#faults;
    const refused = this.#refused;
    this.#refused = undefined;
    const isLinked = record.kind === "report" && record.facts.prev === (this.#prevHash ?? record.facts.prev);
    if (refused !== undefined && !isLinked) this.hole(refused.fromSeq, refused.toSeq);
    if (record.kind === "report") this.#report(record);
    else if (record.kind === "chain") this.#begin(record.chain);
    else this.#unreadable(record);
    this.#lastSeq = record.seq;
    return this.#faults === before;
  }

  hole(fromSeq: number, toSeq: number): void {
    const places = fromSeq === toSeq ? `place ${fromSeq}` : `places ${fromSeq} to ${toSeq}`;
    this.#fault("hole", { seq: fromSeq }, `nothing is stored at ${places}: records were deleted or lost`);
    this.#prevHash = undefined;
    this.#isChainKnown = false;
  }

  /** A hole that is none if the next report is linked to the one before it. */
  refused(fromSeq: number, toSeq: number): void {
    this.#refused = { fromSeq, toSeq };
  }

  #begin(chain: Chain): void {
    // Replicas repeat the record of a long chain, so that it is not the first to be aged out.
    if (chain.id === this.#chain?.id) return;
    this.#chains += 1;
    this.#lastFirstSeq = 0;
    this.#windows.clear();
    this.#isChainKnown = true;
    // Of a form that this program cannot read its id is known, and nothing else.
    this.#chain =
      chain.otherForm === undefined
        ? { id: chain.id, record: chain.record, profileHash: profileHashOf(chain.record.profile) }
        : { id: chain.id };
  }

  #unreadable({ of, seq }: { readonly of: "report" | "chain"; readonly seq: number }): void {
    const what =
      of === "chain" ? "a chain record that cannot be read" : "no report, on the subject of reports";
    this.#fault("unreadable", { seq }, `it is ${what}: it was changed, or somebody else publishes there`);
    if (of === "chain") this.#isChainKnown = false;
    else this.#prevHash = undefined;
  }

  #report(record: ReportRecord): void {
    this.#reports += 1;
    const { facts, hash, headers, saidHash, seq } = record;
    const report = this.#decoder.report(record.body);
    const windowId = report instanceof Refusal ? undefined : report.window_id.toLowerCase();
    const at = windowId === undefined ? { seq } : { seq, windowId };
    const fault = (kind: HistoryFaultKind, text: string) => this.#fault(kind, at, text);
    if (hash !== saidHash)
      fault("hash", "Backbeat-Hash does not fit: body or headers were changed after it was stored");
    if (this.#prevHash !== undefined && facts.prev !== this.#prevHash)
      fault(
        "prev",
        "Backbeat-Prev is not the hash of the report before: one of the two was changed, or one is missing",
      );
    this.#prevHash = hash;
    const expected = headers.get(EXPECTED_SEQ_HEADER);
    const isBehind = headers.get(AFTER_HEADER) === String(this.#lastSeq);
    if (expected !== "" && expected !== String(seq - 1) && !isBehind)
      fault(
        "order",
        `it was to be stored after ${expected} and stands at ${seq}: the stream was written anew`,
      );
    this.#checkChain(record, fault);
    if (report instanceof Refusal)
      fault("body", `its body is no report: ${report.member || "it"} ${report.text}`);
    else if (!isSame(encodeReport(report), record.body))
      fault("body", "its body is not in the canonical form");
    if (report instanceof Refusal) return;
    const key = report.window_id.toLowerCase();
    if (this.#windows.has(key)) fault("twice", "this window was reported before in the same chain");
    // Behind a restart of the timeline the same beats come again, and so do the ids of their bars.
    if (report.issues?.some(({ category }) => category === "timeline_restarted")) this.#windows.clear();
    this.#windows.add(key);
  }

  #checkChain({ facts }: ReportRecord, fault: (kind: HistoryFaultKind, text: string) => void): void {
    if (!this.#isChainKnown && facts.chain !== this.#chain?.id) {
      this.#chain = { id: facts.chain, profileHash: facts.profile };
      this.#lastFirstSeq = 0;
      this.#windows.clear();
    }
    this.#isChainKnown = true;
    const chain = this.#chain;
    if (chain === undefined) fault("chain", "no chain record stands before it");
    else if (facts.chain !== chain.id)
      fault(
        "chain",
        `it says chain ${facts.chain}, the chain record before it has the id ${chain.id}: one was changed`,
      );
    else if (facts.profile !== (chain.profileHash ?? facts.profile) || !hasAlgorithm(chain, facts.algorithm))
      fault("chain", "its profile or algorithm is not that of its chain");
    if (facts.firstSeq > facts.lastSeq || facts.replayFrom.seq > facts.firstSeq)
      fault("order", "its journal sequences contradict each other");
    if (facts.firstSeq <= this.#lastFirstSeq)
      fault(
        "order",
        `its bar begins at ${facts.firstSeq} in the journal, the one before at ${this.#lastFirstSeq}`,
      );
    this.#lastFirstSeq = facts.firstSeq;
  }

  #fault(
    kind: HistoryFaultKind,
    at: { readonly seq: number; readonly windowId?: string },
    text: string,
  ): void {
    this.#faults += 1;
    this.#onFault({ kind, ...at, text });
  }
}

function hasAlgorithm({ record }: CurrentChain, algorithm: number): boolean {
  return record === undefined || Number(record.profile.algorithm) === algorithm;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
