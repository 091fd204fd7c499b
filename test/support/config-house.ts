/** A nats-server that runs with what `backbeat nats-config` wrote, and its users as they are handed out. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NatsConnection } from "@nats-io/transport-node";
import { parseServers } from "../../src/nats/address.ts";
import { NatsBus } from "../../src/nats/bus.ts";
import { connectOnce, type NatsSettings } from "../../src/nats/connect.ts";
import { freePort } from "./free-port.ts";
import { startTestServer, type TestServer } from "./nats-server.ts";
import { type RunningProgram, runProgram, startProgram } from "./program.ts";
import { type RecordingLog, recordingLog } from "./recording-log.ts";
import { waitFor } from "./wait-for.ts";

export interface ConfigHouse extends AsyncDisposable {
  readonly server: TestServer;
  /** What was written. */
  readonly dir: string;
  /** Writes it anew, and lets the server that runs read it. */
  addAgents(...args: readonly string[]): Promise<void>;
  /** The variables that a user was given. */
  envOf(user: string): Readonly<Record<string, string>>;
  /** How a program in this process connects as a user. */
  settingsOf(user: string): NatsSettings;
  /** A connected bus; what it complained of is in the log. */
  bus(user: string): Promise<{ readonly bus: NatsBus; readonly log: RecordingLog }>;
  /** A bare connection, for what our own code would never do. */
  bare(user: string): Promise<NatsConnection>;
  /** A program of a user that runs until the house is closed. */
  start(user: string, ...args: readonly string[]): RunningProgram;
  run(user: string, ...args: readonly string[]): ReturnType<typeof runProgram>;
}

export async function configHouse(...args: readonly string[]): Promise<ConfigHouse> {
  const root = mkdtempSync(join(tmpdir(), "backbeat-rights-"));
  const dir = join(root, "users");
  const port = await freePort();
  const write = async (moreArgs: readonly string[]): Promise<string> => {
    const { end, stderr } = await runProgram([
      ...["nats-config", "--cluster", "test", "--nats", `nats://127.0.0.1:${port}`],
      ...["--out", dir, "--store-dir", join(root, "store"), ...moreArgs],
    ]);
    if (end !== 0) throw new Error(`nats-config ended with ${end}: ${stderr}`);
    return readFileSync(join(dir, "server.conf"), "utf8");
  };
  const config = await write(args);
  const server = await startTestServer({ port, config });
  const open: { close(): Promise<void> }[] = [];
  const programs: RunningProgram[] = [];
  const envOf = (user: string): Record<string, string> =>
    Object.fromEntries(
      readFileSync(join(dir, `${user.replaceAll(":", "+")}.env`), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/=(.*)/s) as [string, string]),
    );
  const settingsOf = (user: string): NatsSettings => {
    const env = envOf(user);
    const parsed = parseServers(env.BACKBEAT_NATS ?? "");
    if ("faults" in parsed) throw new Error(parsed.faults.join());
    return {
      servers: parsed.servers,
      name: user,
      ...(env.BACKBEAT_NATS_INBOX_PREFIX === undefined
        ? {}
        : { inboxPrefix: env.BACKBEAT_NATS_INBOX_PREFIX }),
      ...(env.BACKBEAT_NATS_NKEY === undefined ? {} : { nkeyFile: env.BACKBEAT_NATS_NKEY }),
    };
  };
  return {
    server,
    dir,
    envOf,
    settingsOf,
    async addAgents(...moreArgs) {
      const file = join(server.dir, "nats-server.conf");
      const before = readFileSync(file, "utf8");
      writeFileSync(file, before.replace(config, await write(moreArgs)));
      await server.kill("SIGHUP");
    },
    async bus(user) {
      const log = recordingLog();
      const bus = new NatsBus(settingsOf(user), log);
      open.push(bus);
      await waitFor(`${user} to connect`, () => bus.connected);
      return { bus, log };
    },
    async bare(user) {
      const settings = settingsOf(user);
      const connection = await connectOnce(settings.servers[0]!, settings);
      open.push(connection);
      return connection;
    },
    start(user, ...programArgs) {
      const program = startProgram(programArgs, { env: envOf(user), cwd: root });
      programs.push(program);
      return program;
    },
    run: (user, ...programArgs) => runProgram(programArgs, { env: envOf(user), cwd: root }),
    async [Symbol.asyncDispose]() {
      await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
      await Promise.all(open.map((one) => one.close()));
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
