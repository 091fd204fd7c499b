/** The signed samples that other languages test against: read by the real guard, and signed again to the byte. */
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CLAIM_HEADERS, SIGNATURE_REFUSALS, signedBytes } from "../../src/contracts/claim-signature.ts";
import { createDecoder } from "../../src/contracts/decode.ts";
import { claimGuard } from "../../src/core/claim-guard.ts";
import { ClaimReader } from "../../src/core/claim-reader.ts";
import { messageWith } from "../support/claim-keys.ts";

interface Sample {
  readonly name: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly arrived_at_ms: number;
  readonly signed_bytes_hex?: string;
  readonly outcome: string;
}

const file = new URL("../../schemas/signed-claims.json", import.meta.url);
const { claims, key, private_key } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly key: Readonly<Record<"agent" | "key_id" | "public_key" | "not_before" | "not_after", string>>;
  readonly private_key: string;
  readonly claims: readonly Sample[];
};
const claimKey = {
  agent: key.agent,
  keyId: key.key_id,
  publicKey: key.public_key,
  notBeforeMs: Date.parse(key.not_before),
  notAfterMs: Date.parse(key.not_after),
};
const good = claims.filter(({ outcome }) => outcome === "counted");

describe("BACKBEAT-REQ-044 signed samples", () => {
  it.each(claims)("$name: $outcome", ({ arrived_at_ms, body, headers, outcome, subject }) => {
    const reader = new ClaimReader({
      decoder: createDecoder(),
      guard: claimGuard({ keys: [claimKey], required: true }),
    });
    const message = messageWith(subject, new TextEncoder().encode(body), headers);
    const entry = reader.read(message, { seq: 1, timeMs: arrived_at_ms });
    expect(entry.kind === "claim" ? "counted" : `refused-${entry.reason}`).toBe(outcome);
  });

  it.each(good)("$name: has these bytes signed, and no other signature fits them", (sample) => {
    const [agentId = "", keyId = "", time, sequence, signature] = Object.values(CLAIM_HEADERS).map(
      (name) => sample.headers[name],
    );
    const facts = { agentId, keyId, timeMs: Number(time), sequence: Number(sequence) };
    const data = new TextEncoder().encode(sample.body);
    const bytes = signedBytes(facts, { subject: sample.subject, data });
    expect(Buffer.from(bytes).toString("hex")).toBe(sample.signed_bytes_hex);
    const jwk = { kty: "OKP", crv: "Ed25519", d: private_key, x: key.public_key };
    const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
    expect(sign(null, bytes, privateKey).toString("base64url")).toBe(signature);
  });

  it("show each refusal that one claim alone can meet", () => {
    const shown = new Set(claims.map(({ outcome }) => outcome));
    for (const reason of SIGNATURE_REFUSALS)
      if (reason !== "replayed") expect(shown).toContain(`refused-${reason}`);
    expect(good.length).toBeGreaterThanOrEqual(3);
  });
});
