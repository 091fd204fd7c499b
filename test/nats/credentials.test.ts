/** Who we are: every kind of credential against a real server, and what the operator reads when it is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NatsDoors } from "../support/nats-doors.ts";
import { waitFor } from "../support/wait-for.ts";

const doors = new NatsDoors();
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-credentials-"));
});

afterEach(() => doors.closeAll());

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const PASSWORD = 'authorization { user: me, password: "p@ss, w:rd" }';
const WRITTEN = `me:${encodeURIComponent("p@ss, w:rd")}`;

describe("NatsBus with credentials", () => {
  it("BACKBEAT-REQ-020 NatsBus takes user and password from the address, percent-decoded, or from the settings", async () => {
    const { port } = await doors.serve(PASSWORD);
    await doors.connects(`nats://${WRITTEN}@127.0.0.1:${port}`);
    await doors.connects(`127.0.0.1:${port}`, { user: "me", password: "p@ss, w:rd" });
  });

  it("BACKBEAT-REQ-020 NatsBus prefers the credentials of an address over those of the settings", async () => {
    const { port } = await doors.serve(PASSWORD);
    await doors.connects(`nats://${WRITTEN}@127.0.0.1:${port}`, {
      token: "wrong",
      user: "wrong",
      password: "wrong",
    });
  });

  it("BACKBEAT-REQ-020 NatsBus takes a token from the address or from the settings", async () => {
    const { port } = await doors.serve("authorization { token: s3cr3t }");
    await doors.connects(`nats://s3cr3t@127.0.0.1:${port}`);
    await doors.connects(`127.0.0.1:${port}`, { token: "s3cr3t" });
  });

  it("BACKBEAT-REQ-020 NatsBus takes an nkey file, its seed bare or between marker lines", async () => {
    const user = nkeys.createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    const { port } = await doors.serve(`authorization { users = [ { nkey: ${user.getPublicKey()} } ] }`);
    await doors.connects(`127.0.0.1:${port}`, { nkeyFile: file("bare.nk", seed) });
    const marked = `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
    for (const text of [marked, `\uFEFF${marked.replaceAll("\n", "\r\n")}`, `\uFEFF${seed}\r\n`])
      await doors.connects(`127.0.0.1:${port}`, { nkeyFile: file("marked.nk", text) });
    const other = new TextDecoder().decode(nkeys.createUser().getSeed());
    const { text } = await doors.complains(`127.0.0.1:${port}`, { nkeyFile: file("other.nk", other) });
    expect(text).toMatch(/refuses our credentials/);
  });

  it("BACKBEAT-REQ-020 NatsBus takes a .creds file", async () => {
    const { config, creds } = jwtAccount();
    const { port } = await doors.serve(config);
    await doors.connects(`127.0.0.1:${port}`, { credsFile: file("user.creds", creds) });
  });

  it("BACKBEAT-REQ-020 NatsBus takes credentials as editors and downloads leave them, and names UTF-16", async () => {
    const { config, creds } = jwtAccount();
    const { port } = await doors.serve(config);
    const windows = creds.replaceAll("\n", "\r\n");
    for (const text of [windows, `\uFEFF${windows}`, creds.trimEnd(), creds.replaceAll("\n", "\r")])
      await doors.connects(`127.0.0.1:${port}`, { credsFile: file("edited.creds", text) });
    const path = join(dir, "wide.creds");
    writeFileSync(path, `\uFEFF${creds}`, "utf16le");
    for (const setting of ["credsFile", "nkeyFile"]) {
      const { text } = await doors.complains(`127.0.0.1:${port}`, { [setting]: path });
      expect(text).toMatch(/wide\.creds cannot be read \(it is UTF-16, expected UTF-8: save it as UTF-8\)/);
    }
  });

  it("BACKBEAT-REQ-020 NatsBus reads a credentials file anew for each try", async () => {
    const user = nkeys.createUser();
    const { port } = await doors.serve(`authorization { users = [ { nkey: ${user.getPublicKey()} } ] }`);
    const nkeyFile = join(dir, "late.nk");
    const { bus, log } = doors.open(`127.0.0.1:${port}`, { nkeyFile });
    await waitFor("the complaint", () => log.texts("error").length === 1);
    expect(log.texts("error")[0]).toMatch(/nkey file .*late\.nk cannot be read/);
    file("late.nk", new TextDecoder().decode(user.getSeed()));
    await waitFor("the link", () => bus.connected);
  });

  it.each([
    ["credsFile", "no creds", /credentials file .* holds no JWT/],
    ["nkeyFile", "no seed", /nkey file .* holds no user seed/],
    ["nkeyFile", `SU${"A".repeat(56)}`, /nkey file .* holds no user seed/],
  ])("BACKBEAT-REQ-020 NatsBus says what is wrong with a %s of %j", async (setting, content, expected) => {
    const { port } = await doors.serve("");
    const complaint = await doors.complains(`127.0.0.1:${port}`, { [setting]: file("wrong", content) });
    expect(complaint).toMatchObject({ level: "error", text: expect.stringMatching(expected) });
  });

  it("BACKBEAT-REQ-020 NatsBus says once that its credentials are refused, keeps trying, and tells no secret", async () => {
    const server = await doors.serve('authorization { user: me, password: "other" }');
    const { bus, log } = doors.open(`nats://me:hunter2@127.0.0.1:${server.port}`);
    await waitFor("the complaint", () => log.texts("error").length > 0);
    expect(log.texts("error")[0]).toMatch(
      /^Cannot connect to nats:\/\/127\.0\.0\.1:\d+: it refuses our credentials .*check/,
    );
    writeFileSync(
      join(server.dir, "nats-server.conf"),
      `host: "127.0.0.1"\nport: ${server.port}\nauthorization { user: me, password: "hunter2" }`,
    );
    await server.kill("SIGHUP");
    await waitFor("the link", () => bus.connected);
    expect(log.texts("error")).toHaveLength(1);
    expect(`${log.everything()}${JSON.stringify(bus.state)}`).not.toMatch(/hunter2/);
  });

  it("BACKBEAT-REQ-020 NatsBus says that credentials are asked for where it has none", async () => {
    const { port } = await doors.serve(PASSWORD);
    const complaint = await doors.complains(`127.0.0.1:${port}`);
    expect(complaint).toMatchObject({
      level: "error",
      text: expect.stringMatching(/asks for credentials .* none are given/),
    });
  });
});

/** A server that trusts one operator, with one account and one user of it. */
function jwtAccount(): { config: string; creds: string } {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const sign = (issuer: typeof operator, subject: typeof operator, nats: object) => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = {
      jti: subject.getPublicKey(),
      iat: 1,
      iss: issuer.getPublicKey(),
      name: "test",
      sub: subject.getPublicKey(),
      nats: { ...nats, version: 2 },
    };
    const body = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${encode(claims)}`;
    return `${body}.${Buffer.from(issuer.sign(new TextEncoder().encode(body))).toString("base64url")}`;
  };
  const unlimited = { subs: -1, data: -1, payload: -1 };
  const limits = { ...unlimited, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const operatorJwt = sign(operator, operator, { type: "operator" });
  const accountJwt = sign(operator, account, { type: "account", limits });
  const userJwt = sign(account, user, { type: "user", ...unlimited });
  const seed = new TextDecoder().decode(user.getSeed());
  return {
    config: `operator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`,
    creds: `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  };
}
