/** What each user gets: the file of its secret, and one of variables with which our programs find and use it. Pure. */
import { formatHostPort, type ServerAddress } from "../../nats/address.ts";
import { type ConfigUser, inboxPrefixOf } from "../../nats/config/server-config.ts";
import type { AuthKind } from "../../nats/config/user-secret.ts";

export interface UserFile {
  readonly name: string;
  readonly text: string;
}

const ENDINGS: Readonly<Record<AuthKind, string>> = { nkey: "nk", password: "password" };

/** A colon is no character of a file's name everywhere, and a plus is none of an agent's. */
function fileStem(userName: string): string {
  return userName.replaceAll(":", "+");
}

export function secretFileName(userName: string, kind: AuthKind): string {
  return `${fileStem(userName)}.${ENDINGS[kind]}`;
}

export interface EnvPlace {
  readonly clusterId: string;
  readonly servers: readonly ServerAddress[];
  /** Where the file of the secret will be. */
  readonly secretPath: string;
  /** What is not called as usual, such as subjects. */
  readonly variables: Readonly<Record<string, string>>;
  /** The same for an agent: what it asks JetStream is mapped in its account, under the usual names. */
  readonly agentVariables: Readonly<Record<string, string>>;
}

/** For `set -a; . file`, `EnvironmentFile=` of systemd and `--env-file` of containers alike: no quotes, no blanks. */
export function envFile({ name, role, secret }: ConfigUser, place: EnvPlace): UserFile {
  const { clusterId, secretPath, servers } = place;
  const credentials =
    secret.kind === "password" ? `${encodeURIComponent(name)}:${encodeURIComponent(secret.secret)}@` : "";
  const addresses = servers.map(
    (server) => `${server.tls ? "tls" : "nats"}://${credentials}${formatHostPort(server)}`,
  );
  const variables = {
    BACKBEAT_CLUSTER: clusterId,
    BACKBEAT_NATS: addresses.join(","),
    BACKBEAT_NATS_INBOX_PREFIX: inboxPrefixOf(name),
    ...(secret.kind === "nkey" ? { BACKBEAT_NATS_NKEY: secretPath } : {}),
    ...(role === "agent" ? { BACKBEAT_AGENT: name } : {}),
    ...(role === "agent" ? place.agentVariables : place.variables),
  };
  return {
    name: `${fileStem(name)}.env`,
    text: Object.entries(variables)
      .map(([variable, value]) => `${variable}=${value}\n`)
      .join(""),
  };
}
