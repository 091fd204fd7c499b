/** Three pulses of the real program and an ear that writes down every frame, for tests that kill them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type BeatFrame, createDecoder, Refusal, subjectsOf } from "../../src/contracts/index.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalName } from "../../src/nats/stream-names.ts";
import { startTestCluster, startTestServer, type TestServer } from "../support/nats-server.ts";
import { connectBus } from "../support/real-reverb.ts";
import { type BeatsOfReport, unsaidBeats } from "./beats-said.ts";
import { type HeardReport, heardTwice } from "./heard-twice.ts";
import { until } from "./scenario.ts";
import { framesIn, reportsIn, TRIO_CLUSTER } from "./trio-streams.ts";

const PROGRAM = resolve("dist/cli/main.js");
const SUBJECTS = subjectsOf(TRIO_CLUSTER);
export const NODES = ["a", "b", "c"];

export interface HeardFrame {
  readonly index: number;
  readonly epoch: number;
  readonly node: string;
  readonly frame: BeatFrame;
  /** On our monotonic clock. */
  readonly atMs: number;
}

export interface TrioOptions {
  readonly servers?: 1 | 3;
  readonly args?: readonly string[];
  /** Environment of the pulses, given the folder of this run. */
  readonly env?: (dir: string) => Readonly<Record<string, string>>;
}

