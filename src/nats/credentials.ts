/**
 * Who we say we are to a NATS server: from its address, else from the settings, as Go's client chooses.
 *
 * Files are read anew for each connection, so that a rotated credential is used without a restart. nats.js calls
 * an authenticator deep inside its reader; everything that can fail (a missing file, a seed that is none) is
 * therefore done here, before it connects.
 */
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  nkeys,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { BackbeatError, messageOf } from "../errors.ts";
import { readTextFile } from "../text-file.ts";
import type { ServerAddress } from "./address.ts";

export interface CredentialSettings {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Path of a `.creds` file: a JWT and its seed. */
  readonly credsFile?: string;
  /** Path of a file that holds an nkey seed (`SU…`), bare or between marker lines. */
  readonly nkeyFile?: string;
}

/**
 * The authenticators for one server; none where no credentials are given.
 * @throws BackbeatError `bad-file` when a credentials file cannot be read or does not hold what it should
 */
export function authenticatorsFor(server: ServerAddress, settings: CredentialSettings): Authenticator[] {
  const chosen: Authenticator[] = [];
  if (settings.credsFile !== undefined) chosen.push(fromCreds(settings.credsFile));
  if (settings.nkeyFile !== undefined) chosen.push(fromNkey(settings.nkeyFile));
  const inAddress = server.token !== undefined || server.user !== undefined;
  const { user, password, token } = inAddress ? server : settings;
  if (token !== undefined) chosen.push(tokenAuthenticator(token));
  if (user !== undefined) chosen.push(usernamePasswordAuthenticator(user, password ?? ""));
  return chosen;
}

/** Whether a connection to `server` would carry any credentials. */
export function hasCredentials(server: ServerAddress, settings: CredentialSettings): boolean {
  const { credsFile, nkeyFile, token, user } = settings;
  return [server.token, server.user, credsFile, nkeyFile, token, user].some((value) => value !== undefined);
}

function fromCreds(path: string): Authenticator {
  // nats.js wants LF, also after the last line; Go's client takes what editors and downloads make of it, and so do we.
  const text = `${read(path, "credentials file").replaceAll(/\r\n?/g, "\n")}\n`;
  const authenticator = credsAuthenticator(new TextEncoder().encode(text));
  return checked(
    authenticator,
    `credentials file ${path} holds no JWT with its seed, expected a .creds file`,
  );
}

function fromNkey(path: string): Authenticator {
  const seed = /\bSU[A-Z2-7]{56}\b/.exec(read(path, "nkey file"))?.[0];
  const wrong = `nkey file ${path} holds no user seed, expected a line that begins with SU`;
  if (seed === undefined) throw new BackbeatError("bad-file", `Cannot connect to NATS: ${wrong}`);
  const bytes = new TextEncoder().encode(seed);
  try {
    nkeys.fromSeed(bytes);
  } catch (cause) {
    throw new BackbeatError("bad-file", `Cannot connect to NATS: ${wrong}`, { cause });
  }
  return nkeyAuthenticator(bytes);
}

/** Runs it once with a made-up challenge, so that what is wrong is known now. */
function checked(authenticator: Authenticator, wrong: string): Authenticator {
  try {
    authenticator("challenge");
  } catch (cause) {
    throw new BackbeatError("bad-file", `Cannot connect to NATS: ${wrong}`, { cause });
  }
  return authenticator;
}

function read(path: string, what: string): string {
  try {
    return readTextFile(path);
  } catch (cause) {
    throw new BackbeatError(
      "bad-file",
      `Cannot connect to NATS: the ${what} ${path} cannot be read (${messageOf(cause)})`,
      { cause, data: { path } },
    );
  }
}
