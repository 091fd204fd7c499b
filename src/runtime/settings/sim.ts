/** A fleet of simulated agents: how many, what they are like, and what is kept of what they said. */
import { decimal, integer, onOff, path, text } from "./kinds.ts";
import { optional, setting } from "./setting.ts";

/** What a window counts by default. */
const FLEET_AGENTS_MAX = 100_000;

/** The simulation's own limits; a test holds them together. */
const TASK_BEATS = { min: 4, max: 300 } as const;
const CLAIMS_PER_BEAT_MAX = 64;

const PROBABILITY = decimal("<0..1>", { min: 0, max: 1, parts: 1_000 });

export const SIM_SETTINGS = {
  fleetAgents: setting({
    flag: "agents",
    group: "Fleet",
    kind: integer("<n>", { min: 1, max: FLEET_AGENTS_MAX }),
    unit: "agents",
    default: 10,
    doc: "Simulated agents, all over one connection",
    commands: ["sim"],
  }),
  cast: setting({
    flag: "cast",
    group: "Fleet",
    kind: onOff,
    default: false,
    doc: "The first agents are the dozen that `backbeat up` shows, each with a part of its own",
    commands: ["sim"],
  }),
  seed: optional({
    flag: "seed",
    group: "Fleet",
    kind: integer("<n>", { min: 0, max: 2 ** 32 - 1 }),
    doc: "Seed of a run: the same seed and the same beats give the same claims",
    defaultText: "drawn, and printed",
    commands: ["sim"],
  }),
  agentPrefix: optional({
    flag: "prefix",
    group: "Fleet",
    kind: text("<text>", "1 to 64 letters, digits, _, : or -", /^[a-zA-Z0-9_:-]{1,64}$/),
    doc: "What the agents' ids begin with: sim:7-0001",
    defaultText: "sim: and the seed",
    commands: ["sim"],
  }),
  taskBeats: setting({
    flag: "task-beats",
    group: "Fleet",
    kind: integer("<beats>", TASK_BEATS),
    unit: "beats",
    default: 12,
    doc: "Mean length of a task",
    commands: ["sim"],
  }),
  claimsPerBeat: setting({
    flag: "claims-per-beat",
    group: "Fleet",
    kind: integer("<n>", { min: 1, max: CLAIMS_PER_BEAT_MAX }),
    default: 1,
    doc: "Claims of each agent in each beat",
    commands: ["sim"],
  }),
  failRate: setting({
    flag: "fail-rate",
    group: "Fleet",
    kind: PROBABILITY,
    default: 0.05,
    doc: "Part of the tasks that fail, and of the promises to help that are broken",
    commands: ["sim"],
  }),
  blockRate: setting({
    flag: "block-rate",
    group: "Fleet",
    kind: PROBABILITY,
    default: 0.1,
    doc: "Part of the tasks that another agent blocks for a while",
    commands: ["sim"],
  }),
  helpRate: setting({
    flag: "help-rate",
    group: "Fleet",
    kind: PROBABILITY,
    default: 0.1,
    doc: "Part of the tasks that are a promise to help another agent",
    commands: ["sim"],
  }),
  waitRate: setting({
    flag: "wait-rate",
    group: "Fleet",
    kind: PROBABILITY,
    default: 0.02,
    doc: "How often, per length of a task, two or three agents wait for each other in a circle",
    commands: ["sim"],
  }),
  silenceRate: setting({
    flag: "silence-rate",
    group: "Fleet",
    kind: PROBABILITY,
    default: 0.05,
    doc: "Part of the tasks in which the agent says nothing for a while, every other time unannounced",
    commands: ["sim"],
  }),
  stallRate: setting({
    flag: "stall-rate",
    group: "Fleet",
    kind: PROBABILITY,
    default: 0.02,
    doc: "Part of the tasks that stand still for one or two lengths of a task",
    commands: ["sim"],
  }),
  claimLogFile: optional({
    flag: "log",
    group: "Command",
    kind: path("<file>"),
    doc: "Write each claim and what became of it to this file, as JSON Lines",
    defaultText: "not written",
    commands: ["sim"],
  }),
  quiet: setting({
    flag: "quiet",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Say only what goes wrong: no start, no line a beat, no totals",
    commands: ["sim"],
  }),
} as const;
