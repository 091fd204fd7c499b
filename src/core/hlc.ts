/**
 * Hybrid logical clock: time that never goes back, with a counter that breaks ties, and a hash that says whose.
 *
 * Inside it has its full width; on the wire the low 16 bits of each part travel, in hex (`wwww:llll:nnnn`). The
 * wire form breaks ties within half a minute; it is no absolute time. Reads no clock: time is an argument.
 */

/** A reading: milliseconds since the Unix epoch, ties counted from 0, and the node. */
export interface HlcTime {
  readonly wallMs: number;
  readonly logical: number;
  /** 16 bits, see {@link nodeHashOf}. */
  readonly node: number;
}

const PART_RANGE = 0x1_0000;
const HEX_DIGITS = 4;

/**
 * How far ahead of our own time another clock may pull us: a clock that is wrong by more says nothing about the
 * order of events, and the 16 bits of the wire tell only ±32.7 s apart.
 */
export const HLC_AHEAD_MAX_MS = 10_000;

/** State: the newest reading. It only grows, whatever time it is given. */
export class HybridClock {
  readonly #node: number;
  #wallMs = 0;
  #logical = 0;

  constructor(nodeId: string) {
    this.#node = nodeHashOf(nodeId);
  }

  /** The next reading, later than all before; for something that happens here at `nowMs`. */
  tick(nowMs: number): HlcTime {
    this.#moveTo(Math.max(this.#wallMs, Math.floor(nowMs)), this.#wallMs, this.#logical);
    return this.#reading();
  }

  /**
   * Takes note of a clock that was heard, in its wire form, so that what happens here next is later than it.
   * False: not readable, or ahead of us by more than {@link HLC_AHEAD_MAX_MS}; then nothing changes.
   */
  receive(wire: string, nowMs: number): boolean {
    const heard = widenHlc(wire, nowMs);
    if (heard === undefined || heard.wallMs - nowMs > HLC_AHEAD_MAX_MS) return false;
    const isNewer =
      heard.wallMs > this.#wallMs || (heard.wallMs === this.#wallMs && heard.logical > this.#logical);
    const wallMs = isNewer ? heard.wallMs : this.#wallMs;
    const logical = isNewer ? heard.logical : this.#logical;
    this.#moveTo(Math.max(wallMs, Math.floor(nowMs)), wallMs, logical);
    return true;
  }

  /** To `toMs`; where that is no later than the newest known reading, one tie further. */
  #moveTo(toMs: number, newestWallMs: number, newestLogical: number): void {
    this.#logical = toMs > newestWallMs ? 0 : newestLogical + 1;
    this.#wallMs = toMs;
    // A full counter carries into the wall part: else its low 16 bits would go back on the wire.
    if (this.#logical < PART_RANGE) return;
    this.#logical = 0;
    this.#wallMs += 1;
  }

  #reading(): HlcTime {
    return { wallMs: this.#wallMs, logical: this.#logical, node: this.#node };
  }
}

/** A reading as it travels: the low 16 bits of each part in lower-case hex. */
export function formatHlc(time: HlcTime): string {
  return `${hex(time.wallMs)}:${hex(time.logical)}:${hex(time.node)}`;
}

/** A wire form at its full width: of the times that it can mean the one nearest to `nearMs`. */
export function widenHlc(wire: string, nearMs: number): HlcTime | undefined {
  const parts = /^([0-9a-fA-F]{4}):([0-9a-fA-F]{4}):([0-9a-fA-F]{4})$/.exec(wire);
  if (parts === null) return undefined;
  const [low, logical, node] = parts.slice(1).map((part) => Number.parseInt(part, 16)) as [
    number,
    number,
    number,
  ];
  const turns = Math.round((nearMs - low) / PART_RANGE);
  return { wallMs: low + turns * PART_RANGE, logical, node };
}

/** 16 bits that stand for a node: FNV-1a of the id in UTF-8, folded. Two nodes may share them. */
export function nodeHashOf(nodeId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(nodeId)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
}

function hex(part: number): string {
  return (part % PART_RANGE).toString(16).padStart(HEX_DIGITS, "0");
}
