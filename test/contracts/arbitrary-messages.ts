/** Valid messages of every shape for property tests, and ways to damage them that keep their structure. */
import fc from "fast-check";
import { type BarReport, SEVERITIES } from "../../src/contracts/bar-report.ts";
import { type BeatFrame, PHASES } from "../../src/contracts/beat-frame.ts";
import type { Message, MessageKind } from "../../src/contracts/decode.ts";
import { STATES, type StatusClaim } from "../../src/contracts/status-claim.ts";

const HEX = [..."0123456789abcdefABCDEF"];
const ID = [..."abcXYZ059_:-"];

const hex = (digits: number) =>
  fc.array(fc.constantFrom(...HEX), { minLength: digits, maxLength: digits }).map((all) => all.join(""));

const id = (lengthMax: number, characters = ID) =>
  fc.array(fc.constantFrom(...characters), { minLength: 1, maxLength: lengthMax }).map((all) => all.join(""));

const hlc = fc.tuple(hex(4), hex(4), hex(4)).map((parts) => parts.join(":"));
const beatIndex = fc.maxSafeNat();
const count = fc.nat();

/** As many code points as the limit allows; of UTF-16 units it may be twice that. */
const notes = fc.string({ unit: "binary", maxLength: 256 }).filter((text) => [...text].length <= 256);

const metadata = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });

const deadline = fc
  .date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

export const frames: fc.Arbitrary<BeatFrame> = fc.record(
  {
    type: fc.constant("backbeat.beatframe.v1" as const),
    cluster_id: id(64, [..."abcXYZ059_-"]),
    beat_index: beatIndex,
    downbeat: fc.boolean(),
    phase: fc.constantFrom(...PHASES),
    hlc,
    deadline_at: deadline,
    tempo_bpm: fc.integer({ min: 1, max: 10_000 }).map((tenths) => tenths / 10),
    window_id: hex(32),
    metadata,
  },
  {
    requiredKeys: [
      ...(["type", "cluster_id", "beat_index", "downbeat", "phase"] as const),
      ...(["hlc", "deadline_at", "tempo_bpm", "window_id"] as const),
    ],
  },
);

const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });

const resources = fc.record(
  { cpu_percent: amount, memory_mb: amount, disk_io_ops: amount, network_kb: amount },
  { requiredKeys: [] },
);

export const claims: fc.Arbitrary<StatusClaim> = fc.record(
  {
    type: fc.constant("backbeat.statusclaim.v1" as const),
    agent_id: id(128),
    task_id: id(128),
    beat_index: beatIndex,
    state: fc.constantFrom(...STATES),
    beats_left: fc.integer({ min: 0, max: 1000 }),
    progress: fc.double({ min: 0, max: 1, noNaN: true }),
    notes,
    hlc,
    resources,
    dependencies: fc.array(id(128), { maxLength: 5 }),
    metadata,
  },
  { requiredKeys: ["type", "agent_id", "beat_index", "state", "hlc"] },
);

const issue = fc.record({ severity: fc.constantFrom(...SEVERITIES), category: fc.string(), count });

export const reports: fc.Arbitrary<BarReport> = fc.record(
  {
    type: fc.constant("backbeat.barreport.v1" as const),
    window_id: hex(32),
    from_beat: beatIndex,
    to_beat: beatIndex,
    agents_reporting: count,
    on_time_reviews: count,
    help_promises_fulfilled: count,
    secret_rotations_ok: fc.boolean(),
    tempo_drift_ms: fc.double({ noNaN: true, noDefaultInfinity: true }),
    issues: fc.array(issue, { maxLength: 100 }),
  },
  {
    requiredKeys: [
      ...(["type", "window_id", "from_beat", "to_beat", "agents_reporting", "on_time_reviews"] as const),
      ...(["help_promises_fulfilled", "secret_rotations_ok", "tempo_drift_ms"] as const),
    ],
  },
);

/** A message with its short name. */
export const messages: fc.Arbitrary<readonly [MessageKind, Message]> = fc.oneof(
  fc.tuple(fc.constant("frame" as const), frames),
  fc.tuple(fc.constant("claim" as const), claims),
  fc.tuple(fc.constant("report" as const), reports),
);

/** Values that sit on the edge of some limit, or are nothing that belongs into a message. */
const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, "", 0, -0, -1, 1, 1001, 0.05, 1000.1, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e300),
  fc.constantFrom<unknown>(
    "done",
    "work",
    "waiting",
    "0123:4567:89ab",
    "18ee1b2c3d4:0:node",
    "Z".repeat(300),
  ),
  fc.constantFrom<unknown>([], {}, [null], { cpu_percent: null }, [{ severity: "info" }], true),
  fc.jsonValue({ maxDepth: 2 }),
);

type Change = (message: Record<string, unknown>) => void;

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), oddValues).map(([at, value]): Change => {
    return (message) => {
      message[nameAt(message, at)] = value;
    };
  }),
  fc.nat().map((at): Change => {
    return (message) => {
      delete message[nameAt(message, at)];
    };
  }),
  fc.tuple(fc.oneof(fc.constantFrom("__proto__", "constructor", "x"), fc.string()), oddValues).map(
    ([name, value]): Change =>
      (message) =>
        void Object.defineProperty(message, name, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        }),
  ),
);

function nameAt(message: object, at: number): string {
  const names = Object.keys(message);
  return names[at % Math.max(1, names.length)] ?? "type";
}

/** A valid message with up to three members replaced, removed or added. */
export const damagedMessages: fc.Arbitrary<readonly [MessageKind, unknown]> = fc
  .tuple(messages, fc.array(changes, { minLength: 1, maxLength: 3 }))
  .map(([[kind, message], all]) => {
    const damaged = structuredClone(message) as unknown as Record<string, unknown>;
    for (const change of all) change(damaged);
    return [kind, damaged] as const;
  });

/** JSON text of a value as the bytes of a body. */
export function bodyOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
}
