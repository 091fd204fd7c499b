/** Getting in: every kind of credential, TLS, lists of servers, and what the operator reads when it does not work. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseServers } from "../../src/nats/address.ts";
import { NatsBus } from "../../src/nats/bus.ts";
import type { NatsSettings } from "../../src/nats/connect.ts";
import { type CertificateAuthority, certificateAuthority } from "../support/certificates.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/nats-server.ts";
import { type RecordingLog, recordingLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

const opened: (NatsBus | TestServer)[] = [];
let dir: string;
let authority: CertificateAuthority;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-connect-"));
  authority = certificateAuthority();
});

afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await ("stop" in one ? one.stop() : one.close());
});

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  authority[Symbol.dispose]();
});

async function serve(config: string, options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer({ config, ...options });
  opened.push(server);
  return server;
}

function open(list: string, settings: Partial<NatsSettings> = {}): { bus: NatsBus; log: RecordingLog } {
  const parsed = parseServers(list);
  if ("faults" in parsed) throw new Error(parsed.faults.join());
  const log = recordingLog();
  const bus = new NatsBus({ servers: parsed.servers, name: "test", ...settings }, log);
  opened.push(bus);
  return { bus, log };
}

async function connects(list: string, settings: Partial<NatsSettings> = {}): Promise<void> {
  const { bus, log } = open(list, settings);
  await waitFor("the link", () => {
    if (log.texts("error").length > 0) throw new Error(log.texts("error").join());
    return bus.connected;
  });
  await bus.flush();
}

/** The first line that says why there is no link. */
async function complains(
  list: string,
  settings: Partial<NatsSettings> = {},
): Promise<{ level: string; text: string }> {
  const { bus, log } = open(list, settings);
  const line = await waitFor("a complaint", () =>
    log.lines.find(({ level }) => level === "error" || level === "warn"),
  );
  expect(bus.connected).toBe(false);
  expect(bus.state.failure).toBeDefined();
  return line;
}

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const PASSWORD = 'authorization { user: me, password: "p@ss, w:rd" }';
const WRITTEN = `me:${encodeURIComponent("p@ss, w:rd")}`;

describe("NatsBus with credentials", () => {
  it("BACKBEAT-REQ-020 NatsBus takes user and password from the address, percent-decoded, or from the settings", async () => {
    const { port } = await serve(PASSWORD);
    await connects(`nats://${WRITTEN}@127.0.0.1:${port}`);
    await connects(`127.0.0.1:${port}`, { user: "me", password: "p@ss, w:rd" });
  });

  it("BACKBEAT-REQ-020 NatsBus prefers the credentials of an address over those of the settings", async () => {
    const { port } = await serve(PASSWORD);
    await connects(`nats://${WRITTEN}@127.0.0.1:${port}`, {
      token: "wrong",
      user: "wrong",
      password: "wrong",
    });
  });

  it("BACKBEAT-REQ-020 NatsBus takes a token from the address or from the settings", async () => {
    const { port } = await serve("authorization { token: s3cr3t }");
    await connects(`nats://s3cr3t@127.0.0.1:${port}`);
    await connects(`127.0.0.1:${port}`, { token: "s3cr3t" });
  });

  it("BACKBEAT-REQ-020 NatsBus takes an nkey file, its seed bare or between marker lines", async () => {
    const user = nkeys.createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    const { port } = await serve(`authorization { users = [ { nkey: ${user.getPublicKey()} } ] }`);
    await connects(`127.0.0.1:${port}`, { nkeyFile: file("bare.nk", seed) });
    const marked = `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
    await connects(`127.0.0.1:${port}`, { nkeyFile: file("marked.nk", marked) });
    const other = new TextDecoder().decode(nkeys.createUser().getSeed());
    const { text } = await complains(`127.0.0.1:${port}`, { nkeyFile: file("other.nk", other) });
    expect(text).toMatch(/refuses our credentials/);
  });

  it("BACKBEAT-REQ-020 NatsBus takes a .creds file", async () => {
    const { config, creds } = jwtAccount();
    const { port } = await serve(config);
    await connects(`127.0.0.1:${port}`, { credsFile: file("user.creds", creds) });
  });

  it("BACKBEAT-REQ-020 NatsBus reads a credentials file anew for each try", async () => {
    const user = nkeys.createUser();
    const { port } = await serve(`authorization { users = [ { nkey: ${user.getPublicKey()} } ] }`);
    const nkeyFile = join(dir, "late.nk");
    const { bus, log } = open(`127.0.0.1:${port}`, { nkeyFile });
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
    const { port } = await serve("");
    const complaint = await complains(`127.0.0.1:${port}`, { [setting]: file("wrong", content) });
    expect(complaint).toMatchObject({ level: "error", text: expect.stringMatching(expected) });
  });

  it("BACKBEAT-REQ-020 NatsBus says once that its credentials are refused, keeps trying, and tells no secret", async () => {
    const server = await serve('authorization { user: me, password: "other" }');
    const { bus, log } = open(`nats://me:hunter2@127.0.0.1:${server.port}`);
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
    const { port } = await serve(PASSWORD);
    const complaint = await complains(`127.0.0.1:${port}`);
    expect(complaint).toMatchObject({
      level: "error",
      text: expect.stringMatching(/asks for credentials .* none are given/),
    });
  });
});

