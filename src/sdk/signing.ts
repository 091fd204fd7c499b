/**
 * Signs an agent's claims (BACKBEAT-REQ-044): one signature per claim, made when it is sent.
 *
 * Sign at each sending, also of the same claim again: the signature carries the time, from which a claim may be a quarter
 * of an hour away when it arrives, and a number that only rises. A claim that waited out a longer outage is as good as
 * new, and its body, by which repetitions are told, stays what it was. The key never leaves this file: no error and no
 * log line shows it.
 */
import { createPrivateKey, KeyObject, sign } from "node:crypto";
import { type ClaimFacts, claimHeaders, isKeyId, signedBytes } from "../contracts/claim-signature.ts";
import type { Headers } from "../contracts/report-headers.ts";
import { BackbeatError } from "../errors.ts";
import { canClaim } from "./agent-settings.ts";

export interface ClaimSignerOptions {
  /** As in the claims that are signed. */
  readonly agentId: string;
  /** Name of the key, as reverb knows it. */
  readonly keyId: string;
  /** Ed25519: a PEM (PKCS #8), its 32 bytes as base64url, or a key object. */
  readonly privateKey: string | KeyObject;
  /** Wall time, ms since the Unix epoch; default: the system's. */
  readonly wallMs?: () => number;
}

/** Signs the claims of one agent. */
export interface ClaimSigner {
  readonly agentId: string;
  readonly keyId: string;
  /** The headers for a claim that is published on `subject` now, with these very bytes as its body. */
  sign(subject: string, body: Uint8Array): Headers;
}

/** What stands before the 32 bytes of a private Ed25519 key in PKCS #8. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

const PRIVATE_KEY_BYTES = 32;
const US_PER_MS = 1_000;

/** @throws BackbeatError `bad-config` with every mistake */
export function createClaimSigner(options: ClaimSignerOptions): ClaimSigner {
  const { agentId, keyId } = options;
  const key = privateKeyOf(options.privateKey);
  const mistakes: string[] = [];
  if (!canClaim(agentId))
    mistakes.push(`agentId is ${JSON.stringify(agentId)}, expected 1 to 128 letters, digits, _, : or -`);
  if (typeof keyId !== "string" || !isKeyId(keyId))
    mistakes.push(`keyId is ${JSON.stringify(keyId)}, expected 1 to 64 letters, digits, _, ., : or -`);
  if (key === undefined)
    mistakes.push(
      "privateKey is no private Ed25519 key, expected a PEM as `backbeat keys new` writes it, or 32 bytes in base64url",
    );
  if (key === undefined || mistakes.length > 0)
    throw new BackbeatError("bad-config", `Cannot sign claims: ${mistakes.join("; ")}`, {
      data: { mistakes },
    });
  return new Signer({ agentId, keyId, key, wallMs: options.wallMs ?? systemWallMs });
}

/**
 * Not the clock of the agent, which lets no jump in: after a laptop has slept that one is behind for as long as it slept,
 * and every claim would be refused as expired.
 */
function systemWallMs(): number {
  return Date.now();
}

interface SignerParts {
  readonly agentId: string;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly wallMs: () => number;
}

/** State: the number of the last signature. */
class Signer implements ClaimSigner {
  readonly agentId: string;
  readonly keyId: string;
  readonly #key: KeyObject;
  readonly #wallMs: () => number;
  #sequence = 0;

  constructor({ agentId, key, keyId, wallMs }: SignerParts) {
    this.agentId = agentId;
    this.keyId = keyId;
    this.#key = key;
    this.#wallMs = wallMs;
  }

  sign(subject: string, data: Uint8Array): Headers {
    const wallMs = this.#wallMs();
    // Of the time, in microseconds: processes that sign for one agent side by side, or one after the other, keep in step.
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(wallMs * US_PER_MS));
    const facts: ClaimFacts = {
      agentId: this.agentId,
      keyId: this.keyId,
      timeMs: Math.floor(wallMs),
      sequence: this.#sequence,
    };
    const signature = sign(null, signedBytes(facts, { subject, data }), this.#key);
    return claimHeaders({ ...facts, signature: signature.toString("base64url") });
  }
}

/** Undefined where it is none; what was wrong with it could show a part of it. */
function privateKeyOf(key: ClaimSignerOptions["privateKey"]): KeyObject | undefined {
  try {
    const made = key instanceof KeyObject ? key : privateKeyFrom(key);
    return made.type === "private" && made.asymmetricKeyType === "ed25519" ? made : undefined;
  } catch {
    return undefined;
  }
}

function privateKeyFrom(text: string): KeyObject {
  if (text.includes("-----BEGIN")) return createPrivateKey(text);
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== PRIVATE_KEY_BYTES || bytes.toString("base64url") !== text) throw new Error("no key");
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, bytes]), format: "der", type: "pkcs8" });
}
