/** How reverb groups claims, and its limits (R4). */
import { DEFAULT_LIMITS } from "../../core/limits.ts";
import { integer, onOff, path } from "./kinds.ts";
import { optional, setting } from "./setting.ts";

const REVERB = ["up", "reverb"] as const;

/** Half of the slowest beat (0.1 BPM); the exact bound, half of a beat, is known once the tempo is. */
const GRACE_MAX_MS = 300_000;
/** As far ahead as the longest bar reaches. */
const LEAD_MAX_BEATS = 100_000;
/** Ten of the longest bars: what lies further ahead is a stray index, not a gap. */
const LEAP_MAX_BEATS = 1_000_000;
/** Some 4 GB of window state, and below what one JavaScript map can hold (16.7 million). */
const AGENTS_MAX = 10_000_000;
/** Per agent, so a million agents multiply it: more is a work queue, not a status. */
const PER_AGENT_MAX = 4_096;
/** Each closed window keeps its agents; a day of bars of a minute and a half. */
const WINDOWS_RETAINED_MAX = 1_000;
const DAY_SECONDS = 86_400;
/** Of 768 connections that are taken at once: lists must be answered, too. */
const EVENT_CLIENTS_MAX = 600;
/** What a nats-server can be set to take at most, as a rule. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;

export const REVERB_SETTINGS = {
  graceMs: optional({
    flag: "grace",
    group: "Reverb",
    kind: integer("<ms>", { min: 0, max: GRACE_MAX_MS }),
    unit: "ms",
    doc: "How long a bar stays open after the next one began; at most half a beat",
    defaultText: "a tenth of a beat, at most 1000",
    commands: REVERB,
  }),
  leadBeats: optional({
    flag: "lead",
    group: "Reverb",
    kind: integer("<beats>", { min: 0, max: LEAD_MAX_BEATS }),
    unit: "beats",
    doc: "How far ahead of the newest beat a claim may be; it is held for its bar",
    defaultText: "the value of --bar-length",
    commands: REVERB,
  }),
  leapBeats: optional({
    flag: "leap",
    group: "Reverb",
    kind: integer("<beats>", { min: 1, max: LEAP_MAX_BEATS }),
    unit: "beats",
    doc: "How far a frame may leap ahead and still be taken at once",
    defaultText: "two bars, at least 1000",
    commands: REVERB,
  }),
  strict: setting({
    flag: "strict",
    group: "Reverb",
    kind: onOff,
    default: false,
    doc: "Refuse messages that do not fit the schema to the letter, instead of bending them",
    commands: [...REVERB, "validate"],
  }),
  requireRotation: setting({
    flag: "require-rotation",
    group: "Reverb",
    kind: onOff,
    default: false,
    doc: "Every reporting agent must attest that its secrets were rotated",
    commands: REVERB,
  }),
  keysFile: optional({
    flag: "keys",
    group: "Reverb",
    kind: path("<file>"),
    doc: "Public keys of agents, as `backbeat keys new` writes them: who has one must sign its claims",
    defaultText: "nobody signs",
    commands: REVERB,
  }),
  requireSignatures: setting({
    flag: "require-signatures",
    group: "Reverb",
    kind: onOff,
    default: false,
    doc: "Everybody must sign, also agents that have no key: their claims are refused. Needs --keys",
    commands: REVERB,
  }),
  agentsPerWindowMax: setting({
    flag: "agents-per-window-max",
    group: "Limits",
    kind: integer("<n>", { min: 1, max: AGENTS_MAX }),
    unit: "agents",
    default: DEFAULT_LIMITS.agentsPerWindow,
    doc: "Agents counted per bar, about 400 bytes each",
    commands: REVERB,
  }),
  tasksPerAgentMax: setting({
    flag: "tasks-per-agent-max",
    group: "Limits",
    kind: integer("<n>", { min: 1, max: PER_AGENT_MAX }),
    unit: "tasks",
    default: DEFAULT_LIMITS.tasksPerAgent,
    doc: "Tasks with an outcome or a promise per agent and bar",
    commands: REVERB,
  }),
  dependenciesPerClaimMax: setting({
    flag: "dependencies-per-claim-max",
    group: "Limits",
    kind: integer("<n>", { min: 0, max: PER_AGENT_MAX }),
    unit: "agents",
    default: DEFAULT_LIMITS.dependenciesPerClaim,
    doc: "Dependencies kept per claim; the rest is cut and counted",
    commands: REVERB,
  }),
  fingerprintsPerAgentMax: setting({
    flag: "fingerprints-per-agent-max",
    group: "Limits",
    kind: integer("<n>", { min: 1, max: PER_AGENT_MAX }),
    unit: "claims",
    default: DEFAULT_LIMITS.fingerprintsPerAgent,
    doc: "Last claims per agent and bar among which a repetition is recognised",
    commands: REVERB,
  }),
  heldClaimsMax: setting({
    flag: "held-claims-max",
    group: "Limits",
    kind: integer("<n>", { min: 0, max: AGENTS_MAX }),
    unit: "claims",
    default: DEFAULT_LIMITS.heldClaims,
    doc: "Claims held for bars to come",
    commands: REVERB,
  }),
  windowsRetainedMax: setting({
    flag: "windows-retained-max",
    group: "Limits",
    kind: integer("<n>", { min: 1, max: WINDOWS_RETAINED_MAX }),
    unit: "bars",
    default: 100,
    doc: "Closed bars kept for the API",
    commands: REVERB,
  }),
  windowTtlSeconds: setting({
    flag: "window-ttl",
    group: "Limits",
    kind: integer("<seconds>", { min: 1, max: DAY_SECONDS }),
    unit: "seconds",
    default: 300,
    doc: "How long a closed bar is kept for the API after its report",
    commands: REVERB,
  }),
  eventClientsMax: setting({
    flag: "event-clients-max",
    group: "Limits",
    kind: integer("<n>", { min: 0, max: EVENT_CLIENTS_MAX }),
    unit: "clients",
    default: 256,
    doc: "Clients that may listen to /api/v1/events at once; others are told to come back",
    commands: REVERB,
  }),
  bodyBytesMax: setting({
    flag: "body-bytes-max",
    group: "Limits",
    kind: integer("<bytes>", { min: 1_024, max: BODY_BYTES_MAX }),
    unit: "bytes",
    default: 65_536,
    doc: "Larger messages are refused unread",
    commands: REVERB,
  }),
} as const;
