/**
 * Reading leniently: what peers of other versions write, bent into the schema, each bend counted.
 *
 * A message that fits the schema never comes here. The result is a new object of known members only, so a
 * hostile member name (`__proto__`) cannot reach it. A missing `progress` or `beats_left` stays *not given*:
 * peers in Go leave zeros out, and nobody can tell which it was.
 */

/** Every way in which a message may be bent; each one is a metric label. */
export const BENDS = ["unknown-member", "null-member", "state-alias", "phase-alias", "long-hlc"] as const;

export type Bend = (typeof BENDS)[number];

/** How often each bend was made. */
export type BendCounts = Record<Bend, number>;

/** Counts that all stand at zero. */
export function noBends(): BendCounts {
  return { "unknown-member": 0, "null-member": 0, "state-alias": 0, "phase-alias": 0, "long-hlc": 0 };
}

/** Adds `made` to `counts`. */
export function addBends(counts: BendCounts, made: Readonly<BendCounts>): void {
  for (const kind of BENDS) counts[kind] += made[kind];
}

/** Words that older peers write for a value, by member. */
const ALIASES: ReadonlyMap<string, { readonly bend: Bend; readonly meant: ReadonlyMap<unknown, string> }> =
  new Map([
    [
      "state",
      {
        bend: "state-alias",
        meant: new Map([
          ["done", "completed"],
          ["review", "reviewing"],
          ["waiting", "blocked"],
        ]),
      },
    ],
    ["phase", { bend: "phase-alias", meant: new Map([["work", "execute"]]) }],
  ]);

/** `unix-ms-hex:counter-hex:node`, as older peers write it; a node is any printable name. */
const LONG_HLC = /^([0-9a-fA-F]{1,16}):([0-9a-fA-F]{1,16}):([\x21-\x7e]{1,128})$/;

/** Three groups of four are the short form: fit for the schema, or mistyped, and then not ours to guess. */
const SHORT_HLC = /^.{4}:.{4}:.{4}$/;

/** Of a long clock the low 16 bits of each part travel in the short form: four hex digits. */
const SHORT_HLC_DIGITS = 4;

/** A copy of `raw` with the known members only, aliases replaced, `null` dropped and a long HLC shortened. */
export function bend(
  raw: Readonly<Record<string, unknown>>,
  known: readonly string[],
): { readonly message: Readonly<Record<string, unknown>>; readonly made: Readonly<BendCounts> } {
  const message: Record<string, unknown> = {};
  const made = noBends();
  let kept = 0;
  for (const name of known) {
    if (!Object.hasOwn(raw, name)) continue;
    kept += 1;
    const value = bendMember(name, raw[name], made);
    if (value !== undefined) message[name] = value;
  }
  made["unknown-member"] += Object.keys(raw).length - kept;
  return { message, made };
}

function bendMember(name: string, value: unknown, made: BendCounts): unknown {
  if (value === null) {
    made["null-member"] += 1;
    return undefined;
  }
  const aliases = ALIASES.get(name);
  const meant = aliases?.meant.get(value);
  if (aliases !== undefined && meant !== undefined) {
    made[aliases.bend] += 1;
    return meant;
  }
  if (name === "hlc" && typeof value === "string") return bendHlc(value, made);
  if (name === "resources") return withoutNulls(value, made);
  return value;
}

function bendHlc(value: string, made: BendCounts): string {
  const parts = SHORT_HLC.test(value) ? null : LONG_HLC.exec(value);
  if (parts === null) return value;
  made["long-hlc"] += 1;
  const [, wall = "", logical = "", node = ""] = parts;
  return [wall, logical, /^[0-9a-fA-F]+$/.test(node) ? node : "0"]
    .map((part) => part.slice(-SHORT_HLC_DIGITS).padStart(SHORT_HLC_DIGITS, "0"))
    .join(":");
}

function withoutNulls(value: unknown, made: BendCounts): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  made["null-member"] += Object.keys(value).length - members.length;
  return Object.fromEntries(members);
}
