/**
 * Who may sign claims, and until when: a public key of an agent, or of all agents whose ids begin alike.
 *
 * Keys change what a report counts, so they are part of a chain's profile (chain-record.ts) as they are, not as a hash:
 * whoever computes a report again then needs no file. They are public, and bounded in number.
 */
import type { Profile } from "./chain-record.ts";
import { isKeyId, isPublicKey } from "./claim-signature.ts";

/**
 * Keys of a key set: with the longest names some 310 bytes each, and all stand in one chain record, which must fit into a
 * message of NATS (1 MiB unless the server says otherwise). A thousand agents with a key and its successor each; more
 * agents share keys by prefix.
 */
export const CLAIM_KEYS_MAX = 2_000;

export interface ClaimKey {
  /** The id of an agent, or how ids begin and a star: `worker:*`. */
  readonly agent: string;
  readonly keyId: string;
  /** 32 bytes, base64url. */
  readonly publicKey: string;
  /** Valid from here on, in the time of the journal, ms since the Unix epoch. */
  readonly notBeforeMs: number;
  /** No longer valid from here on. */
  readonly notAfterMs: number;
}

const AGENT_PATTERN = /^(?:[a-zA-Z0-9_:-]{1,128}|[a-zA-Z0-9_:-]{0,127}\*)$/;

/** Names of profile members that are keys begin with it. */
const MEMBER_PREFIX = "key ";

export function isAgentPattern(value: string): boolean {
  return AGENT_PATTERN.test(value);
}

/** Whether a member of a profile is a key. */
export function isKeyMember(name: string): boolean {
  return name.startsWith(MEMBER_PREFIX);
}

/** The keys as members of a profile. */
export function keyMembers(keys: readonly ClaimKey[]): Profile {
  return Object.fromEntries(
    keys.map((key) => [
      `${MEMBER_PREFIX}${key.agent} ${key.keyId}`,
      `${key.publicKey} from ${timestamp(key.notBeforeMs)} until ${timestamp(key.notAfterMs)}`,
    ]),
  );
}

/** The keys in a profile. What is no key as we write it is left out: its chain is of a program that we are not. */
export function keysOf(profile: Profile): readonly ClaimKey[] {
  const keys: ClaimKey[] = [];
  for (const [name, value] of Object.entries(profile)) {
    const [, agent = "", keyId = ""] = /^key (\S+) (\S+)$/.exec(name) ?? [];
    const [, publicKey = "", from = "", until = ""] =
      /^(\S+) from (\S+) until (\S+)$/.exec(String(value)) ?? [];
    const [notBeforeMs, notAfterMs] = [Date.parse(from), Date.parse(until)];
    const isKey = isAgentPattern(agent) && isKeyId(keyId) && isPublicKey(publicKey);
    if (isKey && notBeforeMs < notAfterMs) keys.push({ agent, keyId, publicKey, notBeforeMs, notAfterMs });
  }
  return keys;
}

function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
