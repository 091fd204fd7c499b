/** Where the crash tests play: nats-servers, a generator, replicas of the real program, and an ear on the wire. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { subjectsOf } from "../../src/contracts/index.ts";
import { startTestCluster, startTestServer, type TestServer } from "../support/nats-server.ts";
import type { HeardReport } from "./heard-twice.ts";
import { CLUSTER, type Load, type LoadDone, type LogLine, logLinesIn } from "./load.ts";
import { JOURNAL } from "./read-streams.ts";
import { until } from "./scenario.ts";
import { WireReader } from "./wire-reader.ts";

const PROGRAM = resolve("dist/cli/main.js");
/** Who is not asked for his state alone has time to answer. */
const ANSWER_MAX_MS = 60_000;
/** A replica that sleeps answers nothing, and is asked again. */
const STATUS_MAX_MS = 2_000;

export interface Heard extends HeardReport {
  readonly hash: string;
}

export interface StageOptions {
  readonly load: Omit<Load, "servers" | "logPath">;
  /** Default 1. */
  readonly servers?: 1 | 3;
}

export interface ReplicaStatus {
  readonly ready: boolean;
  readonly readSeq: number;
  readonly lagEntries: number;
}

/** The real program, started and killed again and again on one data directory. */
export class Replica {
  readonly name: string;
  readonly dataDir: string;
  readonly #servers: readonly string[];
  readonly #logPath: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #url: string | undefined;

