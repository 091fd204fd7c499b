/** What a service is as a process: its rhythm, where it listens, where it keeps things, what it writes. */
import { choice, decimal, hostPort, integer, path, text } from "./kinds.ts";
import { optional, setting } from "./setting.ts";

const SERVICES = ["up", "reverb", "pulse"] as const;
const HISTORY = ["reports", "replay", "verify", "journal", "doctor"] as const;
const CONNECTED = [...SERVICES, "claim", "exec", "watch", ...HISTORY, "sim"] as const;

/** The longest bar whose beats fit the core's memory of deadlines: 35 days at 2 BPM. */
const BAR_LENGTH_MAX = 100_000;

/** A fleet that somebody would still count by hand in a setting. */
const EXPECTED_AGENTS_MAX = 10_000_000;

/** Enough to see a report fill; each is a connection of its own. */
const SAMPLE_AGENTS_MAX = 100;

/** Each is a process; with five, four may die. */
const PULSES_MAX = 5;

export const SERVICE_SETTINGS = {
  tempoBpm: setting({
    flag: "tempo",
    group: "Rhythm",
    kind: decimal("<bpm>", { min: 0.1, max: 1_000, parts: 10 }),
    unit: "beats per minute",
    default: 2,
    defaultIn: { up: 60 },
    doc: "Tempo of a new timeline; 1 to 24 in production. A stored timeline wins",
    commands: ["up", "pulse"],
  }),
  barLength: setting({
    flag: "bar-length",
    group: "Rhythm",
    kind: integer("<beats>", { min: 1, max: BAR_LENGTH_MAX }),
    unit: "beats",
    default: 120,
    defaultIn: { up: 8 },
    doc: "Beats per bar: for a pulse of a new timeline, for reverb a first guess that frames correct",
    commands: SERVICES,
  }),
  expectedAgents: optional({
    flag: "expected-agents",
    group: "Rhythm",
    kind: integer("<n>", { min: 0, max: EXPECTED_AGENTS_MAX }),
    unit: "agents",
    doc: "How many agents should report; announced by the pulse, shown by reverb",
    defaultText: "not said",
    commands: SERVICES,
  }),
  pulseLeader: optional({
    flag: "pulse-leader",
    group: "Rhythm",
    kind: text("<node>", "1 to 64 letters, digits, _ or -", /^[a-zA-Z0-9_-]{1,64}$/),
    doc: "Node that leads the pulses where NATS has no JetStream, the same for all of them",
    defaultText: "none: without JetStream a pulse leads by itself, and must be the only one",
    commands: ["up", "pulse"],
  }),
  pulses: setting({
    flag: "pulses",
    group: "Rhythm",
    kind: integer("<n>", { min: 1, max: PULSES_MAX }),
    unit: "pulses",
    default: 1,
    doc: "How many pulses; all but the first are processes of their own, so that one can be killed",
    commands: ["up"],
  }),
  agents: setting({
    flag: "agents",
    group: "Rhythm",
    kind: integer("<n>", { min: 0, max: SAMPLE_AGENTS_MAX }),
    unit: "agents",
    default: 12,
    doc: "Sample agents that claim, so that there is something to see: a dozen with a part each, then others",
    commands: ["up"],
  }),
  http: setting({
    flag: "http",
    group: "HTTP",
    kind: hostPort,
    default: { host: "127.0.0.1", port: 8080 },
    doc: "Where reverb answers HTTP; loopback unless said otherwise",
    commands: ["up", "reverb"],
  }),
  pulseHttp: setting({
    flag: "pulse-http",
    group: "HTTP",
    kind: hostPort,
    default: { host: "127.0.0.1", port: 8081 },
    doc: "Where the pulse answers HTTP",
    commands: ["up", "pulse", "tempo"],
    alias: { command: "pulse", flag: "http" },
  }),
  adminToken: optional({
    flag: "admin-token",
    group: "HTTP",
    kind: text("<token>", "16 or more characters without blanks", /^\S{16,}$/),
    doc: "What calls that change something must show; better given as BACKBEAT_ADMIN_TOKEN",
    defaultText: "none: only programs on the pulse's machine may change something",
    commands: ["up", "pulse", "tempo"],
    secret: "value",
  }),
  nodeId: optional({
    flag: "node",
    group: "Process",
    kind: text("<id>", "1 to 64 letters, digits, _ or -", /^[a-zA-Z0-9_-]{1,64}$/),
    doc: "Name of this node",
    defaultText: "made once and kept in the data directory",
    commands: SERVICES,
  }),
  dataDir: setting({
    flag: "data-dir",
    group: "Process",
    kind: path("<directory>"),
    default: "./.backbeat",
    doc: "Where the timeline, the node id, the locks and what reverb knows to be stored are kept",
    commands: CONNECTED,
  }),
  logLevel: setting({
    flag: "log-level",
    group: "Process",
    kind: choice("<level>", ["trace", "debug", "info", "warn", "error"]),
    default: "info",
    defaultIn: {
      up: "warn",
      claim: "warn",
      exec: "warn",
      watch: "warn",
      reports: "warn",
      replay: "warn",
      verify: "warn",
      journal: "warn",
      doctor: "warn",
      sim: "warn",
    },
    doc: "Least important line that is logged",
    commands: CONNECTED,
  }),
  logFormat: setting({
    flag: "log-format",
    group: "Process",
    kind: choice("<format>", ["auto", "json", "pretty"]),
    default: "auto",
    doc: "auto: JSON with BACKBEAT_ENV=production or without a terminal, else pretty",
    commands: CONNECTED,
  }),
  config: optional({
    flag: "config",
    group: "Process",
    kind: path("<file>"),
    doc: "JSON file of settings, its keys are the flags; a flag wins over the environment, that over the file",
    commands: [...CONNECTED, "tempo", "nats-config", "validate", "keys"],
  }),
} as const;
