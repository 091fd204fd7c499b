/**
 * `backbeat nats-config`: a nats-server configuration on which each user may do what its role needs, and the secrets
 * of the users. What is written where is decided in nats/config/ and nats-config/.
 *
 * A secret that is in the directory stays: an agent that is added later takes nothing from the others. A secret is
 * never logged; it goes into a file that only its owner reads, or to stdout where no directory is named.
 */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { BackbeatError, messageOf } from "../errors.ts";
import { parseServers, type ServerAddress } from "../nats/address.ts";
import { apiPrefixOf } from "../nats/api-prefix.ts";
import { type ConfigUser, serverConfigText } from "../nats/config/server-config.ts";
import { createSecret } from "../nats/config/user-secret.ts";
import { ROLES } from "../nats/rights.ts";
import { envOf } from "../runtime/settings/setting.ts";
import { SETTINGS, type SettingsOf } from "../runtime/settings/table.ts";
import { readTextFile } from "../text-file.ts";
import type { CommandContext, Run } from "./command.ts";
import { AGENTS_FILE_BYTES_MAX, namedAgents } from "./nats-config/named-agents.ts";
import { SecretFolder } from "./nats-config/secret-folder.ts";
import { type EnvPlace, envFile, secretFileName, type UserFile } from "./nats-config/user-files.ts";
import { subjectsFor } from "./nats-link.ts";
import { countOf } from "./plain.ts";

type NatsConfigSettings = SettingsOf<"nats-config">;

const DONE = 0;

const DEFAULT_SERVER = "nats://127.0.0.1:4222";

/** The file that nats-server reads. */
const SERVER_FILE = "server.conf";

/** It would stand in files that shells, systemd and containers read, each with quotes of its own. */
const UNFIT = /[\s"'`$#;&|<>()*?!]/;

const JETSTREAM_SETTINGS = ["jsDomain", "jsApiPrefix"] as const;

const SUBJECT_SETTINGS = [
  "subjectBeat",
  "subjectStatus",
  "subjectReverb",
  "subjectNow",
  "subjectPulse",
  "subjectLease",
  "subjectTick",
  "subjectCommit",
  "subjectChain",
] as const;

const NAMED_SETTINGS = [...JETSTREAM_SETTINGS, ...SUBJECT_SETTINGS] as const;

export const run: Run<"nats-config"> = async (settings, context) => {
  const { agents, servers } = checked(settings);
  const folder = settings.outDir === undefined ? undefined : new SecretFolder(resolve(settings.outDir));
  const names = [...ROLES.filter((role) => role !== "agent"), ...agents];
  const kept = folder?.read(names, settings.authKind);
  const users = names.map(
    (name): ConfigUser => ({
      name,
      role: ROLES.find((role) => role === name) ?? "agent",
      secret: kept?.get(name) ?? createSecret(settings.authKind),
    }),
  );
  const config = serverConfigText({
    clusterId: settings.clusterId,
    subjects: subjectsFor(settings),
    hasJournal: settings.journalMode !== "off",
    apiPrefix: apiPrefixOf(settings),
    jsDomain: settings.jsDomain,
    port: servers[0]?.port ?? 0,
    storeDir: settings.natsStoreDir,
    users,
  });
  const place = {
    clusterId: settings.clusterId,
    servers,
    variables: variablesOf(settings, NAMED_SETTINGS),
    agentVariables: variablesOf(settings, SUBJECT_SETTINGS),
  };
  const secrets = users.flatMap((user) => filesOf(user, { place, dir: folder?.path }));
  if (folder === undefined) show(config, secrets, context);
  else {
    folder.write(secrets);
    folder.writeServerFile(SERVER_FILE, config, settings.authKind);
    tell(settings, { folder, kept: kept?.size ?? 0, agents: agents.length }, context);
  }
  return DONE;
};

/** @throws BackbeatError `bad-config` with every mistake, `bad-file` */
function checked(settings: NatsConfigSettings): {
  readonly agents: readonly string[];
  readonly servers: readonly ServerAddress[];
} {
  const { agentIds = [], agentsFile, natsServers = DEFAULT_SERVER } = settings;
  const file = agentsFile === undefined ? undefined : { path: agentsFile, text: readAgents(agentsFile) };
  const { agents, mistakes: agentMistakes } = namedAgents(agentIds, file);
  const parsed = parseServers(natsServers);
  const servers = "faults" in parsed ? [] : parsed.servers;
  const mistakes = [...("faults" in parsed ? parsed.faults : []), ...agentMistakes];
  const paths = {
    "--out": settings.outDir && resolve(settings.outDir),
    ...variablesOf(settings, NAMED_SETTINGS),
  };
  for (const [name, value] of Object.entries(paths))
    if (value !== undefined && UNFIT.test(value))
      mistakes.push(
        `${name} is ${JSON.stringify(value)}, expected one without blanks, quotes, $ and the like`,
      );
  if (servers.some(({ token, user }) => token !== undefined || user !== undefined))
    mistakes.push("--nats holds credentials, expected addresses alone: the credentials are made here");
  if (mistakes.length > 0)
    throw new BackbeatError("bad-config", `Cannot write a NATS configuration: ${mistakes.join("\n  ")}`, {
      data: { mistakes },
    });
  return { agents, servers };
}

function readAgents(path: string): string {
  const cannot = (why: string, cause?: unknown) =>
    new BackbeatError("bad-config", `Cannot read the agents of ${path}: ${why}`, { cause });
  let bytes: number;
  try {
    bytes = statSync(path).size;
    if (bytes <= AGENTS_FILE_BYTES_MAX) return readTextFile(path);
  } catch (cause) {
    throw cannot(messageOf(cause), cause);
  }
  throw cannot(`it has ${bytes} bytes, expected at most ${AGENTS_FILE_BYTES_MAX}`);
}

/** Subjects that were named otherwise, and another JetStream: who gets a user must use them, too. */
function variablesOf(
  settings: NatsConfigSettings,
  names: readonly (typeof NAMED_SETTINGS)[number][],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = settings[name];
      return value === undefined ? [] : [[envOf(SETTINGS[name].flag), value]];
    }),
  );
}

