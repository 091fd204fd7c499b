/**
 * A real nats-server for tests: its own process, a free port, a folder of its own under the system's temp folder.
 *
 * Finds the binary as the product does, and fetches it once where the machine has none, so that `npm test` needs
 * no preparation. Nothing is left behind: dispose (`await using`) or `stop()`, and the process dies with the test
 * process at the latest.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { getServer } from "../../src/nats/get-server.ts";
import { freePort } from "./free-port.ts";
import { silentLog } from "./recording-log.ts";
import { DEADLINE_MS, waitFor } from "./wait-for.ts";

export interface TestServerOptions {
  /** Further lines of nats-server configuration (users, tls, cluster, …). */
  readonly config?: string;
  /** Default: a free one, which it has again after a restart. */
  readonly port?: number;
  /** Default false. */
  readonly jetstream?: boolean;
  /** Domain of its JetStream; default: none. */
  readonly domain?: string;
}

export interface TestServer extends AsyncDisposable {
  /** `nats://127.0.0.1:port`; without credentials. */
  readonly url: string;
  /** The same over all restarts. */
  readonly port: number;
  readonly pid: number;
  /** As the server says itself. */
  readonly version: string;
  /** Its folder: configuration and JetStream store. */
  readonly dir: string;
  /** What it wrote to its log so far, over all restarts; the last lines of very many. */
  log(): readonly string[];
  /** What it logged of clients that wanted what they may not. */
  readonly violations: readonly string[];
  /** Sends a signal; resolves when the process is gone, after SIGSTOP when all of it stands still. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it and removes its folder; again is harmless. */
  stop(): Promise<void>;
  /** Starts it anew on the same port with the same folder; stops it first if it still runs. */
  restart(): Promise<void>;
}

/** Far more than any test makes a server say. */
const LOG_LINES_MAX = 10_000;

/** Resolves when the server accepts connections (20 to 30 ms). Rejects with what the server said if it dies. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const binary = await getServer(process.env.BACKBEAT_NATS_SERVER, silentLog);
  const dir = mkdtempSync(join(tmpdir(), "backbeat-nats-"));
  const said: string[] = [];
  const port = options.port ?? (await freePort());
  let running = await launch(binary, dir, { ...options, port, said });
  const halt = async (signal: NodeJS.Signals): Promise<void> => {
    running.child.kill(signal);
    if (signal === "SIGKILL") running.child.kill("SIGCONT");
    await running.exited;
  };
  const server: TestServer = {
    url: `nats://127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return running.child.pid ?? -1;
    },
    get version() {
      return running.version;
    },
    log: () => [...said],
    get violations() {
      return said.filter((line) => line.includes("Violation"));
    },
    async kill(signal) {
      if (!["SIGSTOP", "SIGCONT", "SIGHUP"].includes(signal)) return halt(signal);
      running.child.kill(signal);
      if (signal === "SIGSTOP") await waitFor("nats-server to stand still", () => stands(server.pid));
    },
    async stop() {
      await halt("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
    async restart() {
      await halt("SIGKILL");
      running = await launch(binary, dir, { ...options, port, said });
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
    },
  };
  return server;
}

/** Three servers that keep streams together. */
export async function startTestCluster(): Promise<TestServer[]> {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(", ");
  return Promise.all(
    ports.map((port, at) =>
      startTestServer({
        jetstream: true,
        config: `server_name: n${at}\ncluster { name: crash, host: "127.0.0.1", port: ${port}, routes: [${routes}], no_advertise: true }`,
      }),
    ),
  );
}

/** Whether every thread is stopped. Where there is no /proc, `ps` speaks for the process as a whole. */
function stands(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks))
    return execFileSync("ps", ["-o", "stat=", "-p", String(pid)])
      .toString()
      .startsWith("T");
  try {
    return readdirSync(tasks).every((id) => /\) T /.test(readFileSync(join(tasks, id, "stat"), "utf8")));
  } catch {
    // A thread that ended between the two reads: not all of it stood still.
    return false;
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly version: string;
  readonly exited: Promise<void>;
}

type LaunchOptions = TestServerOptions & { readonly port: number; readonly said: string[] };

async function launch(binary: string, dir: string, options: LaunchOptions): Promise<Running> {
  const configFile = join(dir, "nats-server.conf");
  writeFileSync(configFile, configuration(dir, options));
  const child = spawn(binary, ["-c", configFile], { stdio: ["ignore", "ignore", "pipe"] });
  const die = () => child.kill("SIGKILL");
  process.once("exit", die);
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => {
      process.off("exit", die);
      resolve();
    });
  });
  try {
    return { child, exited, ...(await readBanner(child, options.said)) };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function configuration(dir: string, options: LaunchOptions): string {
  const lines = ['host: "127.0.0.1"', `port: ${options.port}`];
  if (options.jetstream === true)
    lines.push(
      `jetstream { store_dir: ${JSON.stringify(join(dir, "store"))}${options.domain === undefined ? "" : `, domain: ${options.domain}`} }`,
    );
  return [...lines, options.config ?? ""].join("\n");
}

/** What nats-server says while it starts: its version, and that it is ready. */
function readBanner(child: ChildProcess, said: string[]): Promise<{ version: string }> {
  return new Promise((resolve, reject) => {
    let version: string | undefined;
    const fail = (why: string) => reject(new Error(`nats-server did not start: ${why}\n${said.join("\n")}`));
    const deadline = setTimeout(() => fail(`not ready after ${DEADLINE_MS} ms`), DEADLINE_MS);
    const done = () => clearTimeout(deadline);
    child.once("error", (error) => {
      done();
      fail(error.message);
    });
    child.once("close", (code, signal) => {
      done();
      fail(`it ended with ${signal ?? code}`);
    });
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on("line", (line) => {
      said.push(line);
      if (said.length > LOG_LINES_MAX) said.shift();
      version ??= /Version:\s+(\S+)/.exec(line)?.[1];
      if (line.endsWith("Server is ready") && version !== undefined) {
        done();
        resolve({ version });
      }
    });
  });
}
