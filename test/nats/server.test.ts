/** The embedded nats-server against real processes: what starts, what answers, and that nothing stays behind. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NatsBus } from "../../src/nats/bus.ts";
import { findNatsUrl } from "../../src/nats/find-nats.ts";
import { commandLine } from "../../src/nats/process-info.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/nats/server.ts";
import { readServerFile, readServerRecord, writeServerRecord } from "../../src/nats/server-file.ts";
import { pingServer } from "../../src/nats/server-info.ts";
import { compiledSource } from "../support/compiled.ts";
import { recordingLog, silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

let dataDir: string;
const started: EmbeddedServer[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "backbeat-embedded-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await nothingRuns();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(settings: { readonly port?: number } = {}, log = silentLog): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ dataDir, ...settings }, log);
  started.push(server);
  return server;
}

/** Processes whose command line names our data directory: server and guard. */
function ours(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && commandLine(pid)?.includes(dataDir));
}

async function nothingRuns(): Promise<void> {
  await waitFor("every process of the data directory to be gone", () => ours().length === 0);
}

/** An owner in a process of its own: starts the server, says its pid, and waits to be killed. */
async function startOwner(): Promise<{ owner: ChildProcess; pid: number; guardPid: number }> {
  const module = compiledSource("nats/server.js");
  const script = `
    const { startEmbeddedServer } = await import(${JSON.stringify(module)});
    const nothing = () => undefined;
    const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    const server = await startEmbeddedServer({ dataDir: ${JSON.stringify(dataDir)} }, log);
    console.log(server.pid);
  `;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(owner);
  for await (const line of createInterface({ input: owner.stdout })) {
    const record = readServerRecord(dataDir);
    return { owner, pid: Number(line), guardPid: record?.guardPid ?? -1 };
  }
  throw new Error("the owner said nothing");
}

function isGone(pid: number): boolean {
  return commandLine(pid) === undefined;
}

async function connect(server: EmbeddedServer): Promise<NatsBus> {
  const servers = [{ host: "127.0.0.1", port: server.port, tls: false }];
  const bus = new NatsBus({ servers, name: "test" }, silentLog);
  await waitFor("the link", () => bus.connected);
  return bus;
}

const encode = (text: string) => new TextEncoder().encode(text);