describe("NatsBus over TLS", () => {
  const tls = (names: string, more = "") => {
    const { certFile, keyFile } = authority.issue("server", names);
    return `tls { cert_file: "${certFile}", key_file: "${keyFile}", ca_file: "${authority.caFile}" ${more} }`;
  };

  it("BACKBEAT-REQ-020 NatsBus checks the server's certificate against the given authority, by name and by number", async () => {
    const named = await serve(tls("DNS:localhost"));
    const numbered = await serve(tls("IP:127.0.0.1"));
    const files = { tls: { caFile: authority.caFile } };
    await connects(`tls://localhost:${named.port}`, files);
    await connects(`nats://localhost:${named.port}`, files);
    await connects(`tls://127.0.0.1:${numbered.port}`, files);
    for (const wrong of [`tls://127.0.0.1:${named.port}`, `tls://localhost:${numbered.port}`]) {
      const complaint = await complains(wrong, files);
      expect(complaint).toMatchObject({
        level: "error",
        text: expect.stringMatching(/certificate is for another host \(.+\)/),
      });
    }
  });

  it("BACKBEAT-REQ-020 NatsBus refuses a certificate of an authority that it does not know", async () => {
    const { port } = await serve(tls("DNS:localhost"));
    using other = certificateAuthority("other authority");
    for (const settings of [{}, { tls: { caFile: other.caFile } }]) {
      const complaint = await complains(`tls://localhost:${port}`, settings);
      expect(complaint).toMatchObject({
        level: "error",
        text: expect.stringMatching(
          /certificate is not trusted \(.+\); give its authority with --nats-tls-ca/,
        ),
      });
    }
  });

  it("BACKBEAT-REQ-020 NatsBus shows a client certificate where one is asked for, and says so where it has none", async () => {
    const { port } = await serve(tls("DNS:localhost", ", verify: true"));
    const caFile = authority.caFile;
    await connects(`tls://localhost:${port}`, { tls: { caFile, ...authority.issue("client") } });
    const without = await complains(`tls://localhost:${port}`, { tls: { caFile } });
    expect(without).toMatchObject({
      level: "error",
      text: expect.stringMatching(/asks for a client certificate/),
    });
    using other = certificateAuthority("other authority");
    const wrong = await complains(`tls://localhost:${port}`, { tls: { caFile, ...other.issue("client") } });
    expect(wrong.text).toMatch(/refuses our side of TLS \(.+check --nats-tls-cert/);
    const halves = {
      certFile: authority.issue("client").certFile,
      keyFile: authority.issue("client").keyFile,
    };
    const unpaired = await complains(`tls://localhost:${port}`, { tls: { caFile, ...halves } });
    expect(unpaired).toMatchObject({
      level: "error",
      text: expect.stringMatching(/TLS failed \(.*mismatch/),
    });
  });

  it("BACKBEAT-REQ-020 NatsBus sends no credentials in the clear where TLS is asked for", async () => {
    const { port } = await serve("");
    for (const [list, settings] of [
      [`tls://me:hunter2@127.0.0.1:${port}`, {}],
      [`nats://me:hunter2@127.0.0.1:${port}`, { tls: { caFile: authority.caFile } }],
    ] as const) {
      const complaint = await complains(list, settings);
      expect(complaint).toMatchObject({ level: "error", text: expect.stringMatching(/offers no TLS/) });
    }
  });

  it("BACKBEAT-REQ-020 NatsBus says which TLS file is missing", async () => {
    const { port } = await serve(tls("DNS:localhost"));
    const complaint = await complains(`tls://localhost:${port}`, {
      tls: { caFile: join(dir, "absent.pem") },
    });
    expect(complaint).toMatchObject({
      level: "error",
      text: expect.stringMatching(/TLS file .*absent\.pem/),
    });
  });
});

describe("NatsBus and what answers", () => {
  it("BACKBEAT-REQ-003 NatsBus says once that nothing is there, connects when it is, and says that too", async () => {
    const server = await serve("");
    await server.kill("SIGKILL");
    const { bus, log } = open(`nats://me:hunter2@127.0.0.1:${server.port}`);
    await waitFor("the complaint", () => log.lines.length > 0);
    expect(log.lines[0]).toMatchObject({
      level: "warn",
      text: `Cannot connect to nats://127.0.0.1:${server.port}: connection refused; is a NATS server running there?; trying again every second`,
    });
    await server.restart();
    await waitFor("the link", () => bus.connected);
    expect(log.lines.map(({ level }) => level)).toEqual(["warn", "info"]);
    expect(log.lines[1]).toMatchObject({ data: { server: server.url, serverVersion: server.version } });
    expect(bus.state).toEqual({ server: server.url, serverVersion: server.version, known: 1 });
    expect(log.everything()).not.toMatch(/hunter2/);
  });

  it("BACKBEAT-REQ-003 NatsBus goes to the next of a list when the first is dead, each with its own credentials", async () => {
    const dead = await serve("");
    await dead.kill("SIGKILL");
    const first = await serve("authorization { user: a, password: a }");
    const second = await serve("authorization { user: b, password: b }");
    const list = `127.0.0.1:${dead.port},nats://a:a@127.0.0.1:${first.port},nats://b:b@127.0.0.1:${second.port}`;
    const { bus, log } = open(list);
    for (let losses = 0; losses < 4; losses += 1) {
      const { server } = await waitFor("the link", () => bus.connected && bus.state);
      const used = server === first.url ? first : second;
      expect(server).toBe(used.url);
      await used.kill("SIGKILL");
      await waitFor("the loss", () => !bus.connected);
      const other = used === first ? second : first;
      await waitFor("the other server", () => bus.connected && bus.state.server === other.url);
      await used.restart();
    }
    expect(log.texts("error")).toEqual([]);
  });

  it("BACKBEAT-REQ-003 NatsBus finds the other servers of a cluster by itself", async () => {
    const holder = createServer();
    const routePort = await listen(holder);
    await new Promise((resolve) => holder.close(resolve));
    const seed = await serve(`cluster { name: c, listen: "127.0.0.1:${routePort}" }`);
    const { bus } = open(`127.0.0.1:${seed.port}`);
    await waitFor("the link", () => bus.connected);
    const route = `routes: ["nats-route://127.0.0.1:${routePort}"]`;
    const other = await serve(`cluster { name: c, listen: "127.0.0.1:-1", ${route} }`);
    await waitFor("news of the other server", () => bus.state.known === 2);
    await seed.kill("SIGKILL");
    await waitFor("the other server", () => bus.connected && bus.state.server === other.url);
  });

  it("BACKBEAT-REQ-003 NatsBus says that what answers is no NATS server", async () => {
    const speaks = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("220 mail.example ESMTP\r\n");
    });
    const hangsUp = createHttpServer().on("connection", (socket) => socket.destroy());
    for (const [server, expected] of [
      [speaks, /no NATS server/],
      [hangsUp, /closed the connection|reset/],
    ] as const) {
      const port = await listen(server);
      expect((await complains(`127.0.0.1:${port}`)).text).toMatch(expected);
      server.close();
    }
  });

  it("R4 NatsBus leaves no socket behind at a server that accepts and stays silent", async () => {
    const server = await serve("");
    await server.kill("SIGSTOP");
    const { bus, log } = open(`127.0.0.1:${server.port}`);
    await waitFor("the complaint", () => log.lines.length > 0);
    expect(log.lines[0]?.text).toMatch(/no answer within 5000 ms/);
    await bus.close();
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap");
    await waitFor("every socket to be gone", () => sockets().length === 0);
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

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
