/** How good a key is at a time, in a word; and all of them as a table. Pure. */
import type { ClaimKey } from "../../contracts/claim-key.ts";
import { durationText } from "../duration.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { entryOf } from "./key-file.ts";

export type KeyState = "valid" | "expiring soon" | "expired" | "not yet";

/** Time enough to make the next one, and to bring it to where it is needed. */
const EXPIRING_SOON_MS = 14 * 86_400_000;

const HEADINGS = ["agent", "key id", "from", "until", "state"] as const;

export function keyState(key: ClaimKey, nowMs: number): KeyState {
  if (nowMs < key.notBeforeMs) return "not yet";
  if (nowMs >= key.notAfterMs) return "expired";
  return key.notAfterMs - nowMs <= EXPIRING_SOON_MS ? "expiring soon" : "valid";
}

/** Agents, and prefixes, that had a key and have none that is good at this time: all that they claim is refused. */
export function agentsWithoutKey(keys: readonly ClaimKey[], nowMs: number): readonly string[] {
  const isGood = (key: ClaimKey) => nowMs >= key.notBeforeMs && nowMs < key.notAfterMs;
  const covered = new Set(keys.filter(isGood).map(({ agent }) => agent));
  const begun = keys.filter(({ notBeforeMs }) => nowMs >= notBeforeMs).map(({ agent }) => agent);
  return [...new Set(begun)].filter((agent) => !covered.has(agent));
}

/** Without ends of line. */
export function keyTable(
  keys: readonly ClaimKey[],
  { nowMs, paint }: { readonly nowMs: number; readonly paint: Paint },
): readonly string[] {
  const rows = keys.map((key) => [
    plain(key.agent, 128),
    key.keyId,
    timestamp(key.notBeforeMs),
    timestamp(key.notAfterMs),
    stateText(key, nowMs),
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [
    paint.faint(line(HEADINGS)),
    ...rows.map((row, at) => painterOf(keyState(keys[at] as ClaimKey, nowMs), paint)(line(row))),
  ];
}

/** The same for programs: an object for each. */
export function keyObject(key: ClaimKey, nowMs: number): object {
  return { ...entryOf(key), state: keyState(key, nowMs) };
}

function stateText(key: ClaimKey, nowMs: number): string {
  const state = keyState(key, nowMs);
  if (state === "not yet") return `${state}, in ${durationText(key.notBeforeMs - nowMs)}`;
  if (state === "expired") return `${state}, ${durationText(nowMs - key.notAfterMs)} ago`;
  return `${state}, for ${durationText(key.notAfterMs - nowMs)}`;
}

function painterOf(state: KeyState, paint: Paint): (text: string) => string {
  if (state === "expired") return paint.bad;
  if (state === "expiring soon") return paint.warn;
  return state === "not yet" ? paint.faint : paint.good;
}

/** UTC, to the minute. */
function timestamp(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16)}Z`;
}
