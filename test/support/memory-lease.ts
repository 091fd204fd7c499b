/** A lease store in memory, shared by leases that each stand for a process; fails, forgets and answers late as told. */
import type { CommitResult, Lease, LeaseAnswer, LeaseRecord } from "../../src/ports.ts";

export class MemoryLeaseStore {
  readonly durationMs: number;
  /** Whether this server has a lease store at all. */
  exists = true;
  seq = 0;
  record: LeaseRecord | undefined;
  frame: Uint8Array | undefined;
  #writers = 0;

  constructor(durationMs = 4_000) {
    this.durationMs = durationMs;
  }

  connect(): MemoryLease {
    this.#writers += 1;
    return new MemoryLease(this, `writer-${this.#writers}`);
  }
}

export class MemoryLease implements Lease {
  readonly writer: string;
  readonly #store: MemoryLeaseStore;
  /** False: nobody answers, and nothing is written. */
  reachable = true;
  /** The answer to a write is lost: it is `unknown`, and yet stored. */
  losesAnswers = false;

  constructor(store: MemoryLeaseStore, writer: string) {
    this.#store = store;
    this.writer = writer;
  }

  get durationMs(): number {
    return this.#store.durationMs;
  }

  async read(): Promise<LeaseAnswer> {
    if (!this.reachable) return { kind: "unknown", why: "nobody answers" };
    const { exists, record, seq } = this.#store;
    if (!exists) return { kind: "none" };
    return record === undefined ? { kind: "free", seq } : { kind: "held", seq, record };
  }

  async write(record: LeaseRecord, expectedSeq: number): Promise<CommitResult> {
    if (!this.reachable) return { kind: "unknown", why: "nobody answers" };
    if (expectedSeq !== this.#store.seq) return { kind: "conflict" };
    this.#store.seq += 1;
    this.#store.record = structuredClone(record);
    return this.losesAnswers
      ? { kind: "unknown", why: "the answer was lost" }
      : { kind: "stored", seq: this.#store.seq };
  }

  async newestFrame(): Promise<Uint8Array | undefined> {
    return this.reachable ? this.#store.frame : undefined;
  }
}
