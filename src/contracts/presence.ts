/**
 * Presence: a pulse says to the other pulses of its cluster that it is there, and which timeline it knows. Ours, not
 * on the wire of peers.
 */

const PRESENCE_TYPE = "backbeat.pulse.v1";

/** A timeline as pulses tell it to each other. */
export interface PresenceTimeline {
  readonly epoch: number;
  readonly first_beat: number;
  /** When that beat is due by the wall of who says so, ms since the Unix epoch. */
  readonly due_ms: number;
  readonly tempo_bpm: number;
  readonly bar_length: number;
  readonly bar_origin: number;
  readonly last_beat: number;
  /** A tempo change that is announced. */
  readonly next?: { readonly from_beat: number; readonly tempo_bpm: number };
}

export interface Presence {
  /** Node id of who says so. */
  readonly node: string;
  /** This run of it: two pulses with one node id are told apart by it. Left out by older versions. */
  readonly boot?: string;
  /** The beat at which this run began; left out while it knows no timeline. */
  readonly since_beat?: number;
  /** It ends, and is not waited for any more. */
  readonly leaving: boolean;
  /** It has just come, or come back, and wants to hear who is there. */
  readonly asking: boolean;
  /** Who holds the lease, as far as it knows. */
  readonly leader?: string;
  /** Who published the newest frame that it accepted. */
  readonly acting?: string;
  /** Left out by a pulse that knows none yet. */
  readonly timeline?: PresenceTimeline;
}

/** A presence has some 300 bytes. */
const PRESENCE_BYTES_MAX = 4_096;
const NODE = /^[a-zA-Z0-9_-]{1,64}$/;
const TEMPO_MIN = 0.1;
const TEMPO_MAX = 1_000;

/** A presence as UTF-8 JSON. */
export function encodePresence(presence: Presence): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ type: PRESENCE_TYPE, ...presence }));
}

/** Undefined where the body is no presence. */
export function decodePresence(body: Uint8Array): Presence | undefined {
  if (body.length > PRESENCE_BYTES_MAX) return undefined;
  let read: Partial<Presence & { readonly type: string }> | null;
  try {
    read = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  if (read === null || typeof read !== "object" || read.type !== PRESENCE_TYPE) return undefined;
  const { acting, asking, boot, leader, leaving, node, since_beat, timeline } = read;
  if (!isNode(node)) return undefined;
  return {
    node,
    ...(isNode(boot) ? { boot } : {}),
    ...(isIndex(since_beat) ? { since_beat } : {}),
    leaving: leaving === true,
    asking: asking === true,
    ...(isNode(leader) ? { leader } : {}),
    ...(isNode(acting) ? { acting } : {}),
    ...(isTimeline(timeline) ? { timeline } : {}),
  };
}

function isNode(value: unknown): value is string {
  return typeof value === "string" && NODE.test(value);
}

function isTimeline(value: unknown): value is PresenceTimeline {
  if (typeof value !== "object" || value === null) return false;
  const { bar_length, bar_origin, due_ms, epoch, first_beat, last_beat, next, tempo_bpm } =
    value as Partial<PresenceTimeline>;
  const areIndexes = [bar_origin, epoch, first_beat, last_beat].every(isIndex);
  if (!areIndexes || !isIndex(bar_length) || bar_length === 0 || !Number.isFinite(due_ms)) return false;
  if (!isTempo(tempo_bpm)) return false;
  return next === undefined || (isIndex(next?.from_beat) && isTempo(next?.tempo_bpm));
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTempo(value: unknown): boolean {
  return typeof value === "number" && value >= TEMPO_MIN && value <= TEMPO_MAX;
}
