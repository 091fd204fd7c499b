/** What an agent says from a shell, and what is watched there. */
import { choice, decimal, integer, list, onOff, text } from "./kinds.ts";
import { optional, required, setting } from "./setting.ts";

/** Ids of agents and tasks on the wire. */
const ID = /^[a-zA-Z0-9_:-]{1,128}$/;
const ID_EXPECTED = "1 to 128 letters, digits, _, : or -";

/** The eight states on the wire. */
const STATES = [
  "idle",
  "planning",
  "executing",
  "reviewing",
  "completed",
  "failed",
  "blocked",
  "helping",
] as const;

/** A day of beats at 24 BPM is 34,560; a budget beyond that guards nothing. */
const BUDGET_MAX_BEATS = 100_000;
/** The slowest beat is ten minutes away. */
const WAIT_MAX_SECONDS = 3_600;

export const CLAIM_SETTINGS = {
  agentId: optional({
    flag: "agent",
    group: "Claim",
    kind: text("<id>", ID_EXPECTED, ID),
    doc: "Who claims, such as ci:build-7",
    defaultText: "the command's name and the host's, such as claim:myhost",
    commands: ["claim", "exec"],
  }),
  taskId: optional({
    flag: "task",
    group: "Claim",
    kind: text("<id>", ID_EXPECTED, ID),
    doc: "What is worked on",
    commands: ["claim", "exec"],
  }),
  state: required({
    flag: "state",
    group: "Claim",
    kind: choice("<state>", STATES),
    doc: `What the agent does: ${STATES.join(", ")}`,
    commands: ["claim"],
  }),
  progress: optional({
    flag: "progress",
    group: "Claim",
    kind: decimal("<0..1>", { min: 0, max: 1, parts: 1_000_000 }),
    doc: "How much of the task is done, 0 to 1",
    commands: ["claim"],
  }),
  beatsLeft: optional({
    flag: "beats-left",
    group: "Claim",
    kind: integer("<beats>", { min: 0, max: 1_000 }),
    unit: "beats",
    doc: "How many beats the task still needs",
    commands: ["claim"],
  }),
  notes: optional({
    flag: "notes",
    group: "Claim",
    kind: text("<text>", "1 to 256 characters", /^[\s\S]{1,256}$/u),
    doc: "A remark, at most 256 characters",
    commands: ["claim"],
  }),
  dependencies: optional({
    flag: "depends-on",
    group: "Claim",
    kind: list("<ids>", "agent ids", ID),
    doc: "Agents that are waited for or helped, a comma list",
    commands: ["claim"],
  }),
  budgetBeats: optional({
    flag: "budget",
    group: "Command",
    kind: integer("<beats>", { min: 1, max: BUDGET_MAX_BEATS }),
    unit: "beats",
    doc: "Stop the command after so many beats",
    defaultText: "no limit",
    commands: ["exec"],
  }),
  waitSeconds: setting({
    flag: "wait",
    group: "Command",
    kind: integer("<seconds>", { min: 0, max: WAIT_MAX_SECONDS }),
    unit: "seconds",
    default: 10,
    doc: "How long to wait for NATS and a beat",
    commands: ["claim", "exec", "watch", "sim"],
  }),
  json: setting({
    flag: "json",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Write JSON, one object a line",
    commands: ["watch", "validate", "sim"],
  }),
} as const;