  constructor(
    name: string,
    {
      dir,
      servers,
      args = [],
    }: { readonly dir: string; readonly servers: readonly string[]; readonly args?: readonly string[] },
  ) {
    this.name = name;
    this.dataDir = join(dir, name);
    mkdirSync(this.dataDir, { recursive: true });
    this.#servers = servers;
    this.#args = args;
    this.#logPath = join(dir, `${name}.log`);
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** Whether its process runs, stopped or not. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get exit(): number | string | null {
    return this.#child?.exitCode ?? this.#child?.signalCode ?? null;
  }

  /** Everything it logged, over all its lives. */
  get log(): string {
    return readFileSync(this.#logPath, "utf8");
  }

  start(): void {
    const args = ["reverb", "--cluster", CLUSTER, "--nats", this.#servers.join(","), "--http", "127.0.0.1:0"];
    const own = ["--data-dir", this.dataDir, "--journal", "on", "--journal-max-bytes", "0", ...this.#args];
    const child = spawn(process.execPath, [PROGRAM, ...args, ...own], {
      env: { PATH: process.env.PATH ?? "", BACKBEAT_ENV: "production" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    this.#url = undefined;
    const file = createWriteStream(this.#logPath, { flags: "a" });
    child.stderr?.on("data", (chunk: Buffer) => {
      file.write(chunk);
      if (this.#child === child) this.#url ??= /reverb answers on (http:[^\s"]+)/.exec(chunk.toString())?.[1];
    });
    child.stderr?.once("close", () => file.end());
  }

  /** Sends a signal; resolves, unless it only stops or wakes, when the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    if (signal === "SIGSTOP" || signal === "SIGCONT") {
      child.kill(signal);
      return;
    }
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  /** Undefined where it does not answer. */
  async status(): Promise<ReplicaStatus | undefined> {
    if (this.#url === undefined) return undefined;
    try {
      const signal = AbortSignal.timeout(STATUS_MAX_MS);
      const [ready, status] = await Promise.all([
        fetch(`${this.#url}/ready`, { signal }),
        fetch(`${this.#url}/api/v1/status`, { signal }),
      ]);
      const { journal } = (await status.json()) as {
        readonly journal: { readonly read_sequence: number; readonly lag_entries: number } | null;
      };
      return {
        ready: ready.status === 200,
        readSeq: journal?.read_sequence ?? 0,
        lagEntries: journal?.lag_entries ?? Number.POSITIVE_INFINITY,
      };
    } catch {
      return undefined;
    }
  }

  async ask(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    return { status: answer.status, body: await answer.json() };
  }

  /** Resolves when it commits, or has ended. */
  async untilReady(): Promise<void> {
    const isReady = async () => !this.isRunning || ((await this.status())?.ready ?? false);
    await until(`${this.name} to be ready`, isReady);
  }
}

/** State: what runs. */
export class Stage implements AsyncDisposable {
  readonly dir: string;
  readonly servers: readonly TestServer[];
  readonly load: Load;
  readonly connection: NatsConnection;
  readonly wire: Heard[] = [];
  #generator: ChildProcess | undefined;
  readonly #replicas: Replica[] = [];
  readonly #readers: WireReader[] = [];

  private constructor(parts: Pick<Stage, "dir" | "servers" | "load" | "connection">) {
    this.dir = parts.dir;
    this.servers = parts.servers;
    this.load = parts.load;
    this.connection = parts.connection;
    this.connection.subscribe(subjectsOf(CLUSTER).reverb, {
      callback: (_error, message) => {
        this.wire.push({
          windowId: (JSON.parse(message.string()) as { window_id: string }).window_id,
          hash: message.headers?.get("Backbeat-Hash") ?? "",
          seq: Number(message.headers?.get("Nats-Sequence")),
          atMs: performance.timeOrigin + performance.now(),
        });
      },
    });
  }

  static async open({ load, servers: count = 1 }: StageOptions): Promise<Stage> {
    const dir = mkdtempSync(join(tmpdir(), "backbeat-crash-"));
    const servers = count === 1 ? [await startTestServer({ jetstream: true })] : await startTestCluster();
    const urls = servers.map(({ url }) => url);
    const connection = await connect({
      servers: urls,
      name: "crash-ear",
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      pingInterval: 2_000,
      maxPingOut: 2,
      ignoreClusterUpdates: true,
    });
    const stage = new Stage({
      dir,
      servers,
      load: { ...load, servers: urls, logPath: join(dir, "generator.log") },
      connection,
    });
    await connection.flush();
    return stage;
  }

  /** Begins when the journal is there: what is published before that nobody acknowledges. */
  async startLoad(): Promise<void> {
    // Not asked at once: three servers may still be without a leader.
    const manager = await jetstreamManager(this.connection, { checkAPI: false });
    const exists = async () => (await manager.streams.info(JOURNAL).catch(() => undefined)) !== undefined;
    await until("the journal", exists);
    const path = fileURLToPath(new URL("generator.js", import.meta.url));
    this.#generator = fork(path, [JSON.stringify(this.load)]);
    await once(this.#generator, "message");
  }

  replica(name: string, args?: readonly string[]): Replica {
    const servers = this.servers.map(({ url }) => url);
    const replica = new Replica(name, { dir: this.dir, servers, ...(args === undefined ? {} : { args }) });
    this.#replicas.push(replica);
    return replica;
  }

  /** A reader of reports that fills holes. */
  watch(): WireReader {
    const reader = new WireReader(this.load.servers);
    this.#readers.push(reader);
    return reader;
  }

  /** A command of the program, to its end. */
  async program(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    const where = ["--cluster", CLUSTER, "--nats", this.load.servers.join(",")];
    const child = spawn(process.execPath, [PROGRAM, ...args, ...where], {
      env: { PATH: process.env.PATH ?? "" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    const [code] = (await once(child, "close")) as [number];
    return { code, output };
  }

  async endLoad(): Promise<LoadDone> {
    const generator = this.#generator;
    if (generator === undefined) throw new Error("no load was started");
    const done = once(generator, "message");
    generator.send("stop");
    return (await done)[0] as LoadDone;
  }

  /** What the generator has written down so far. */
  *log(): Generator<LogLine> {
    yield* logLinesIn(readFileSync(this.load.logPath, "latin1"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#generator?.kill("SIGKILL");
    await Promise.all(this.#replicas.map((replica) => replica.kill("SIGKILL")));
    await Promise.all(this.#readers.map((reader) => reader.end()));
    void this.connection.close().catch(() => undefined);
    await Promise.all(this.servers.map((server) => server.stop()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
