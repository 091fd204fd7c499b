/**
 * Checkpoints of the fold: a cache, so that a restart reads a tail instead of bars (never needed for a report).
 *
 * Taken only when no bar waits to be closed or committed, so that what is restored owes no report. The state is
 * copied in slices, between which the process breathes but the fold does not move; then it is written beside.
 */
import type { Aggregator } from "../core/aggregator.ts";
import { snapshotOf } from "../core/snapshot.ts";
import { messageOf } from "../errors.ts";
import type { CheckpointHeader, CheckpointStore, Clock, Log, Metrics } from "../ports.ts";

/** Entries between two: their fold takes about half a second, which is what a restart has to spare. */
export const CHECKPOINT_ENTRIES = 100_000;

/** With fewer entries this often: what a quiet fleet has to read again. */
export const CHECKPOINT_EVERY_MS = 10_000;

/** Above so many agents none is taken: copying them would hold intake up for a quarter of a second. */
export const CHECKPOINT_AGENTS_MAX = 200_000;

/** Work between two breaths of the process. */
const SLICE_MS = 8;

export interface CheckpointsParts {
  readonly store: CheckpointStore | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Holds the fold still while the state is copied. */
  readonly hold: (isHeld: boolean) => void;
}

/** State: what was saved last. */
export class Checkpoints {
  readonly #parts: CheckpointsParts;
  #saved = 0;
  #failed = 0;
  #savedSeq: number | undefined;
  #takenSeq: number;
  #takenAtMs: number;
  #taking: Promise<void> | undefined;
  #failure = "";

  constructor(startSeq: number, parts: CheckpointsParts) {
    this.#parts = parts;
    this.#takenSeq = startSeq;
    this.#takenAtMs = parts.clock.monotonicMs();
  }

  get saved(): number {
    return this.#saved;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Entry that the newest saved one reaches to. */
  get savedSeq(): number | undefined {
    return this.#savedSeq;
  }

  /** Whether one is due; the caller knows whether it may be taken. */
  isDue(seq: number): boolean {
    if (this.#parts.store === undefined || this.#taking !== undefined || seq === this.#takenSeq) return false;
    const waitedMs = this.#parts.clock.monotonicMs() - this.#takenAtMs;
    return seq - this.#takenSeq >= CHECKPOINT_ENTRIES || waitedMs >= CHECKPOINT_EVERY_MS;
  }

  /** Takes one, unless one is being taken; resolves when it is written or has failed. Never rejects. */
  take(aggregator: Aggregator, header: CheckpointHeader): Promise<void> {
    const { store } = this.#parts;
    if (store === undefined || agentsIn(aggregator) > CHECKPOINT_AGENTS_MAX) return Promise.resolve();
    this.#taking ??= this.#take(aggregator, { header, store }).finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async #take(
    aggregator: Aggregator,
    { header, store }: { readonly header: CheckpointHeader; readonly store: CheckpointStore },
  ): Promise<void> {
    const { clock, log, metrics } = this.#parts;
    const startedAtMs = clock.monotonicMs();
    this.#takenSeq = header.seq;
    this.#takenAtMs = startedAtMs;
    try {
      const state = await this.#copy(aggregator);
      await store.save(header, state);
      this.#saved += 1;
      this.#savedSeq = header.seq;
      this.#failure = "";
      metrics.observe("checkpoint_seconds", (clock.monotonicMs() - startedAtMs) / 1_000);
    } catch (error) {
      this.#failed += 1;
      const failure = messageOf(error);
      // Said once per cause: a full volume stays full for hours.
      if (failure !== this.#failure)
        log.warn(`No checkpoint: ${failure}; a restart reads more of the journal`);
      this.#failure = failure;
    }
  }

  /** Everything here runs before `take` returns its promise to a turn of its own: the fold stands still until it ends. */
  async #copy(aggregator: Aggregator): Promise<Uint8Array[]> {
    const { clock, hold } = this.#parts;
    const pieces: Uint8Array[] = [];
    let sliceFromMs = clock.monotonicMs();
    hold(true);
    try {
      for (const piece of snapshotOf(aggregator)) {
        pieces.push(piece);
        if (clock.monotonicMs() - sliceFromMs < SLICE_MS) continue;
        await new Promise<void>((resolve) => clock.after(0, resolve));
        sliceFromMs = clock.monotonicMs();
      }
      return pieces;
    } finally {
      hold(false);
    }
  }
}

function agentsIn(aggregator: Aggregator): number {
  return aggregator.openWindows().reduce((most, window) => Math.max(most, window.agentsReporting), 0);
}
