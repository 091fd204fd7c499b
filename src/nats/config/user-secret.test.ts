import { nkeys } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { AUTH_KINDS, createSecret, readSecret } from "./user-secret.ts";

describe("createSecret", () => {
  it.each(AUTH_KINDS)("a %s is another one each time, and read back the same", (kind) => {
    const secrets = Array.from({ length: 20 }, () => createSecret(kind));
    expect(new Set(secrets.map(({ secret }) => secret)).size).toBe(20);
    for (const secret of secrets) expect(readSecret(kind, `${secret.secret}\n`)).toEqual(secret);
  });

  it("of an nkey the server knows the public half, which answers to what the seed signs", () => {
    const { known, secret } = createSecret("nkey");
    expect(known).toMatch(/^U[A-Z2-7]{55}$/);
    const challenge = new TextEncoder().encode("challenge");
    const signature = nkeys.fromSeed(new TextEncoder().encode(secret)).sign(challenge);
    expect(nkeys.fromPublic(known).verify(challenge, signature)).toBe(true);
  });

  it("a password has 256 bits, and nothing that a configuration or an address would read otherwise", () => {
    const { known, secret } = createSecret("password");
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    expect(encodeURIComponent(secret)).toBe(secret);
    expect(known).toBe(secret);
  });
});

describe("readSecret", () => {
  const seed = createSecret("nkey").secret;
  it.each([
    ["nkey", ""],
    ["nkey", seed.slice(0, -1)],
    // The last letter has two bits that say nothing: the one before it counts whole.
    ["nkey", `${seed.slice(0, -2)}${seed.at(-2) === "A" ? "B" : "A"}${seed.slice(-1)}`],
    ["nkey", new TextDecoder().decode(nkeys.createAccount().getSeed())],
    ["password", "short"],
    ["password", `${createSecret("password").secret}x`],
  ] as const)("%s %j is none", (kind, text) => {
    expect(readSecret(kind, text)).toBeUndefined();
  });
});
