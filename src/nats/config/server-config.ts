/**
 * The configuration of a nats-server (2.9.10 and newer) on which each user may do what its role needs, and no more.
 *
 * Two accounts, and that is what it hangs on. A stream acknowledges a message on whatever subject its sender names,
 * with the rights of the server: in one account an agent that may claim and nothing else could have the
 * acknowledgement sent to the API of JetStream, where it empties the journal, or into the lease. So agents are an
 * account of their own, without JetStream; what they send crosses as a service, and answers come back to that account.
 *
 * What an agent asks JetStream (which streams take claims, reports that it missed) crosses, too. In its own account the
 * server would say that there is no JetStream, and the agent would take its claims for arrived. So the questions are
 * mapped to subjects that cross, and are answered for the account that has the streams.
 *
 * Rights are lists of what is allowed; what is not named is refused. Pure.
 */
import type { Subjects } from "../../contracts/subjects.ts";
import { type RoleName, rightsOf } from "../rights.ts";
import type { UserSecret } from "./user-secret.ts";

export interface ConfigUser {
  /** An agent's id, or the name of a role. */
  readonly name: string;
  readonly role: RoleName;
  readonly secret: UserSecret;
}

export interface ServerConfig {
  readonly clusterId: string;
  readonly subjects: Subjects;
  readonly hasJournal: boolean;
  /** What subjects of the JetStream API begin with for the services; default `$JS.API`. */
  readonly apiPrefix?: string | undefined;
  /** JetStream domain of the server; default: none. */
  readonly jsDomain?: string | undefined;
  readonly port: number;
  /** Where the server keeps its streams. */
  readonly storeDir: string;
  readonly users: readonly ConfigUser[];
}

/**
 * A pulse answers at once, a stream within 8 s where it has lost its leader. After so long the server forgets who is to
 * be answered: without a journal nobody answers a claim, and each would be kept for two minutes otherwise.
 */
const ANSWER_WITHIN = "10s";

/** A question of agents to JetStream, and what it is mapped to in their account. None without a journal. */
interface Crossing {
  readonly asked: string;
  readonly mapped: string;
}

function crossingsOf({ clusterId, hasJournal, subjects }: ServerConfig): readonly Crossing[] {
  if (!hasJournal) return [];
  const { asks } = rightsOf("agent", { clusterId, subjects, hasJournal, inboxPrefix: "" });
  return asks.map((asked) => ({ asked, mapped: asked.replace(/^\$JS\.API/, `backbeat.${clusterId}.api`) }));
}

/** Each user's own, below the usual one: nobody may subscribe to another's, or to all. */
export function inboxPrefixOf(userName: string): string {
  return `_INBOX.${userName}`;
}

export function serverConfigText(config: ServerConfig): string {
  const { clusterId, hasJournal, jsDomain, port, storeDir } = config;
  const domain = jsDomain === undefined ? "" : `, domain: ${text(jsDomain)}`;
  const [services, agents] = [`BACKBEAT_${clusterId}`, `BACKBEAT_${clusterId}_AGENTS`];
  const { beat, now, reverb, status } = config.subjects;
  const crossings = crossingsOf(config);
  const usersOf = (isAgent: boolean) =>
    config.users
      .filter(({ role }) => (role === "agent") === isAgent)
      .flatMap((user) => userLines(user, config));
  const imported = (kind: string, subject: string, to?: string) =>
    `      { ${kind}: { account: ${text(services)}, subject: ${text(subject)} }${to === undefined ? "" : `, to: ${text(to)}`} }`;
  const exported = (kind: string, subject: string, more = "") =>
    `      { ${kind}: ${text(subject)}, accounts: [${text(agents)}]${more} }`;
  return [
    ...headLines(config),
    `port: ${port}`,
    ...(hasJournal ? [`jetstream { store_dir: ${text(storeDir)}${domain} }`] : []),
    "",
    "accounts {",
    "  # Reverb, pulses, people, and all that is kept.",
    `  ${text(services)} {`,
    ...(hasJournal ? ["    jetstream: enabled"] : []),
    "    users: [",
    ...usersOf(false),
    "    ]",
    "    exports: [",
    ...[beat, reverb].map((subject) => exported("stream", subject)),
    ...[status, now, ...crossings.map(({ asked }) => asked)].map((subject) =>
      exported("service", subject, `, threshold: "${ANSWER_WITHIN}"`),
    ),
    "    ]",
    "  }",
    "",
    "  # Agents. Without JetStream, so that no answer that one of them asks for can reach what is kept.",
    `  ${text(agents)} {`,
    "    users: [",
    ...usersOf(true),
    "    ]",
    "    imports: [",
    ...[beat, reverb].map((subject) => imported("stream", subject)),
    ...[status, now].map((subject) => imported("service", subject)),
    ...crossings.map(({ asked, mapped }) => imported("service", asked, mapped)),
    "    ]",
    ...mappingLines(crossings),
    "  }",
    "}",
    "",
  ].join("\n");
}

function mappingLines(crossings: readonly Crossing[]): readonly string[] {
  if (crossings.length === 0) return [];
  return [
    "    # Questions for streams are answered for the account above: this one has none.",
    "    mappings: {",
    ...crossings.map(({ asked, mapped }) => `      ${text(asked)}: ${text(mapped)}`),
    "    }",
  ];
}

function headLines({ clusterId, users }: ServerConfig): readonly string[] {
  const holdsPasswords = users.some(({ secret }) => secret.kind === "password");
  return [
    `# nats-server for the cluster ${clusterId} of BACKBEAT; written by \`backbeat nats-config\`, anew each time.`,
    "# For nats-server 2.9.10 and newer. What else a server needs (tls, cluster, monitoring) may stand in a file",
    "# of yours that includes this one.",
    holdsPasswords
      ? "# It holds passwords as they are: whoever reads this file can be any of its users."
      : "# It holds no secret: the server knows its users by their public keys.",
    "",
  ];
}

function userLines({ name, role, secret }: ConfigUser, config: ServerConfig): readonly string[] {
  const { apiPrefix, clusterId, hasJournal, subjects } = config;
  const place = { clusterId, hasJournal, subjects, inboxPrefix: inboxPrefixOf(name) };
  // What an agent asks is mapped under the usual names.
  const rights = rightsOf(role, role === "agent" && hasJournal ? place : { ...place, apiPrefix });
  // The server judges a mapped subject by what it is mapped to.
  const mapped = new Map(crossingsOf(config).map((one) => [one.asked, one.mapped]));
  const asks = rights.asks.map((subject) => mapped.get(subject) ?? subject);
  const who =
    secret.kind === "nkey"
      ? [`        nkey: ${secret.known}`]
      : [`        user: ${text(name)}`, `        password: ${text(secret.known)}`];
  return [
    `      { # ${role === "agent" ? `agent ${name}` : name}`,
    ...who,
    "        permissions: {",
    ...allowLines("publish", [...rights.publish, ...asks]),
    ...allowLines("subscribe", rights.subscribe),
    ...(rights.answers ? [`          allow_responses: { max: 1, expires: "${ANSWER_WITHIN}" }`] : []),
    "        }",
    "      }",
  ];
}

function allowLines(act: string, subjects: readonly string[]): readonly string[] {
  return [
    `          ${act}: { allow: [`,
    ...subjects.map((subject) => `            ${text(subject)}`),
    "          ] }",
  ];
}

/** Quoted: a bare word that begins with $ would be a variable, and some ids would be numbers. */
function text(value: string): string {
  return JSON.stringify(value);
}
