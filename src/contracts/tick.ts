/**
 * A tick: one replica of reverb says, in the journal, that a bar's grace is over. Ours, not on the wire of peers.
 *
 * It makes closing a *position*: every replica and every replay closes the bar at the same entry.
 */

export const TICK_TYPE = "backbeat.tick.v1";

export interface Tick {
  readonly type: typeof TICK_TYPE;
  /** The bar that is over. */
  readonly window_id: string;
  /** Who says so. */
  readonly node: string;
  /** This run of it: two replicas with one node id are told apart by it. Left out by older versions. */
  readonly boot?: string;
  /** Last sequence of the journal when this run began to read it; left out before that. */
  readonly since_seq?: number;
}

/**
 * Names no bar (the first half of SHA-256 of "backbeat: is there a journal?"), so every fold ignores a tick that carries
 * it: such a tick asks whether a journal takes entries.
 */
export const NO_WINDOW_ID = "53c01706be8644bb681c7e66e72a4c90";

/** Who appended a tick. */
export type TickSender = Omit<Tick, "type" | "window_id">;

const WINDOW_ID = /^[0-9a-fA-F]{32}$/;
const NODE = /^[a-zA-Z0-9_-]{1,64}$/;
/** A tick has some 200 bytes. */
const TICK_BYTES_MAX = 1_024;

/** A tick as UTF-8 JSON. */
export function encodeTick(windowId: string, sender: TickSender): Uint8Array {
  const tick: Tick = { type: TICK_TYPE, window_id: windowId, ...sender };
  return new TextEncoder().encode(JSON.stringify(tick));
}

/** The bar that a tick names; undefined where the body is no tick. */
export function decodeTick(body: Uint8Array): string | undefined {
  return tickIn(body)?.window_id;
}

/** Who appended a tick; undefined where the body is no tick, or names nobody. */
export function tickSender(body: Uint8Array): TickSender | undefined {
  const { boot, node, since_seq } = tickIn(body) ?? {};
  if (!isName(node)) return undefined;
  const isSince = Number.isSafeInteger(since_seq) && Number(since_seq) >= 0;
  return {
    node,
    ...(isName(boot) ? { boot } : {}),
    ...(isSince && since_seq !== undefined ? { since_seq } : {}),
  };
}

function tickIn(body: Uint8Array): (Partial<Tick> & Pick<Tick, "window_id">) | undefined {
  if (body.length > TICK_BYTES_MAX) return undefined;
  try {
    const read = JSON.parse(new TextDecoder().decode(body)) as Partial<Tick> | null;
    const { window_id } = read ?? {};
    if (read?.type !== TICK_TYPE || typeof window_id !== "string" || !WINDOW_ID.test(window_id))
      return undefined;
    return { ...read, window_id };
  } catch {
    return undefined;
  }
}

function isName(value: unknown): value is string {
  return typeof value === "string" && NODE.test(value);
}
