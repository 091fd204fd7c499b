/**
 * Whether a claim is from whom it says: a pure function of the keys, the message and its time (BACKBEAT-REQ-044, R2).
 *
 * What is cheap comes first, and the signature last, so that garbage costs no more than a good claim. An agent must sign
 * from the begin of its first key on, also when all its keys have run out: else waiting for that would be a way around
 * them. Whether a claim was counted before is decided where it is counted (bar-agents.ts).
 */
import type { ClaimKey } from "../contracts/claim-key.ts";
import {
  CLAIM_TIME_TOLERANCE_MS,
  type ClaimSignature,
  type ClaimVerifier,
  claimVerifier,
  readClaimSignature,
  type SignatureRefusal,
  type SignedMessage,
} from "../contracts/claim-signature.ts";
import type { HeaderSource } from "../contracts/report-headers.ts";
import type { StatusClaim } from "../contracts/status-claim.ts";

export interface SignatureRules {
  readonly keys: readonly ClaimKey[];
  /** Everybody must sign; else those who have a key. */
  readonly required: boolean;
}

/** Headers that were found good so far; the signature itself is not looked at yet. */
export interface OpenedSignature extends ClaimSignature {
  readonly verifier: ClaimVerifier;
}

/** What a claim that could be read is judged with. */
export interface JudgedClaim {
  readonly message: SignedMessage;
  readonly opened: OpenedSignature | undefined;
  /** When it arrived. */
  readonly timeMs: number;
}

interface KnownKey extends Pick<ClaimKey, "notBeforeMs" | "notAfterMs"> {
  readonly verifier: ClaimVerifier;
}

/** No state but the rules. */
export class ClaimGuard {
  readonly #isRequired: boolean;
  /** By agent or prefix, a blank, and key id. */
  readonly #keys = new Map<string, KnownKey>();
  readonly #keyIds = new Set<string>();
  /** Since when agents, and prefixes, have a key. */
  readonly #begins = new Map<string, number>();
  /** Of prefixes, the longest first: what names an agent more closely goes before. At most as many as an id is long. */
  readonly #prefixLengths: readonly number[];

  constructor({ keys, required }: SignatureRules) {
    this.#isRequired = required;
    for (const { agent, keyId, notAfterMs, notBeforeMs, publicKey } of keys) {
      this.#keys.set(`${agent} ${keyId}`, { notBeforeMs, notAfterMs, verifier: claimVerifier(publicKey) });
      this.#keyIds.add(keyId);
      this.#begins.set(agent, Math.min(notBeforeMs, this.#begins.get(agent) ?? notBeforeMs));
    }
    const prefixes = [...this.#begins.keys()].filter((pattern) => pattern.endsWith("*"));
    this.#prefixLengths = [...new Set(prefixes.map((prefix) => prefix.length - 1))].sort((a, b) => b - a);
  }

  /** What the headers say, judged without the body; undefined: not signed, and it depends on whose claim it is. */
  open(headers: HeaderSource | undefined, timeMs: number): OpenedSignature | SignatureRefusal | undefined {
    const signature = headers && readClaimSignature(headers);
    if (signature === undefined) return this.#isRequired ? "unsigned" : undefined;
    if (signature === "bad-signature") return signature;
    const key = this.#find(signature);
    if (key === undefined) return this.#keyIds.has(signature.keyId) ? "wrong-agent" : "unknown-key";
    if (timeMs < key.notBeforeMs || timeMs >= key.notAfterMs) return "inactive-key";
    if (Math.abs(timeMs - signature.timeMs) > CLAIM_TIME_TOLERANCE_MS) return "expired";
    return { ...signature, verifier: key.verifier };
  }

  /** Why a claim that could be read is void all the same; undefined: it is good. */
  refusalOf(claim: StatusClaim, { message, opened, timeMs }: JudgedClaim): SignatureRefusal | undefined {
    if (opened === undefined) return this.#mustSign(claim.agent_id, timeMs) ? "unsigned" : undefined;
    if (claim.agent_id !== opened.agentId) return "wrong-agent";
    return opened.verifier(opened, message) ? undefined : "bad-signature";
  }

  #find({ agentId, keyId }: ClaimSignature): KnownKey | undefined {
    const own = this.#keys.get(`${agentId} ${keyId}`);
    if (own !== undefined) return own;
    for (const length of this.#prefixLengths) {
      if (length > agentId.length) continue;
      const shared = this.#keys.get(`${agentId.slice(0, length)}* ${keyId}`);
      if (shared !== undefined) return shared;
    }
    return undefined;
  }

  #mustSign(agentId: string, timeMs: number): boolean {
    if (this.#hasBegun(agentId, timeMs)) return true;
    return this.#prefixLengths.some(
      (length) => length <= agentId.length && this.#hasBegun(`${agentId.slice(0, length)}*`, timeMs),
    );
  }

  #hasBegun(pattern: string, timeMs: number): boolean {
    return timeMs >= (this.#begins.get(pattern) ?? Number.POSITIVE_INFINITY);
  }
}

/** Undefined where nobody has to sign: then a claim costs nothing here. */
export function claimGuard(rules: SignatureRules | undefined): ClaimGuard | undefined {
  return rules === undefined || (rules.keys.length === 0 && !rules.required)
    ? undefined
    : new ClaimGuard(rules);
}