/** State: servers, processes, and what was heard. */
export class PulseTrio implements AsyncDisposable {
  readonly servers: readonly TestServer[];
  readonly heard: HeardFrame[] = [];
  readonly dir = mkdtempSync(join(tmpdir(), "backbeat-trio-"));
  /** Reports on the wire. */
  readonly #reported: HeardReport[] = [];
  readonly #children = new Map<string, ChildProcess>();
  readonly #urls = new Map<string, string>();
  readonly #ear: Awaited<ReturnType<typeof connectBus>>;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  private constructor(
    servers: readonly TestServer[],
    options: Pick<TrioOptions, "env"> & { readonly ear: PulseTrio["ear"]; readonly args: readonly string[] },
  ) {
    this.servers = servers;
    this.#ear = options.ear;
    this.#args = options.args;
    this.#env = options.env?.(this.dir) ?? {};
    const decoder = createDecoder({ mode: "strict" });
    this.#ear.subscribe(SUBJECTS.beat, ({ data }) => {
      const atMs = performance.now();
      const frame = decoder.frame(data);
      if (frame instanceof Refusal) throw new Error(frame.text);
      const { epoch, node } = frame.metadata ?? {};
      this.heard.push({ index: frame.beat_index, epoch: Number(epoch), node: String(node), frame, atMs });
    });
    this.#ear.subscribe(SUBJECTS.reverb, ({ data, headers }) => {
      const { window_id: windowId } = JSON.parse(new TextDecoder().decode(data)) as {
        readonly window_id: string;
      };
      const seq = Number(headers?.get("Nats-Sequence"));
      this.#reported.push({ windowId, seq, atMs: performance.now() });
    });
  }

  /** With a reverb, which makes the journal; resolves when one of them leads. */
  static async open(options: TrioOptions): Promise<PulseTrio> {
    const isCluster = options.servers === 3;
    const servers = isCluster ? await startTestCluster() : [await startTestServer({ jetstream: true })];
    const ear = await connectBus(servers.map(({ url }) => url).join(","), "ear");
    const replicas = isCluster ? 3 : 1;
    const trio = new PulseTrio(servers, {
      ear,
      args: ["--journal-replicas", String(replicas), ...(options.args ?? [])],
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    trio.#startReverb();
    const api = new JetStreamApi(ear);
    const info = () =>
      api.ask(`STREAM.INFO.${journalName(TRIO_CLUSTER)}`).then(
        () => true,
        () => undefined,
      );
    await until("the journal", info);
    for (const node of NODES) trio.start(node);
    await trio.untilBeats(3);
    return trio;
  }

  #startReverb(): void {
    const dataDir = join(this.dir, "reverb");
    mkdirSync(dataDir);
    const urls = this.servers.map(({ url }) => url).join(",");
    const where = ["--cluster", TRIO_CLUSTER, "--nats", urls, "--data-dir", dataDir, "--http", "127.0.0.1:0"];
    const child = spawn(
      process.execPath,
      [PROGRAM, "reverb", ...where, "--journal", "on", "--bar-length", "8", ...this.#args],
      { env: { PATH: process.env.PATH ?? "", BACKBEAT_ENV: "production" }, stdio: "ignore" },
    );
    this.#children.set("reverb", child);
  }

  /**
   * Every bar of which a frame is in the journal, but the newest two, is stored exactly once, says how many of its beats
   * have no frame there, and is on the wire at most once. A journal without a leader may have no frame of a short bar:
   * nobody can report that.
   */
  async reportFaults(): Promise<string[]> {
    // Three servers may be without a leader: who does not answer is asked again.
    const begun = await until("the journal's frames", () => framesIn(this.#ear).catch(() => undefined));
    const windows = [...new Set(begun.map(({ windowId }) => windowId))].slice(0, -2);
    let reports: BeatsOfReport[] = [];
    const isDone = async () => {
      reports = await reportsIn(this.#ear).catch(() => []);
      return windows.every((windowId) => reports.some((report) => report.windowId === windowId));
    };
    await until("the last report", isDone).catch(() => undefined);
    const timesOf = (windowId: string) => reports.filter((report) => report.windowId === windowId).length;
    return [
      ...unsaidBeats(
        begun,
        reports.filter(({ windowId }) => windows.includes(windowId)),
      ),
      ...windows
        .filter((windowId) => timesOf(windowId) !== 1)
        .map((windowId) => `window ${windowId} is stored ${timesOf(windowId)} times`),
      ...heardTwice(this.#reported, { isCluster: this.servers.length > 1 }).faults,
      ...(windows.length === 0 ? ["no bar was begun"] : []),
    ];
  }

  /**
   * What was heard, each frame at the time at which the server stored it: our own ear shares two cores with all that it
   * listens to. A frame that the journal does not hold keeps the time at which it was heard.
   */
  async asStored(): Promise<HeardFrame[]> {
    const storedAtMs = new Map<string, number>();
    for (const { index, node, storedAtMs: atMs } of await framesIn(this.#ear)) {
      const key = `${node} ${index}`;
      if (!storedAtMs.has(key)) storedAtMs.set(key, atMs);
    }
    const heardAtMs = (one: HeardFrame) => performance.timeOrigin + one.atMs;
    return this.heard.map((one) => ({
      ...one,
      atMs: storedAtMs.get(`${one.node} ${one.index}`) ?? heardAtMs(one),
    }));
  }

  get ear() {
    return this.#ear;
  }

  /** Who published the newest frame. */
  get acting(): string {
    return this.heard.at(-1)?.node ?? "";
  }

  pidOf(node: string): number {
    return this.#children.get(node)?.pid ?? -1;
  }

  start(node: string): void {
    this.#urls.delete(node);
    const dataDir = join(this.dir, node);
    mkdirSync(dataDir, { recursive: true });
    const urls = this.servers.map(({ url }) => url).join(",");
    const where = ["--cluster", TRIO_CLUSTER, "--nats", urls, "--node", node, "--data-dir", dataDir];
    const child = spawn(
      process.execPath,
      [
        PROGRAM,
        "pulse",
        ...where,
        "--http",
        "127.0.0.1:0",
        "--tempo",
        "120",
        "--bar-length",
        "8",
        ...this.#args,
      ],
      {
        env: { PATH: process.env.PATH ?? "", BACKBEAT_ENV: "production", ...this.#env },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    this.#children.set(node, child);
    const file = createWriteStream(join(this.dir, `${node}.log`), { flags: "a" });
    child.stderr?.on("data", (chunk: Buffer) => {
      file.write(chunk);
      const url = /the pulse answers on (http:[^\s"]+)/.exec(chunk.toString())?.[1];
      if (url !== undefined) this.#urls.set(node, url);
    });
    child.stderr?.once("close", () => file.end());
  }

  /** Its data directory is lost. */
  wipe(node: string): void {
    rmSync(join(this.dir, node), { recursive: true, force: true });
  }

  /** Sends a signal; resolves, unless it only stops or wakes, when the process is gone. */
  async signal(node: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#children.get(node);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ends = signal !== "SIGSTOP" && signal !== "SIGCONT";
    const exited = ends ? once(child, "exit") : undefined;
    child.kill(signal);
    await exited;
  }

  async ask(node: string, path: string): Promise<Readonly<Record<string, unknown>>> {
    const answer = await fetch(`${this.#urls.get(node)}${path}`, { signal: AbortSignal.timeout(2_000) });
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  }

  /** Who holds the lease, by its own word; undefined where none of them does, or of those that are asked. */
  async leader(nodes: readonly string[] = NODES): Promise<string | undefined> {
    for (const node of nodes) {
      const answer = await this.ask(node, "/api/v1/leader").catch(() => undefined);
      if (answer?.is_leader === true) return node;
    }
    return undefined;
  }

  /** So many more frames are heard than now. */
  async untilBeats(count: number): Promise<void> {
    const enough = this.heard.length + count;
    await until(`${count} more beats`, () => this.heard.length >= enough);
  }

  /** Each hears all of them, and one leads. */
  async untilTogether(): Promise<void> {
    const isTogether = async () => {
      const all = await Promise.all(NODES.map((node) => this.ask(node, "/api/v1/leader")));
      const hearAll = all.every(({ pulses }) => (pulses as string[]).length === NODES.length);
      return hearAll && all.filter((answer) => answer.is_leader === true).length === 1;
    };
    await until("three pulses that hear each other, and one that leads", () =>
      isTogether().catch(() => false),
    );
  }

  /** Frames that were published again, by all of them. */
  async repeated(): Promise<number> {
    const texts = await Promise.all(
      NODES.map(async (node) => (await fetch(`${this.#urls.get(node)}/metrics`)).text()),
    );
    const counts = texts.map((text) => /^backbeat_pulse_frames_repeated_total (\d+)/m.exec(text)?.[1]);
    return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#children.keys()) {
      this.#children.get(node)?.kill("SIGCONT");
      await this.signal(node, "SIGKILL");
    }
    await this.#ear.close();
    await Promise.all(this.servers.map((server) => server.stop()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
