/**
 * Other processes that run with our node id, as a copied data directory makes them (BACKBEAT-REQ-001; R4).
 *
 * Each run of a process has a boot id, and a place in the order that all of them share: the beat, or the journal
 * entry, at which it began. Of two runs the one that began later ends, and at the same place the one with the greater
 * boot id: both compare the same four values, so exactly one ends, and no wall clock is asked. A predecessor is no
 * duplicate: what it sent before we began does not count, and a single sign of it is not enough.
 */

/** Beats or bars in which a duplicate must be heard before one of the two ends. */
export const DUPLICATE_PERIODS = 3;

/** Before that it is said, but not at the first sign: a restart meets its predecessor for a moment. */
const SAID_FROM_PERIODS = 2;

/** Duplicates that are kept in mind: one is enough to end, and no more need another advice. */
const DUPLICATES_MAX = 16;

/** Stands for processes of older versions, which send no boot id. */
const NO_BOOT = "";

/** One run of a process. */
export interface ProcessRun {
  /** Undefined: a version that sends none. */
  readonly boot: string | undefined;
  /** Place in the shared order at which it began; undefined while it knows none, which is later than any. */
  readonly since: number | undefined;
}

/** A message of a process with our node id and another boot id. */
export interface DuplicateSign extends ProcessRun {
  /** Place at which it was sent; undefined where it tells none. */
  readonly sentAt: number | undefined;
  /** The beat or bar that it speaks of: signs of one period count once. */
  readonly period: number | undefined;
}

/** A duplicate that was heard lately. */
export interface Duplicate extends ProcessRun {
  /** It began before us, or a version that ends for nobody. */
  readonly isElder: boolean;
  /** Beats or bars in which it was heard after we began. */
  readonly periods: number;
}

interface Heard {
  since: number | undefined;
  /** Newest period that was counted. */
  countedPeriod: number | undefined;
  periods: number;
  /** Our own period when it was heard last. */
  atPeriod: number;
}

/** State: our own run, and the others that were heard within three periods. */
export class DuplicateNodes {
  readonly #boot: string;
  readonly #heard = new Map<string, Heard>();
  /** Where we began; undefined while it is not known. */
  since: number | undefined;

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** A sign, in our own period `now`. True: this duplicate was not known. */
  hear({ boot = NO_BOOT, period, sentAt, since }: DuplicateSign, now: number): boolean {
    if (boot === this.#boot) return false;
    const known = this.#heard.get(boot);
    if (known === undefined && this.#heard.size >= DUPLICATES_MAX) return false;
    const heard = known ?? { since, countedPeriod: undefined, periods: 0, atPeriod: now };
    heard.since = since;
    heard.atPeriod = now;
    const isAfterBegin = sentAt !== undefined && this.since !== undefined && sentAt > this.since;
    if (isAfterBegin && period !== heard.countedPeriod) {
      heard.countedPeriod = period;
      heard.periods += 1;
    }
    this.#heard.set(boot, heard);
    return known === undefined;
  }

  /** It says that it ends. */
  leave(boot: string | undefined): void {
    this.#heard.delete(boot ?? NO_BOOT);
  }

  /** Forgets whom we have not heard for {@link DUPLICATE_PERIODS} of our own periods. */
  age(now: number): void {
    for (const [boot, { atPeriod }] of this.#heard)
      if (now - atPeriod > DUPLICATE_PERIODS) this.#heard.delete(boot);
  }

  /** How many are kept in mind, whenever they began. */
  get size(): number {
    return this.#heard.size;
  }

  /** How many began before us: we stand behind them. */
  get elders(): number {
    return this.#all().filter(({ isElder }) => isElder).length;
  }

  /** The duplicate that is to be told of; undefined where there is none, or only its first sign. */
  get standing(): Duplicate | undefined {
    return this.#all().find(({ periods }) => periods >= SAID_FROM_PERIODS);
  }

  /** The duplicate that we end for. */
  get ender(): Duplicate | undefined {
    return this.#all().find(
      ({ boot, isElder, periods }) => boot !== undefined && isElder && periods >= DUPLICATE_PERIODS,
    );
  }

  #all(): Duplicate[] {
    const all = [...this.#heard].map(([boot, { periods, since }]) => ({
      boot: boot === NO_BOOT ? undefined : boot,
      since,
      isElder: boot === NO_BOOT || this.#beganAfter({ boot, since }),
      periods,
    }));
    return all.sort((one, other) => other.periods - one.periods);
  }

  /** Whether we began later than this one. */
  #beganAfter(other: { readonly boot: string; readonly since: number | undefined }): boolean {
    const [ours, theirs] = [this.since ?? Number.POSITIVE_INFINITY, other.since ?? Number.POSITIVE_INFINITY];
    return ours === theirs ? this.#boot > other.boot : ours > theirs;
  }
}