async function takePort(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

describe("startEmbeddedServer", () => {
  it("BACKBEAT-REQ-020 startEmbeddedServer answers on loopback, with JetStream in the data directory", async () => {
    const log = recordingLog();
    const server = await start({}, log);
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
    expect(server.version).toMatch(/^\d+\.\d+\.\d+/);
    expect((await pingServer({ host: "127.0.0.1", port: server.port }, 5_000)).version).toBe(server.version);
    expect(existsSync(join(dataDir, "nats/jetstream"))).toBe(true);
    expect(readServerFile(dataDir)).toMatchObject({ url: server.url, port: server.port, pid: server.pid });
    expect(findNatsUrl({ dataDir })).toEqual({ url: server.url, source: "embedded" });
    // On a fresh machine it is fetched first, and that is said too.
    expect(log.texts("info").at(-1)).toBe("Started nats-server");
  });

  it("BACKBEAT-REQ-020 EmbeddedServer is in a process group of its own: Ctrl-C does not reach it", async () => {
    const server = await start();
    const group = (pid: number) =>
      Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[2]);
    expect(group(server.pid)).not.toBe(group(process.pid));
  });

  it("BACKBEAT-REQ-020 EmbeddedServer.stop leaves no process and no server file, twice without harm", async () => {
    const server = await start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await server.exited).toMatchObject({ requested: true });
    expect(ours()).toEqual([]);
    expect(readServerRecord(dataDir)).toBeUndefined();
    expect(findNatsUrl({ dataDir })).toEqual({ url: "nats://127.0.0.1:4222", source: "default" });
    expect(findNatsUrl({ dataDir, explicit: "nats://a" })).toEqual({ url: "nats://a", source: "setting" });
  });

  it("BACKBEAT-REQ-020 EmbeddedServer.stop ends a server that ignores SIGTERM", async () => {
    const server = await start();
    process.kill(server.pid, "SIGSTOP");
    await server.stop();
    await nothingRuns();
  });

  it("BACKBEAT-REQ-020 EmbeddedServer.exited tells of a server that dies, and its guard is gone too", async () => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    const exit = await server.exited;
    expect(exit.requested).toBe(false);
    expect(exit.text).toMatch(/^it ended with SIGKILL/);
    await nothingRuns();
    expect(readServerRecord(dataDir)).toBeUndefined();
  });

  it("BACKBEAT-REQ-020 EmbeddedServer does not outlive its killed guard", async () => {
    const server = await start();
    const record = readServerFile(dataDir);
    process.kill(record?.guardPid ?? -1, "SIGKILL");
    expect(await server.exited).toMatchObject({ requested: false });
    await nothingRuns();
  });

  it("BACKBEAT-REQ-020 EmbeddedServer does not outlive its owner killed by SIGKILL", async () => {
    const { owner, pid, guardPid } = await startOwner();
    expect(isGone(pid)).toBe(false);
    owner.kill("SIGKILL");
    await waitFor("server and guard to be gone", () => isGone(pid) && isGone(guardPid));
    await nothingRuns();
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer starts at once again after its owner was killed", async () => {
    const { owner, pid } = await startOwner();
    owner.kill("SIGKILL");
    const server = await start();
    expect(server.pid).not.toBe(pid);
    expect(isGone(pid)).toBe(true);
    expect(readServerFile(dataDir)?.pid).toBe(server.pid);
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer ends a server left behind by a killed owner and guard, and says so", async () => {
    const { owner, pid } = await startOwner();
    const guards = ours().filter((other) => other !== pid && other !== owner.pid);
    // Stopped first, so that none of the three can see another die.
    for (const guard of guards) process.kill(guard, "SIGSTOP");
    owner.kill("SIGKILL");
    for (const guard of guards) process.kill(guard, "SIGKILL");
    await waitFor("the guard to be gone", () => guards.every(isGone));
    expect(isGone(pid)).toBe(false);
    const log = recordingLog();
    const server = await start({}, log);
    expect(isGone(pid)).toBe(true);
    expect(server.pid).not.toBe(pid);
    expect(log.texts("warn")).toEqual(["Ending a nats-server that a killed BACKBEAT left behind"]);
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer leaves a server alone whose owner lives", async () => {
    const server = await start();
    await expect(startEmbeddedServer({ dataDir }, silentLog)).rejects.toMatchObject({
      code: "data-dir-locked",
    });
    expect(isGone(server.pid)).toBe(false);
    expect(readServerFile(dataDir)?.pid).toBe(server.pid);
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer believes no server file whose process id is somebody else's", async () => {
    writeServerRecord(dataDir, {
      url: "nats://127.0.0.1:1",
      port: 1,
      pid: process.pid,
      guardPid: process.pid,
    });
    expect(readServerFile(dataDir)).toBeUndefined();
    const server = await start();
    expect(server.pid).not.toBe(process.pid);
  });

  it.each(["", "{", "null", '{"url":1}', '{"url":"x","port":-1,"pid":2,"guardPid":3}'])(
    "BACKBEAT-REQ-020 startEmbeddedServer passes over a broken server file: %j",
    async (content) => {
      writeFileSync(join(dataDir, "nats-server.json"), content);
      expect(readServerFile(dataDir)).toBeUndefined();
      await start();
    },
  );

  it("BACKBEAT-REQ-020 startEmbeddedServer starts on a store that a SIGKILL and torn files left unclean", async () => {
    const first = await start();
    const bus = await connect(first);
    const create = { name: "kept", subjects: ["kept"], storage: "file", retention: "limits" };
    const created = await bus.request("$JS.API.STREAM.CREATE.kept", encode(JSON.stringify(create)), 5_000);
    expect(created && new TextDecoder().decode(created.data)).toMatch(/"did_create":true/);
    for (let n = 0; n < 1_000; n += 1) bus.publish("kept", encode(`message ${n}`));
    await bus.flush();
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    await bus.close();
    const files = readdirSync(join(dataDir, "nats"), { recursive: true, encoding: "utf8" });
    const blocks = files
      .filter((name) => /\.(blk|idx)$/.test(name))
      .map((name) => join(dataDir, "nats", name));
    expect(blocks).not.toEqual([]);
    for (const block of blocks) truncateSync(block, Math.floor(statSync(block).size / 2));
    writeFileSync(join(dataDir, "nats/jetstream/rubbish"), "x");
    const again = await start();
    expect((await pingServer({ host: "127.0.0.1", port: again.port }, 5_000)).version).toBe(again.version);
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer takes another port when 4222 is taken", async () => {
    // Whoever holds 4222 here, we or somebody else: it is taken.
    const holder = await takePort(4222).catch(() => undefined);
    const server = await start();
    expect(server.port).not.toBe(4222);
    holder?.close();
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer refuses a wanted port that is taken", async () => {
    const holder = await takePort(0);
    const address = holder.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    await expect(startEmbeddedServer({ dataDir, port }, silentLog)).rejects.toMatchObject({
      code: "port-in-use",
      message: expect.stringContaining(`port ${port} of 127.0.0.1 is taken`),
    });
    holder.close();
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer tells why a binary does not start", async () => {
    const fails = join(dataDir, "fails");
    writeFileSync(fails, "#!/bin/sh\necho 'no such luck' >&2\nexit 3\n", { mode: 0o755 });
    await expect(startEmbeddedServer({ dataDir, binary: fails }, silentLog)).rejects.toMatchObject({
      code: "nats-server-failed",
      message: expect.stringMatching(/code 3\s+no such luck/),
    });
    await expect(
      startEmbeddedServer({ dataDir, binary: join(dataDir, "absent") }, silentLog),
    ).rejects.toMatchObject({ code: "nats-server-missing" });
    expect(readServerRecord(dataDir)).toBeUndefined();
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer refuses a data directory that is a file", async () => {
    const file = join(dataDir, "file");
    writeFileSync(file, "");
    await expect(startEmbeddedServer({ dataDir: file }, silentLog)).rejects.toMatchObject({
      code: "data-dir-unusable",
    });
  });

  it("BACKBEAT-REQ-020 startEmbeddedServer works in a directory whose name needs quoting", async () => {
    const inner = join(dataDir, 'a "b" ü c');
    const server = await startEmbeddedServer({ dataDir: inner }, silentLog);
    started.push(server);
    expect(existsSync(join(inner, "nats/jetstream"))).toBe(true);
    expect(readServerFile(inner)?.pid).toBe(server.pid);
  });
});
