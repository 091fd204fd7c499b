/** `backbeat keys` as a program: keys are made, kept from others, added, and looked at. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keysIn } from "../../src/cli/keys/key-file.ts";
import { readClaimSignature } from "../../src/contracts/claim-signature.ts";
import { createDecoder } from "../../src/contracts/decode.ts";
import { claimGuard } from "../../src/core/claim-guard.ts";
import { ClaimReader } from "../../src/core/claim-reader.ts";
import { createClaimSigner } from "../../src/sdk/signing.ts";
import { messageWith } from "../support/claim-keys.ts";
import { claimBody } from "../support/messages.ts";
import { runProgram } from "../support/program.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "backbeat-keys-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const backbeat = (...args: string[]) => runProgram(["keys", ...args], { cwd });

describe("BACKBEAT-REQ-044 backbeat keys", () => {
  it("makes a key that signs what reverb takes, in a file that only its owner reads, and shows none of it", async () => {
    const { end, stderr, stdout } = await backbeat(
      "new",
      "--agent",
      "worker:1",
      "--key-id",
      "k1",
      "--keys",
      "keys.json",
    );
    expect([end, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(
      /private key k1 of worker:1 in worker-1\.k1\.pem.*keys\.json holds its public half/,
    );
    const file = join(cwd, "worker-1.k1.pem");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const privateKey = readFileSync(file, "utf8");
    expect(stderr).not.toContain(privateKey.split("\n")[1]);
    const [key] = keysIn(join(cwd, "keys.json"));
    expect(key).toMatchObject({ agent: "worker:1", keyId: "k1" });
    expect((key?.notAfterMs ?? 0) - (key?.notBeforeMs ?? 0)).toBe(90 * 86_400_000);
    const data = claimBody("worker:1", 1);
    const headers = createClaimSigner({ agentId: "worker:1", keyId: "k1", privateKey }).sign("s", data);
    const guard = claimGuard({ keys: keysIn(join(cwd, "keys.json")), required: true });
    const reader = new ClaimReader({ decoder: createDecoder(), guard });
    const message = messageWith("s", data, headers);
    expect(message.headers && readClaimSignature(message.headers)).toBeTypeOf("object");
    expect(reader.read(message, { seq: 1, timeMs: Date.now() + 1 })).toMatchObject({ kind: "claim" });
  });

  it("adds a key to those of a file, and never writes over one", async () => {
    for (const id of ["k1", "k2"])
      expect((await backbeat("new", "--agent", "a", "--key-id", id, "--keys", "keys.json")).end).toBe(0);
    expect(keysIn(join(cwd, "keys.json")).map(({ keyId }) => keyId)).toEqual(["k1", "k2"]);
    const again = await backbeat(
      "new",
      "--agent",
      "a",
      "--key-id",
      "k2",
      "--out",
      "b.pem",
      "--keys",
      "keys.json",
    );
    expect([again.end, again.stderr]).toEqual([
      2,
      expect.stringMatching(/a has a key k2 in keys\.json already/),
    ]);
    const over = await backbeat("new", "--agent", "b", "--out", "a.k1.pem");
    expect([over.end, over.stderr]).toEqual([
      2,
      expect.stringMatching(/it exists, and a key is never overwritten/),
    ]);
    expect(readdirSync(cwd).sort()).toEqual(["a.k1.pem", "a.k2.pem", "keys.json"]);
  });

  it("prints what belongs into the file where none is given; --json as one line", async () => {
    const { stdout } = await backbeat(
      "new",
      "--agent",
      "worker:*",
      "--not-before",
      "2026-03-01",
      "--days",
      "30",
    );
    expect(JSON.parse(stdout)).toEqual([
      {
        agent: "worker:*",
        key_id: expect.stringMatching(/^[0-9a-f]{12}$/),
        public_key: expect.stringMatching(/^[\w-]{43}$/),
        not_before: "2026-03-01T00:00:00.000Z",
        not_after: "2026-03-31T00:00:00.000Z",
      },
    ]);
    const json = await backbeat("new", "--agent", "b", "--json", "--out", "b.pem");
    expect(JSON.parse(json.stdout)).toMatchObject({ agent: "b", private_key_file: "b.pem" });
    expect(readdirSync(cwd).some((name) => /^worker-all\.[0-9a-f]{12}\.pem$/.test(name))).toBe(true);
  });

  it("lists keys with their state, and ends with 1 where an agent has none that is good", async () => {
    await backbeat(
      "new",
      "--agent",
      "old:1",
      "--key-id",
      "k1",
      "--not-before",
      "2020-01-01",
      "--keys",
      "keys.json",
    );
    await backbeat("new", "--agent", "new:1", "--key-id", "k1", "--days", "5", "--keys", "keys.json");
    const { end, stderr, stdout } = await backbeat("list", "keys.json");
    expect(end).toBe(1);
    expect(stdout).toMatch(
      /^agent +key id +from +until +state\nold:1 +k1 .*expired, .* ago\nnew:1 +k1 .*expiring soon, for (5 d|4 d 23 h)\n$/,
    );
    expect(stderr).toMatch(/old:1 has no key that is good now/);
    const json = await backbeat("list", "--json", "--keys", "keys.json");
    expect(
      json.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).state),
    ).toEqual(["expired", "expiring soon"]);
  });

  it("tells every mistake at once, and ends with 2", async () => {
    const bad = await backbeat(
      "new",
      "--days",
      "3",
      "--not-after",
      "2020-01-01",
      "--not-before",
      "2026-01-01",
    );
    expect([bad.end, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/3 mistakes.*needs --agent.*cannot both be given.*not later than --not-before/s),
    ]);
    const worse = await backbeat("make", "--agent", "a b", "--not-before", "soon");
    expect([worse.end, worse.stderr]).toEqual([2, expect.stringMatching(/expected one of new, list/)]);
    expect(worse.stderr).toMatch(/--agent is "a b".*--not-before is "soon", expected a day/s);
    const none = await backbeat("list");
    expect([none.end, none.stderr]).toEqual([2, expect.stringMatching(/list needs the file/)]);
  });

  it("reverb tells mistakes in its key file with all others, before it starts", async () => {
    const { end, stderr } = await runProgram(
      ["reverb", "--keys", "none.json", "--bar-length", "0", "--nats", "nats://127.0.0.1:1"],
      { cwd },
    );
    expect(end).toBe(2);
    expect(stderr).toMatch(/2 mistakes.*--keys cannot be read/s);
    const alone = await runProgram(["reverb", "--require-signatures"], { cwd });
    expect([alone.end, alone.stderr]).toEqual([
      2,
      expect.stringMatching(/--require-signatures needs --keys/),
    ]);
  });
});
