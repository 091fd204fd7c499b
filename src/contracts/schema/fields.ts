/**
 * The members that several messages share, each with the limits of schema version 1.0.0.
 *
 * Everything here is on the wire and fixed by peers: a change is a new schema version.
 */
import Type from "typebox";

/** Version of the three schemas; part of their `$id`. */
export const SCHEMA_VERSION = "1.0.0";

/**
 * Largest beat index on the wire is 2^63−1; the nearest number that JavaScript holds is one above it. We read
 * only up to 2^53−1, see form.ts, and the published schema prints the exact limit, see json-schema.ts.
 */
export const BEAT_INDEX_MAX = 2 ** 63;

/** Who claims: `service:instance` or `agent:id`, 1–128 characters. */
export const AgentId = Type.String({
  pattern: "^[a-zA-Z0-9_:-]+$",
  minLength: 1,
  maxLength: 128,
});

/** What an agent works on; the pattern of an agent id. */
export const TaskId = Type.String({
  pattern: "^[a-zA-Z0-9_:-]+$",
  minLength: 1,
  maxLength: 128,
});

/** One tempo domain, 1–64 characters. */
export const ClusterId = Type.String({
  pattern: "^[a-zA-Z0-9_-]+$",
  minLength: 1,
  maxLength: 64,
});

/** A beat of a cluster; grows for ever. */
export const BeatIndex = Type.Integer({ minimum: 0, maximum: BEAT_INDEX_MAX });

/** Hybrid logical clock: wall, logical and node part, 16 bits of each in hex. */
export const Hlc = Type.String({
  description: "Hybrid logical clock, wall:logical:node. Breaks ties within a beat; it is no absolute time.",
  pattern: "^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$",
});

/** Name of a bar; opaque to readers, compared without case. */
export const WindowId = Type.String({ pattern: "^[0-9a-fA-F]{32}$" });

/** A count in a report. */
export const Count = Type.Integer({ minimum: 0 });

/** An open object: members are not ours to judge. */
export const Metadata = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: "object" });

/** The same field with a sentence that says what it means in its message; readers of the schema see it. */
export function described<Field extends object>(field: Field, description: string): Field {
  return { ...field, description };
}
