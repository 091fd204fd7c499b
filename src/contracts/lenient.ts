/**
 * Reading leniently: what peers of other versions write, bent into the schema, each bend counted.
 *
 * A message that fits the schema never comes here. The result is a new object of known members only, so a
 * hostile member name (`__proto__`) cannot reach it.
 */

/** Every way in which a message may be bent; each one is a metric label. */
export const BENDS = ["unknown-member", "null-member", "state-alias", "phase-alias", "long-hlc"] as const;

export type Bend = (typeof BENDS)[number];

/** How often each bend was made. */
export type BendCounts = Record<Bend, number>;

const STATE_ALIASES: ReadonlyMap<unknown, string> = new Map([
  ["done", "completed"],
  ["review", "reviewing"],
  ["waiting", "blocked"],
]);

const PHASE_ALIASES: ReadonlyMap<unknown, string> = new Map([["work", "execute"]]);

/** `unix-ms-hex:counter-hex:node`, as older peers write it. */
const LONG_HLC = /^([0-9a-fA-F]{1,16}):([0-9a-fA-F]{1,16}):([a-zA-Z0-9_-]{1,64})$/;

/** Of a long clock the low 16 bits of each part travel in the short form: four hex digits. */
const SHORT_HLC_DIGITS = 4;

/** A copy of `raw` with the known members only, aliases replaced, `null` dropped and a long HLC shortened. */
export function bend(
  raw: Readonly<Record<string, unknown>>,
  known: readonly string[],
  counts: BendCounts,
): Record<string, unknown> {
  const bent: Record<string, unknown> = {};
  let kept = 0;
  for (const name of known) {
    if (!Object.hasOwn(raw, name)) continue;
    kept += 1;
    const value = bendMember(name, raw[name], counts);
    if (value !== undefined) bent[name] = value;
  }
  counts["unknown-member"] += Object.keys(raw).length - kept;
  return bent;
}

function bendMember(name: string, value: unknown, counts: BendCounts): unknown {
  if (value === null) {
    counts["null-member"] += 1;
    return undefined;
  }
  if (name === "state") return bendAlias(value, STATE_ALIASES, "state-alias", counts);
  if (name === "phase") return bendAlias(value, PHASE_ALIASES, "phase-alias", counts);
  if (name === "hlc" && typeof value === "string") return bendHlc(value, counts);
  if (name === "resources") return withoutNulls(value, counts);
  return value;
}

function bendAlias(
  value: unknown,
  aliases: ReadonlyMap<unknown, string>,
  kind: Bend,
  counts: BendCounts,
): unknown {
  const meant = aliases.get(value);
  if (meant === undefined) return value;
  counts[kind] += 1;
  return meant;
}

function bendHlc(value: string, counts: BendCounts): string {
  const parts = LONG_HLC.exec(value);
  if (parts === null || value.length === 3 * SHORT_HLC_DIGITS + 2) return value;
  counts["long-hlc"] += 1;
  const [, wall = "", logical = "", node = ""] = parts;
  return [wall, logical, /^[0-9a-fA-F]+$/.test(node) ? node : "0"]
    .map((part) => part.slice(-SHORT_HLC_DIGITS).padStart(SHORT_HLC_DIGITS, "0"))
    .join(":");
}

function withoutNulls(value: unknown, counts: BendCounts): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  counts["null-member"] += Object.keys(value).length - members.length;
  return Object.fromEntries(members);
}
