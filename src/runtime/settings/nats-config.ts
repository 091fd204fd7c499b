/** What `backbeat nats-config` writes: for whom, how they get in, and where to. */
import { choice, list, path } from "./kinds.ts";
import { optional, setting } from "./setting.ts";

const COMMANDS = ["nats-config"] as const;

export const NATS_CONFIG_SETTINGS = {
  agentIds: optional({
    flag: "agents",
    group: "Command",
    kind: list("<ids>", "agent ids of 1 to 128 letters, digits, _, : or -", /^[a-zA-Z0-9_:-]{1,128}$/),
    doc: "Agents that get a user each",
    commands: COMMANDS,
  }),
  agentsFile: optional({
    flag: "agents-file",
    group: "Command",
    kind: path("<file>"),
    doc: "File of agents, an id a line; empty lines and lines that begin with # are passed over",
    commands: COMMANDS,
  }),
  authKind: setting({
    flag: "auth",
    group: "Command",
    kind: choice("<kind>", ["nkey", "password"]),
    default: "nkey",
    doc: "How users get in: by a pair of keys, of which the server holds the public one, or by a password",
    commands: COMMANDS,
  }),
  outDir: optional({
    flag: "out",
    group: "Command",
    kind: path("<directory>"),
    doc: "Directory for the files; secrets that are in it stay as they are",
    defaultText: "all of it to stdout, secrets too",
    commands: COMMANDS,
  }),
  natsStoreDir: setting({
    flag: "store-dir",
    group: "Command",
    kind: path("<directory>"),
    default: "/var/lib/nats",
    doc: "Where that nats-server is to keep its streams",
    commands: COMMANDS,
  }),
} as const;