function filesOf(
  user: ConfigUser,
  { dir, place }: { readonly dir: string | undefined; readonly place: Omit<EnvPlace, "secretPath"> },
): readonly UserFile[] {
  const name = secretFileName(user.name, user.secret.kind);
  return [
    { name, text: `${user.secret.secret}\n` },
    envFile(user, { ...place, secretPath: dir === undefined ? name : join(dir, name) }),
  ];
}

/** One text that is a configuration as it stands: what is not the server's is a remark in it. */
function show(config: string, secrets: readonly UserFile[], { stderr, stdout }: CommandContext): void {
  stderr.write(
    "backbeat nats-config: what is on stdout holds the secrets of all users; --out writes files that only you can read\n",
  );
  const remarks = secrets.flatMap(({ name, text }) => [
    `# --- ${name}`,
    ...text
      .trimEnd()
      .split("\n")
      .map((line) => `# ${line}`),
  ]);
  stdout.write(`${config}\n# Files of the users: give each its own, and take all of it out of here.\n`);
  stdout.write(`${remarks.join("\n")}\n`);
}

function tell(
  { authKind, clusterId }: NatsConfigSettings,
  { agents, folder, kept }: { readonly folder: SecretFolder; readonly kept: number; readonly agents: number },
  { stdout }: CommandContext,
): void {
  const file = (name: string) => join(folder.path, name);
  const lines = [
    `wrote ${file(SERVER_FILE)}: ${countOf(agents, "agent")}, reverb, pulse and operator of cluster ${clusterId}, by ${authKind}`,
    ...(kept > 0 ? [`kept ${countOf(kept, "secret")} that were there; remove one to have it made anew`] : []),
    ...(authKind === "password" ? [`${file(SERVER_FILE)} holds the passwords of all users`] : []),
    "",
    `  nats-server -c ${file(SERVER_FILE)}`,
    `  (set -a; . ${file("reverb.env")}; backbeat reverb)`,
  ];
  stdout.write(`${lines.join("\n")}\n`);
}
