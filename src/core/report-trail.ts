/**
 * Whether a reader of reports has missed one, and which: pure decisions over hashes.
 *
 * Each stored report names the one before it (`Backbeat-Prev`). A report that does not name the last one that was
 * seen shows a hole; the stream is then searched backwards, from its end to what was seen. Reports that name nothing
 * (core mode, other peers) show no holes.
 */
import type { ReportLinks } from "../contracts/report-headers.ts";

/** Reports that a repetition is sought among: more than one search can fill. */
const SEEN_MAX = 256;

/** Reports of one hole that are filled in, the newest; an hour of bars of a minute, and more is no news any more. */
export const FILLED_MAX = 100;

/** Records that are read to count what was missed: beyond it is told as "more than". */
export const RECORDS_READ_MAX = 2_000;

/** `next`: nothing lies between. `filled`: it was read from the stream before it was heard. */
export type TrailVerdict = "next" | "hole" | "seen" | "filled" | "unlinked";

/** State: the last report that was seen, and some before it. */
export class ReportTrail {
  readonly #seen = new Map<string, "heard" | "filled">();
  #last: string | undefined;

  /** Hash of the last report; undefined before the first with links. */
  get last(): string | undefined {
    return this.#last;
  }

  /** What a report that was heard means. Changes nothing but that a filled one counts as heard from now on. */
  judge(links: ReportLinks | undefined): TrailVerdict {
    if (links === undefined) return "unlinked";
    const seen = this.#seen.get(links.hash);
    if (seen === "filled") this.#seen.set(links.hash, "heard");
    if (seen !== undefined) return seen === "filled" ? "filled" : "seen";
    return this.#last === undefined || links.prev === this.#last ? "next" : "hole";
  }

  /** It was shown: what comes next names it. */
  take(hash: string, how: "heard" | "filled"): void {
    this.#last = hash;
    this.#seen.set(hash, how);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > SEEN_MAX && oldest !== undefined) this.#seen.delete(oldest);
  }

  has(hash: string): boolean {
    return this.#seen.has(hash);
  }
}

/** A record of the report stream; `links` undefined for what is no report. */
export interface TrailRecord<R> {
  readonly record: R;
  readonly links: ReportLinks | undefined;
}

/** What lies between the last report that was seen and another. */
export interface FilledHole<R> {
  /** Oldest first, at most `FILLED_MAX`: the newest of them. */
  readonly reports: readonly { readonly record: R; readonly hash: string }[];
  /** How many reports the hole has in all; with `isCounted` false, at least so many. */
  readonly missed: number;
  readonly isCounted: boolean;
}

/** A search, newest record first. State: what was found so far. */
export class HoleSearch<R> {
  readonly #trail: ReportTrail;
  readonly #before: string | undefined;
  readonly #found: { record: R; hash: string }[] = [];
  #hasBegun: boolean;
  #isDone = false;
  #missed = 0;
  #read = 0;

  /** `before`: hash of the report that showed the hole; undefined: whatever the stream ends with was missed. */
  constructor(trail: ReportTrail, before: string | undefined) {
    this.#trail = trail;
    this.#before = before;
    this.#hasBegun = before === undefined;
  }

  /** Takes the next older record; false: enough was read. */
  take({ links, record }: TrailRecord<R>): boolean {
    this.#read += 1;
    if (links !== undefined && this.#trail.has(links.hash)) this.#isDone = true;
    else if (links !== undefined && links.hash === this.#before) this.#hasBegun = true;
    else if (links !== undefined && this.#hasBegun) {
      this.#missed += 1;
      if (this.#found.length < FILLED_MAX) this.#found.push({ record, hash: links.hash });
    }
    return !this.#isDone && this.#read < RECORDS_READ_MAX;
  }

  /** `isWhole`: the stream has nothing older. */
  result({ isWhole }: { readonly isWhole: boolean }): FilledHole<R> {
    return {
      reports: [...this.#found].reverse(),
      missed: this.#missed,
      isCounted: this.#isDone || isWhole,
    };
  }
}
