/**
 * What waits to be sent and what was sent and not yet acknowledged, of one agent, in order (S3). Pure: it sends
 * nothing and reads no clock.
 *
 *   offer ──► waiting ──► next() ──► sent ──► acknowledge
 *                ▲                    │
 *                └────── unsend ──────┘   the link was lost: again, in the same order, with the same bytes
 *
 * Bounded in count and bytes. Where it is full a claim makes room only for a later one that says the same of the same
 * task: how far a task is may be told once for many beats, how it ended may not.
 */
import type { StatusClaim } from "../../contracts/status-claim.ts";

/**
 * Sent and unacknowledged claims of one agent. Reverb knows a repetition among the last 64 claims of an agent; with
 * no more than that under way, whatever is sent again is known to be one.
 */
export const SENT_MAX = 64;

/** What the queue must know of a claim. Kept small: an outage of a minute is thousands of them. */
export interface Queued {
  readonly beatIndex: number;
  /** Of its body. */
  readonly bytes: number;
  /** The same for two claims of which the later says the earlier over again; undefined for one that is never said over. */
  readonly saying: string | undefined;
}

/** Slots of claims that were taken out, before the queue is moved up. */
const TAKEN_OUT_MAX = 256;

export interface OutboxLimits {
  readonly claimsMax: number;
  readonly bytesMax: number;
}

/** `taken`: it waits now, and `replaced` do not any more. `full`: nothing was changed. */
export type Offered<T> =
  | { readonly kind: "taken"; readonly replaced: readonly T[] }
  | { readonly kind: "full" };

/** State: the two queues and their size. */
export class OutboxQueue<T extends Queued> {
  readonly #limits: OutboxLimits;
  #waiting: T[] = [];
  /** Of `#waiting`: what is before it was taken out. */
  #head = 0;
  readonly #sent = new Set<T>();
  #bytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  get sent(): number {
    return this.#sent.size;
  }

  /** Sent and not settled, oldest first. */
  get sentOnes(): readonly T[] {
    return [...this.#sent];
  }

  /** Places that are kept, also of claims that were taken out. */
  get slots(): number {
    return this.#waiting.length;
  }

  /** Of all bodies that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  offer(queued: T): Offered<T> {
    let replaced: readonly T[] = [];
    if (!this.#hasRoomFor(queued)) {
      replaced = this.#saidOverBefore(queued);
      if (!this.#hasRoomFor(queued, replaced)) return { kind: "full" };
      this.#remove(new Set(replaced));
    }
    this.#waiting.push(queued);
    this.#bytes += queued.bytes;
    return { kind: "taken", replaced };
  }

  /** The next one to send, which then counts as sent; undefined where none waits or enough are under way. */
  next(): T | undefined {
    if (this.#sent.size >= SENT_MAX) return undefined;
    const queued = this.#waiting[this.#head];
    if (queued === undefined) return undefined;
    this.#moveHead(this.#head + 1);
    this.#sent.add(queued);
    return queued;
  }

  /** The one that `next` would give. */
  peek(): T | undefined {
    return this.#sent.size >= SENT_MAX ? undefined : this.#waiting[this.#head];
  }

  /** Its end is known, whether it is under way or waits to be sent again. False where it is done already. */
  settle(queued: T): boolean {
    if (!this.#sent.delete(queued) && !this.#takeWaiting(queued)) return false;
    this.#bytes -= queued.bytes;
    return true;
  }

  /** What was sent and not settled waits again, before everything else. Answers how many. */
  unsend(): number {
    const count = this.#sent.size;
    if (count === 0) return 0;
    this.#waiting = [...this.#sent, ...this.#waiting.slice(this.#head)];
    this.#head = 0;
    this.#sent.clear();
    return count;
  }

  /** Takes out those that wait and of which `isStale` says so, from the oldest on, until one is not. */
  takeStale(isStale: (queued: T) => boolean): readonly T[] {
    let end = this.#head;
    for (; end < this.#waiting.length; end += 1) {
      const queued = this.#waiting[end];
      if (queued === undefined || !isStale(queued)) break;
    }
    const stale = this.#waiting.slice(this.#head, end);
    this.#moveHead(end);
    for (const { bytes } of stale) this.#bytes -= bytes;
    return stale;
  }

  /** Visits those that wait. */
  each(visit: (queued: T) => void): void {
    for (let at = this.#head; at < this.#waiting.length; at += 1) visit(this.#waiting[at] as T);
  }

  /** Takes out everything, in order. */
  takeAll(): readonly T[] {
    this.unsend();
    const all = this.#waiting.slice(this.#head);
    this.#waiting = [];
    this.#head = 0;
    this.#bytes = 0;
    return all;
  }

  #takeWaiting(queued: T): boolean {
    const at = this.#waiting.indexOf(queued, this.#head);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    return true;
  }

  /** What is taken out is kept no longer than its slot: a queue that is never empty must not grow. */
  #moveHead(head: number): void {
    this.#head = head;
    if (head < this.#waiting.length && head < TAKEN_OUT_MAX) return;
    this.#waiting = this.#waiting.slice(head);
    this.#head = 0;
  }

  #hasRoomFor({ bytes }: T, without: readonly T[] = []): boolean {
    const freed = without.reduce((sum, one) => sum + one.bytes, 0);
    const count = this.waiting + this.sent - without.length;
    return count < this.#limits.claimsMax && this.#bytes - freed + bytes <= this.#limits.bytesMax;
  }

  /** Those that the claim right after them says over again. */
  #saidOverBefore(last: T): readonly T[] {
    const over: T[] = [];
    for (let at = this.#head; at < this.#waiting.length; at += 1) {
      const entry = this.#waiting[at];
      const after = this.#waiting[at + 1] ?? last;
      if (entry?.saying !== undefined && entry.saying === after.saying) over.push(entry);
    }
    return over;
  }

  #remove(gone: ReadonlySet<T>): void {
    this.#waiting = this.#waiting.slice(this.#head).filter((entry) => !gone.has(entry));
    this.#head = 0;
    for (const { bytes } of gone) this.#bytes -= bytes;
  }
}

/**
 * What a claim says that a later one may say over again: a state of a task, as long as neither has ended. How far it is
 * may be told once for many beats; the end of a task, or of a promise (progress 1, no beats left), may not be left out.
 */
export function sayingOf(claim: StatusClaim): string | undefined {
  const { beats_left, metadata, progress, state, task_id } = claim;
  // Said once, and a key figure hangs on it.
  if (metadata?.secret_rotation !== undefined) return undefined;
  const isEnd = state === "completed" || state === "failed" || progress === 1 || beats_left === 0;
  return isEnd ? undefined : `${state} ${task_id ?? ""}`;
}
