/**
 * Keeps what this replica knows to be stored: in memory while it runs, and in the data directory for its next start.
 *
 * Each record that is read is on its way to the disk at once, one write at a time; `settled` tells when it is there,
 * and a replica waits for that before it stores the next report. So the file is never behind by more than the record
 * that was stored last.
 */
import type { Profile } from "../contracts/chain-record.ts";
import { messageOf } from "../errors.ts";
import type { ChainHead, ChainHeadStore, Clock, KnownEntry, KnownRecord, Log } from "../ports.ts";
import { barOf } from "./find-report.ts";
import type { Chain } from "./report-tail.ts";
import type { ChainEntry, ReportRecord } from "./stored-record.ts";

/** Chains that are remembered: years of adoptions and changed settings. */
const CHAINS_MAX = 64;

/** How often the newest entry is written between two reports: what is younger may be lost unnoticed with the store. */
const ENTRY_EVERY_MS = 10_000;

export interface HeadKeeperParts {
  /** Without it what is known ends with the process. */
  readonly store: ChainHeadStore | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** The newest entry that was folded under a chain; undefined where none was. */
  readonly folded: (chainId: string) => KnownEntry | undefined;
}

/** State: the head, and whether it is on disk. */
export class HeadKeeper {
  readonly #parts: HeadKeeperParts;
  #chains: readonly string[] = [];
  #profile: Profile = {};
  #record: KnownRecord | undefined;
  #report: ChainHead["report"];
  #entry: KnownEntry | undefined;
  #isDirty = false;
  #saving: Promise<void> | undefined;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #failure: { readonly text: string; readonly sinceMs: number } | undefined;

  constructor(parts: HeadKeeperParts) {
    this.#parts = parts;
  }

  /** Reads what was kept. @throws BackbeatError `bad-file` */
  async load(): Promise<void> {
    const head = await this.#parts.store?.load();
    if (head === undefined) return;
    this.#chains = head.chains;
    this.#profile = head.profile;
    this.#record = head.record;
    this.#report = head.report;
    this.#entry = head.entry;
  }

  /** What is known now; undefined before the first record, and after `giveUp`. */
  get head(): ChainHead | undefined {
    const record = this.#record;
    if (record === undefined) return undefined;
    const entry = this.#newestEntry();
    return {
      chains: this.#chains,
      profile: this.#profile,
      record,
      ...(this.#report && { report: this.#report }),
      ...(entry && { entry }),
    };
  }

  /** Why the newest head is not on disk, and since when; undefined while it is, or is on its way. */
  get failure(): { readonly text: string; readonly sinceMs: number } | undefined {
    return this.#failure;
  }

  /** A record was read, of this chain. */
  note(record: ReportRecord | ChainEntry, chain: Chain): void {
    const known: KnownRecord = {
      seq: record.seq,
      hash: record.kind === "chain" ? record.chain.id : record.hash,
    };
    this.#follow(chain);
    const { hash, seq = 0 } = this.#record ?? {};
    if (known.seq < seq || (known.seq === seq && known.hash === hash)) return;
    this.#record = known;
    this.#report = (record.kind === "report" ? barOf(record) : undefined) ?? this.#report;
    this.#save();
  }

  /** Writes the newest entry, where the last write is long ago. */
  look(): void {
    if (this.#record === undefined || this.#saving !== undefined) return;
    if (this.#parts.clock.monotonicMs() - this.#savedAtMs >= ENTRY_EVERY_MS) this.#save();
  }

  /** Writes what is known now; resolves when it is on disk, or could not be. Never rejects. */
  async flush(): Promise<void> {
    if (this.#record !== undefined) this.#save();
    await this.settled();
  }

  /** Resolves when nothing is being written. Never rejects. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** The running chain gives up what is known: what is read next counts. Its chains are remembered. */
  giveUp(): void {
    this.#record = undefined;
    this.#report = undefined;
    this.#entry = undefined;
  }

  #follow({ id, otherForm, record }: Chain): void {
    if (this.#chains[0] === id) return;
    this.#chains = [id, ...this.#chains.filter((known) => known !== id)].slice(0, CHAINS_MAX);
    if (otherForm === undefined) this.#profile = record.profile;
    // What was read of a journal that was lost is no measure for what it holds now.
    if (record.reason === "adopted") this.#entry = undefined;
  }

  /** While a fold catches up it is behind what was read before. */
  #newestEntry(): KnownEntry | undefined {
    const folded = this.#parts.folded(this.#chains[0] ?? "");
    const isNewer =
      folded?.journalId !== this.#entry?.journalId || (folded?.seq ?? 0) > (this.#entry?.seq ?? 0);
    if (folded !== undefined && isNewer) this.#entry = folded;
    return this.#entry;
  }

  #save(): void {
    if (this.#parts.store === undefined) return;
    this.#isDirty = true;
    this.#saving ??= this.#write(this.#parts.store).finally(() => {
      this.#saving = undefined;
    });
  }

  async #write(store: ChainHeadStore): Promise<void> {
    const { clock, log } = this.#parts;
    while (this.#isDirty) {
      this.#isDirty = false;
      const { head } = this;
      if (head === undefined) return;
      this.#savedAtMs = clock.monotonicMs();
      try {
        await store.save(head);
        this.#failure = undefined;
      } catch (error) {
        const text = `${messageOf(error)}; until then an older copy of the streams would not be noticed after a restart`;
        // Said once per cause: a full volume stays full for hours.
        if (this.#failure?.text !== text) log.error(text);
        this.#failure = { text, sinceMs: this.#failure?.sinceMs ?? clock.monotonicMs() };
      }
    }
  }
}
