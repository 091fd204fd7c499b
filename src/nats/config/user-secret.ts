/**
 * What a user of a nats-server shows to get in, and what the server keeps to know it by.
 *
 * An nkey is a pair: the server keeps the public half, which is no secret. A password is the same on both sides:
 * nats-server would take it hashed, but only by bcrypt, which Node does not have, so it is long and random instead.
 */
import { randomBytes } from "node:crypto";
import { nkeys } from "@nats-io/transport-node";

export const AUTH_KINDS = ["nkey", "password"] as const;

export type AuthKind = (typeof AUTH_KINDS)[number];

export interface UserSecret {
  readonly kind: AuthKind;
  /** The seed of an nkey, or the password. */
  readonly secret: string;
  /** What stands in the server's file: the public key, or the password. */
  readonly known: string;
}

/** Nobody guesses 256 bits, so nothing slows a guess down. */
const PASSWORD_BYTES = 32;

const PASSWORD = /^[A-Za-z0-9_-]{43}$/;

export function createSecret(kind: AuthKind): UserSecret {
  if (kind === "password") {
    const secret = randomBytes(PASSWORD_BYTES).toString("base64url");
    return { kind, secret, known: secret };
  }
  const pair = nkeys.createUser();
  const secret = new TextDecoder().decode(pair.getSeed());
  return { kind, secret, known: pair.getPublicKey() };
}

/** A secret that was made before; undefined where the text is none. */
export function readSecret(kind: AuthKind, text: string): UserSecret | undefined {
  const secret = text.trim();
  if (kind === "password") return PASSWORD.test(secret) ? { kind, secret, known: secret } : undefined;
  if (!/^SU[A-Z2-7]{56}$/.test(secret)) return undefined;
  try {
    return { kind, secret, known: nkeys.fromSeed(new TextEncoder().encode(secret)).getPublicKey() };
  } catch {
    return undefined;
  }
}
