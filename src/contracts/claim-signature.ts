/**
 * A signed claim: who says it, with which key, and when (BACKBEAT-REQ-044). All of it travels in NATS headers, never in
 * the body.
 *
 * Signed are the subject, what the headers say and the body as it was sent, behind a first line that nothing else is
 * signed with. Each value has one spelling only, so that a header that was changed by one character is another header.
 * Verifying is a function of its arguments, as hashing is: nothing here knows a clock, a file or who may sign.
 */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { HeaderSource, Headers } from "./report-headers.ts";

export const CLAIM_HEADERS = {
  agent: "Backbeat-Agent",
  keyId: "Backbeat-Key-Id",
  time: "Backbeat-Time",
  sequence: "Backbeat-Sequence",
  signature: "Backbeat-Signature",
} as const;

/** What is signed begins with it, so that a signature for something else is none for a claim. */
const DOMAIN = "backbeat-claim-1";

/**
 * How far the time of a signature may be from the claim's arrival, ms. A quarter of an hour forgives a clock that nobody
 * sets, and a caught claim is of no use to anybody later. Who waits for longer with a claim signs it when it is sent.
 */
export const CLAIM_TIME_TOLERANCE_MS = 15 * 60_000;

/** Why a signature, or that there is none, makes a claim void; each one is a metric label. */
export const SIGNATURE_REFUSALS = [
  "unsigned",
  "bad-signature",
  "unknown-key",
  "inactive-key",
  "wrong-agent",
  "expired",
  "replayed",
] as const;

export type SignatureRefusal = (typeof SIGNATURE_REFUSALS)[number];

/** What the signer says beside the body. */
export interface ClaimFacts {
  readonly agentId: string;
  readonly keyId: string;
  /** When it was signed, ms since the Unix epoch. */
  readonly timeMs: number;
  /** Rises with each claim that an agent signs. */
  readonly sequence: number;
}

export interface ClaimSignature extends ClaimFacts {
  /** 64 bytes, base64url. */
  readonly signature: string;
}

/** What is signed beside the facts. */
export interface SignedMessage {
  readonly subject: string;
  readonly data: Uint8Array;
}

/** Whether a signature is that of the key for this message. Never throws. */
export type ClaimVerifier = (signature: ClaimSignature, message: SignedMessage) => boolean;

/** Ids of agents as on the wire. */
const AGENT_ID = /^[a-zA-Z0-9_:-]{1,128}$/;
const KEY_ID = /^[a-zA-Z0-9_.:-]{1,64}$/;
const TIME = /^[1-9]\d{0,14}$/;
const SEQUENCE = /^[1-9]\d{0,15}$/;
/** 64 bytes are 86 characters; of the last one only two bits are used, and the others must be 0. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;
/** 32 bytes are 43 characters. */
const PUBLIC_KEY = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export function isKeyId(value: string): boolean {
  return KEY_ID.test(value);
}

/** Of 32 bytes in base64url; whether they are a point of the curve shows when they verify something. */
export function isPublicKey(value: string): boolean {
  return PUBLIC_KEY.test(value);
}

/** Undefined: not signed. `bad-signature`: a header is missing, or is not written as it must be. */
export function readClaimSignature(headers: HeaderSource): ClaimSignature | "bad-signature" | undefined {
  const agentId = headers.get(CLAIM_HEADERS.agent);
  const keyId = headers.get(CLAIM_HEADERS.keyId);
  const time = headers.get(CLAIM_HEADERS.time);
  const sequence = headers.get(CLAIM_HEADERS.sequence);
  const signature = headers.get(CLAIM_HEADERS.signature);
  if (`${agentId}${keyId}${time}${sequence}${signature}` === "") return undefined;
  const isWritten =
    AGENT_ID.test(agentId) && KEY_ID.test(keyId) && TIME.test(time) && SEQUENCE.test(sequence);
  if (!isWritten || !SIGNATURE.test(signature) || !Number.isSafeInteger(Number(sequence)))
    return "bad-signature";
  return { agentId, keyId, timeMs: Number(time), sequence: Number(sequence), signature };
}

/** The headers of a signed claim. */
export function claimHeaders({ agentId, keyId, sequence, signature, timeMs }: ClaimSignature): Headers {
  return {
    [CLAIM_HEADERS.agent]: agentId,
    [CLAIM_HEADERS.keyId]: keyId,
    [CLAIM_HEADERS.time]: String(timeMs),
    [CLAIM_HEADERS.sequence]: String(sequence),
    [CLAIM_HEADERS.signature]: signature,
  };
}

/** The bytes that are signed. No fact and no subject has a line break in it, so no two claims share them. */
export function signedBytes(
  { agentId, keyId, sequence, timeMs }: ClaimFacts,
  { data, subject }: SignedMessage,
): Uint8Array {
  const head = `${DOMAIN}\n${subject}\n${agentId}\n${keyId}\n${timeMs}\n${sequence}\n`;
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(head) + data.length);
  bytes.set(data, bytes.write(head));
  return bytes;
}

/** Verifies with one public key: 32 bytes, base64url. The key is made when it is first used. */
export function claimVerifier(publicKey: string): ClaimVerifier {
  let key: KeyObject | undefined;
  return (signature, message) => {
    key ??= publicKeyObject(publicKey);
    return verify(null, signedBytes(signature, message), key, Buffer.from(signature.signature, "base64url"));
  };
}

/** @throws where it is not 32 bytes in base64url */
export function publicKeyObject(publicKey: string): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
}
