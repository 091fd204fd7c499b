/**
 * Whose turn a beat is, among several pulses of a cluster (BACKBEAT-REQ-001; P1, P3).
 *
 * The *acting publisher*, who published the last accepted frame, publishes the next one on time. Each other pulse
 * waits its rank times the stagger and publishes only where the frame was not heard by then; nobody publishes later
 * than its own stagger window. So a death costs no beat, and no lease has to be asked. Who may change the timeline
 * is another question: core/lease-term.ts.
 */
import { beatDurationMs } from "./tempo.ts";

/** One place in the row, ms: longer than a frame travels, too short for anybody to wait for. */
const STAGGER_MS = 150;

/** At a fast tempo a place is this part of a beat. */
const STAGGER_BEATS = 1 / 8;

/** Beyond this place nobody steps in: its window would reach into the next beat. */
const RANK_MAX = 6;

/** A pulse that was not heard for so many beats is gone. */
export const PRESENT_BEATS = 3;

/** Pulses that are kept in mind: far more than have a place in the row. */
const PULSES_MAX = 64;

/** How long one place in the row waits for the one before it, and how late its frame may leave, ms. */
export function staggerMs(tempoTenths: number): number {
  return Math.min(STAGGER_MS, beatDurationMs(tempoTenths) * STAGGER_BEATS);
}

/** One run of another pulse: two of them may have one node id, and the end of one is not the end of the other. */
interface HeardPulse {
  readonly nodeId: string;
  readonly heardAtMs: number;
}

/** State: which other pulses were heard, and when. */
export class PulseRow {
  readonly #selfId: string;
  readonly #heard = new Map<string, HeardPulse>();
  /** Who published the last accepted frame; undefined before the first. */
  acting: string | undefined;
  /** Who holds the lease, as far as is known. */
  holder: string | undefined;
  /** Pulses with our own node id that began before us: we stand behind all others, and behind them. */
  elders = 0;

  constructor(selfId: string) {
    this.#selfId = selfId;
  }

  /** A pulse was heard; `boot`: which run of it, where it says so. True: this run was not known. */
  hear(nodeId: string, nowMs: number, boot?: string): boolean {
    if (nodeId === this.#selfId) return false;
    const key = keyOf(nodeId, boot);
    const isNew = !this.#heard.has(key);
    if (isNew && this.#heard.size >= PULSES_MAX) return false;
    this.#heard.set(key, { nodeId, heardAtMs: nowMs });
    return isNew;
  }

  /** A pulse says that it goes: it is not waited for, unless another run of it is there. */
  leave(nodeId: string, boot?: string): void {
    this.#heard.delete(keyOf(nodeId, boot));
    if (this.acting === nodeId && !this.others.includes(nodeId)) this.acting = undefined;
  }

  /** Forgets who was not heard for {@link PRESENT_BEATS}. */
  age(nowMs: number, beatMs: number): void {
    for (const [key, { heardAtMs }] of this.#heard)
      if (nowMs - heardAtMs > PRESENT_BEATS * beatMs) this.#heard.delete(key);
  }

  /** The others that were heard, by their ids. */
  get others(): readonly string[] {
    return [...new Set([...this.#heard.values()].map(({ nodeId }) => nodeId))].sort();
  }

  /** Our own place: 0 publishes on time. The acting publisher first, then the holder of the lease, then by id. */
  get rank(): number {
    const { others } = this;
    if (this.elders > 0) return others.length + this.elders;
    const firsts = [this.acting, this.holder].filter(
      (nodeId): nodeId is string =>
        nodeId !== undefined && (nodeId === this.#selfId || others.includes(nodeId)),
    );
    const row = [...new Set([...firsts, ...[this.#selfId, ...others].sort()])];
    return row.indexOf(this.#selfId);
  }
}

function keyOf(nodeId: string, boot: string | undefined): string {
  return `${nodeId} ${boot ?? ""}`;
}

export type Turn =
  | { readonly kind: "publish" }
  /** Not before so many ms from now. */
  | { readonly kind: "wait"; readonly forMs: number }
  /** Our window has passed, or we have none. */
  | { readonly kind: "too-late" };

/** What a pulse of this rank does about a beat that was not heard, `lateMs` after it was due. */
export function turnOf({
  lateMs,
  rank,
  tempoTenths,
}: {
  readonly lateMs: number;
  readonly rank: number;
  readonly tempoTenths: number;
}): Turn {
  if (rank > RANK_MAX) return { kind: "too-late" };
  const stagger = staggerMs(tempoTenths);
  const fromMs = rank * stagger;
  if (lateMs < fromMs) return { kind: "wait", forMs: fromMs - lateMs };
  return lateMs <= fromMs + stagger ? { kind: "publish" } : { kind: "too-late" };
}

/**
 * Which of two pulses that published the same beat of the same epoch goes on: each of them, and whoever heard both,
 * must come to the same answer without asking.
 */
export function firstOfTwo(one: string, other: string): string {
  return one < other ? one : other;
}
