/**
 * Claims for beats that were not heard yet, kept until their beat comes (bounded, R4).
 *
 * Of each only what is ever read is kept: a body may have 64 KiB, and whoever sends many ahead of time must not
 * fill memory with them.
 */
import type { ReplayStart } from "../contracts/report-headers.ts";
import type { StatusClaim } from "../contracts/status-claim.ts";
import { NOT_GIVEN, nextBeatOf } from "./claim-values.ts";
import type { ClaimEntry } from "./entry.ts";
import type { Limits } from "./limits.ts";
import { jsonPieces, listPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

/** Claims of one beat. */
interface Waiting {
  readonly entries: ClaimEntry[];
  /** The newest frame when the first of them came; where the line began anew since, that of the oldest held then. */
  anchor: ReplayStart;
}

/** State: the held claims by beat. */
export class HeldClaims {
  readonly #limits: Pick<Limits, "heldClaims" | "dependenciesPerClaim">;
  readonly #byBeat = new Map<number, Waiting>();
  #size = 0;
  #dependenciesCut = 0;

  constructor(limits: Pick<Limits, "heldClaims" | "dependenciesPerClaim">) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /** Dependencies beyond the limit per claim that were let go here. */
  get dependenciesCut(): number {
    return this.#dependenciesCut;
  }

  /** Where a fold must begin that is to hold all of them; undefined where none is held. */
  get oldestAnchor(): ReplayStart | undefined {
    let oldest: ReplayStart | undefined;
    for (const { anchor } of this.#byBeat.values())
      if (oldest === undefined || anchor.seq < oldest.seq) oldest = anchor;
    return oldest;
  }

  /**
   * The line begins anew: which of the claims stay depends on all of them, so that whoever needs one of those that stay
   * must have seen them all.
   */
  restarted(): void {
    const oldest = this.oldestAnchor;
    if (oldest === undefined) return;
    for (const waiting of this.#byBeat.values()) waiting.anchor = oldest;
  }

  /** The highest beat that a held claim speaks of; 0 where none is held. */
  get highestBeat(): number {
    let highest = 0;
    for (const beat of this.#byBeat.keys()) highest = Math.max(highest, beat);
    return highest;
  }

  /** False: no room. `anchor`: the newest frame. */
  hold(entry: ClaimEntry, anchor: ReplayStart): boolean {
    if (this.#size >= this.#limits.heldClaims) return false;
    const beat = entry.claim.beat_index;
    const waiting = this.#byBeat.get(beat);
    const held = { ...entry, claim: this.#slim(entry.claim) };
    if (waiting === undefined) this.#byBeat.set(beat, { entries: [held], anchor });
    else waiting.entries.push(held);
    this.#size += 1;
    return true;
  }

  /** Removes and returns the claims whose beat lies in `from … to`, both inclusive, in order of arrival. */
  take(from: number, to: number): ClaimEntry[] {
    if (this.#size === 0) return [];
    const taken: ClaimEntry[] = [];
    for (const [beat, { entries }] of this.#byBeat) {
      if (beat < from || beat > to) continue;
      for (const entry of entries) taken.push(entry);
      this.#byBeat.delete(beat);
    }
    this.#size -= taken.length;
    return taken.sort((a, b) => a.seq - b.seq);
  }

  *save(): Pieces {
    yield* jsonPieces([this.#dependenciesCut, this.#byBeat.size]);
    for (const [beat, { anchor, entries }] of this.#byBeat) {
      yield* jsonPieces([beat, anchor]);
      yield* listPieces(entries, entries.length);
    }
  }

  load(reader: SnapshotReader): void {
    const [cut, beats] = reader.json<[number, number]>();
    this.#dependenciesCut = cut;
    for (let n = 0; n < beats; n += 1) {
      const [beat, anchor] = reader.json<[number, ReplayStart]>();
      const entries = reader.list<ClaimEntry>().filter((entry) => entry !== undefined);
      this.#byBeat.set(beat, { anchor, entries });
      this.#size += entries.length;
    }
  }

  #slim({ resources: _, metadata, dependencies, ...claim }: StatusClaim): StatusClaim {
    const awaited = dependencies?.slice(0, this.#limits.dependenciesPerClaim);
    this.#dependenciesCut += (dependencies?.length ?? 0) - (awaited?.length ?? 0);
    return {
      ...claim,
      ...(awaited === undefined ? {} : { dependencies: awaited }),
      ...(metadata === undefined ? {} : { metadata: readOf(metadata) }),
    };
  }
}

/** The members of a claim's metadata that the core reads, where they say something. */
function readOf(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const nextBeat = nextBeatOf({ metadata });
  const rotation = metadata.secret_rotation;
  return {
    ...(nextBeat === NOT_GIVEN ? {} : { next_beat: nextBeat }),
    ...(rotation === "ok" || rotation === "failed" ? { secret_rotation: rotation } : {}),
  };
}
