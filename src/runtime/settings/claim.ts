/** What an agent says from a shell, and what is watched there. */
import { duration, jsonObject, progressPattern } from "./claim-kinds.ts";
import { choice, decimal, integer, list, onOff, path, text } from "./kinds.ts";
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
/** Ten years: whoever expects more is mistaken by a unit. */
const EXPECT_MAX_SECONDS = 315_360_000;

export const CLAIM_SETTINGS = {
  agentId: optional({
    flag: "agent",
    group: "Claim",
    kind: text("<id>", ID_EXPECTED, ID),
    doc: "Who claims, such as ci:build-7",
    defaultText: "claim:<host>, or exec:<host>-<process id>",
    commands: ["claim", "exec"],
  }),
  taskId: optional({
    flag: "task",
    group: "Claim",
    kind: text("<id>", ID_EXPECTED, ID),
    doc: "What is worked on",
    defaultText: "none; of exec the name of the command that it runs",
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
    alias: { command: "claim", flag: "depends" },
  }),
  beat: optional({
    flag: "beat",
    group: "Claim",
    kind: integer("<index>", { min: 0, max: Number.MAX_SAFE_INTEGER }),
    doc: "The beat that the claim speaks of",
    defaultText: "the current one, which is asked for",
    commands: ["claim"],
  }),
  nextBeat: optional({
    flag: "next-beat",
    group: "Claim",
    kind: integer("<index>", { min: 0, max: Number.MAX_SAFE_INTEGER }),
    doc: "The beat of this agent's next claim: until then its silence is no news",
    commands: ["claim"],
  }),
  metadata: optional({
    flag: "metadata",
    group: "Claim",
    kind: jsonObject,
    doc: "Anything else, as a JSON object",
    commands: ["claim"],
  }),
  signKeyFile: optional({
    flag: "sign-key",
    group: "Claim",
    kind: path("<file>"),
    doc: "Private key that the claims are signed with, as `backbeat keys new` writes it",
    defaultText: "they are not signed",
    commands: ["claim", "exec"],
  }),
  signKeyId: optional({
    flag: "sign-key-id",
    group: "Claim",
    kind: text("<id>", "1 to 64 letters, digits, _, ., : or -", /^[a-zA-Z0-9_.:-]{1,64}$/),
    doc: "Which key it is, as reverb knows it",
    defaultText: "the one that is named in the file",
    commands: ["claim", "exec"],
  }),
  progressPattern: optional({
    flag: "progress-pattern",
    group: "Command",
    kind: progressPattern,
    doc: "What progress looks like in a line of the command's output: one group for percent, as (\\d+)%, or two for n of m. The command then writes into a pipe, not to the terminal",
    commands: ["exec"],
  }),
  expectSeconds: optional({
    flag: "expect",
    group: "Command",
    kind: duration("<duration>", { maxSeconds: EXPECT_MAX_SECONDS }),
    doc: "How long the command should take, such as 90, 10m or 1h30m: progress is counted from it",
    commands: ["exec"],
  }),
  budgetBeats: optional({
    flag: "budget",
    group: "Command",
    kind: integer("<beats>", { min: 1, max: BUDGET_MAX_BEATS }),
    unit: "beats",
    doc: "Stop the command when so many beats have begun since its first",
    defaultText: "no limit",
    commands: ["exec"],
  }),
  waitSeconds: setting({
    flag: "wait",
    group: "Command",
    kind: integer("<seconds>", { min: 0, max: WAIT_MAX_SECONDS }),
    unit: "seconds",
    default: 10,
    defaultIn: { claim: 5, exec: 2, doctor: 5 },
    doc: "How long to wait for NATS, and for a beat or an answer; exec waits only when the command has ended",
    commands: ["claim", "exec", "watch", "reports", "replay", "verify", "journal", "doctor", "sim"],
    alias: { command: "claim", flag: "timeout" },
  }),
  verbose: setting({
    flag: "verbose",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Say on stdout what was claimed",
    commands: ["claim"],
  }),
  json: setting({
    flag: "json",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Write JSON, one object a line",
    commands: [
      "claim",
      "watch",
      "reports",
      "replay",
      "verify",
      "journal",
      "doctor",
      "validate",
      "keys",
      "sim",
      "tempo",
    ],
  }),
} as const;
