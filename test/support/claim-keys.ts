/** Keys of agents and what they sign, for tests: keys of one seed, so that each run has the same. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { ClaimKey } from "../../src/contracts/claim-key.ts";
import type { Headers } from "../../src/contracts/report-headers.ts";
import type { ClaimMessage } from "../../src/core/claim-reader.ts";
import { type ClaimSigner, createClaimSigner } from "../../src/sdk/signing.ts";
import { FAKE_WALL_START_MS } from "../../src/sdk/testing/fake-clock.ts";
import { sourceOf } from "./memory-streams.ts";

const HOUR_MS = 3_600_000;
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly key: ClaimKey;
}

/** A key that is good for an hour before and after the fake clock's start, unless said otherwise. */
export function testKey(name: string, wish: Partial<ClaimKey> = {}): TestKey {
  const seed = createHash("sha256").update(name).digest();
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(privateKey).export({ format: "jwk" }).x ?? "";
  return {
    privateKey,
    key: {
      agent: name,
      keyId: "k1",
      publicKey,
      notBeforeMs: FAKE_WALL_START_MS - HOUR_MS,
      notAfterMs: FAKE_WALL_START_MS + HOUR_MS,
      ...wish,
    },
  };
}

/** Signs as an agent, by default at the fake clock's start. */
export function signerOf(
  { key, privateKey }: TestKey,
  {
    agentId = key.agent,
    wallMs = () => FAKE_WALL_START_MS,
  }: { agentId?: string; wallMs?: () => number } = {},
): ClaimSigner {
  return createClaimSigner({ agentId, keyId: key.keyId, privateKey, wallMs });
}

/** A message as it arrives. */
export function messageWith(subject: string, data: Uint8Array, headers?: Headers): ClaimMessage {
  return { subject, data, ...(headers === undefined ? {} : { headers: sourceOf(headers) }) };
}
