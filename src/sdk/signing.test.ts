import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { messageWith, signerOf, testKey } from "../../test/support/claim-keys.ts";
import { claimBody } from "../../test/support/messages.ts";
import { CLAIM_HEADERS, claimVerifier, readClaimSignature } from "../contracts/claim-signature.ts";
import { createClaimSigner } from "./signing.ts";

const SUBJECT = "backbeat.test.status";
const { key, privateKey } = testKey("worker:1");
const body = claimBody("worker:1", 1);
const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
const seed = privateKey.export({ format: "jwk" }).d ?? "";

describe("BACKBEAT-REQ-044 createClaimSigner", () => {
  it.each([
    ["a PEM", pem],
    ["its 32 bytes", seed],
    ["a key object", createPrivateKey(pem)],
  ])("signs with %s, and the public key verifies it", (_, given) => {
    const signer = createClaimSigner({ agentId: "worker:1", keyId: "k1", privateKey: given });
    const message = messageWith(SUBJECT, body, signer.sign(SUBJECT, body));
    const signature = message.headers && readClaimSignature(message.headers);
    if (typeof signature !== "object") throw new Error("not signed");
    expect(Math.abs(signature.timeMs - Date.now())).toBeLessThan(60_000);
    expect(claimVerifier(key.publicKey)(signature, message)).toBe(true);
    expect(claimVerifier(key.publicKey)(signature, { ...message, subject: "other" })).toBe(false);
  });

  it("counts by the time: two processes that sign for one agent side by side stay in step", () => {
    let nowMs = 1_800_000_000_000;
    const wallMs = () => nowMs;
    const [first, second] = [
      signerOf({ key, privateKey }, { wallMs }),
      signerOf({ key, privateKey }, { wallMs }),
    ];
    const sequenceOf = (signer: typeof first) => Number(signer.sign(SUBJECT, body)[CLAIM_HEADERS.sequence]);
    const sequences: number[] = [];
    for (let beat = 0; beat < 5; beat += 1) {
      nowMs += 1_000;
      sequences.push(sequenceOf(first));
      nowMs += 1_000;
      sequences.push(sequenceOf(second));
    }
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  });

  it("counts each signature, and begins above what it signed before a restart", () => {
    let nowMs = 1_800_000_000_000.4;
    const sequences = (signer: ReturnType<typeof signerOf>) =>
      [1, 2, 3].map(() => Number(signer.sign(SUBJECT, body)[CLAIM_HEADERS.sequence]));
    const before = sequences(signerOf({ key, privateKey }, { wallMs: () => nowMs }));
    nowMs += 1;
    const after = sequences(signerOf({ key, privateKey }, { wallMs: () => nowMs }));
    const all = [...before, ...after];
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
    expect(all.every(Number.isSafeInteger)).toBe(true);
  });

  it("tells every mistake at once, and nothing of the key", () => {
    const secret = "MC4CAQAwBQYDK2VwBCIEIJ-not-a-key";
    const make = () => createClaimSigner({ agentId: "a b", keyId: "", privateKey: secret });
    expect(make).toThrow(/agentId is "a b".*keyId is "".*privateKey is no private Ed25519 key/);
    expect(make).toThrow(expect.objectContaining({ code: "bad-config" }));
    expect(make).not.toThrow(/MC4C/);
  });

  it("takes no public key and no key of another kind", () => {
    const rsa = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (const given of [rsa.privateKey, rsa.publicKey, key.publicKey.slice(1), `${seed}=`])
      expect(() => createClaimSigner({ agentId: "a", keyId: "k", privateKey: given })).toThrow(
        /no private Ed25519 key/,
      );
  });
});
