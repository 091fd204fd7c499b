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
  /** Who says so; for people who read the journal. */
  readonly node: string;
}

/**
 * Names no bar (the first half of SHA-256 of "backbeat: is there a journal?"), so every fold ignores a tick that carries
 * it: such a tick asks whether a journal takes entries.
 */
export const NO_WINDOW_ID = "53c01706be8644bb681c7e66e72a4c90";

const WINDOW_ID = /^[0-9a-fA-F]{32}$/;
/** A tick has some 120 bytes. */
const TICK_BYTES_MAX = 1_024;

/** A tick as UTF-8 JSON. */
export function encodeTick(windowId: string, node: string): Uint8Array {
  const tick: Tick = { type: TICK_TYPE, window_id: windowId, node };
  return new TextEncoder().encode(JSON.stringify(tick));
}

/** The bar that a tick names; undefined where the body is no tick. */
export function decodeTick(body: Uint8Array): string | undefined {
  if (body.length > TICK_BYTES_MAX) return undefined;
  try {
    const read = JSON.parse(new TextDecoder().decode(body)) as Partial<Tick> | null;
    const isTick =
      read?.type === TICK_TYPE && typeof read.window_id === "string" && WINDOW_ID.test(read.window_id);
    return isTick ? read.window_id : undefined;
  } catch {
    return undefined;
  }
}
