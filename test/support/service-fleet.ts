/** Services of the real program on one nats-server, each with a data directory of its own. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BeatFrame, createDecoder, Refusal } from "../../src/contracts/index.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import { CLUSTER } from "./messages.ts";
import { startTestServer, type TestServer } from "./nats-server.ts";
import { type RunningProgram, startProgram } from "./program.ts";
import { connectBus, subjects } from "./real-reverb.ts";
import { waitFor } from "./wait-for.ts";

const URL_SAID = /(?:the pulse|reverb) answers on (http:[^\s"]+)/;

export interface Service {
  readonly program: RunningProgram;
  /** Answers of its HTTP API, once it listens. */
  ask(path: string): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
}

export interface ServiceStart {
  /** Its folder in the fleet's; the same one again for a restart. */
  readonly dir: string;
  readonly args?: readonly string[];
}

/** State: a server, what was started, and what is heard of beats and reports. */
export class ServiceFleet implements AsyncDisposable {
  readonly frames: BeatFrame[] = [];
  readonly reports: { readonly window_id: string; readonly from_beat: number }[] = [];
  readonly server: TestServer;
  readonly #dir = mkdtempSync(join(tmpdir(), "backbeat-fleet-"));
  readonly #ear: NatsBus;
  readonly #programs: RunningProgram[] = [];

  private constructor(server: TestServer, ear: NatsBus) {
    this.server = server;
    this.#ear = ear;
    const decoder = createDecoder({ mode: "strict" });
    ear.subscribe(subjects.beat, ({ data }) => {
      const frame = decoder.frame(data);
      if (frame instanceof Refusal) throw new Error(frame.text);
      this.frames.push(frame);
    });
    ear.subscribe(subjects.reverb, ({ data }) => {
      this.reports.push(JSON.parse(new TextDecoder().decode(data)));
    });
  }

  static async open(): Promise<ServiceFleet> {
    const server = await startTestServer({ jetstream: true });
    const ear = await connectBus(server.url, "ear");
    const fleet = new ServiceFleet(server, ear);
    await ear.flush();
    return fleet;
  }

  /** A pulse with four beats a bar, and 240 a minute unless told otherwise. */
  pulse({ args = [], dir, tempo = 240 }: ServiceStart & { readonly tempo?: number }): Service {
    return this.#start("pulse", dir, ["--tempo", String(tempo), "--bar-length", "4", ...args]);
  }

  reverb({ args = [], dir }: ServiceStart): Service {
    return this.#start("reverb", dir, ["--journal", "on", ...args]);
  }

  /** Copies a data directory as a clone of a machine has it: without what a living process holds. */
  copy(from: string, to: string): void {
    mkdirSync(join(this.#dir, to));
    for (const name of readdirSync(join(this.#dir, from)).filter((one) => !one.endsWith(".lock")))
      try {
        copyFileSync(join(this.#dir, from, name), join(this.#dir, to, name));
      } catch (error) {
        // Half a file that was being written, under a name of its own.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
  }

  /** So many more beats, each counted once. */
  async moreBeats(count: number): Promise<void> {
    const until = this.newestBeat + count;
    await waitFor(`${count} more beats`, () => this.newestBeat >= until);
  }

  async moreReports(count: number): Promise<void> {
    const until = this.reports.length + count;
    await waitFor(`${count} more reports`, () => this.reports.length >= until);
  }

  /** Bars between the first and the last report of which a beat was heard, and no report. */
  get unreported(): readonly string[] {
    const reported = new Set(this.reports.map(({ window_id }) => window_id));
    const windows = [...new Set(this.frames.map(({ window_id }) => window_id))];
    const [first, last] = [this.reports.at(0), this.reports.at(-1)].map((report) =>
      windows.indexOf(report?.window_id ?? ""),
    );
    return windows.slice(first, last).filter((windowId) => !reported.has(windowId));
  }

  get newestBeat(): number {
    return Math.max(0, ...this.frames.map(({ beat_index }) => beat_index));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
    await this.#ear.close();
    await this.server.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #start(command: string, dir: string, args: readonly string[]): Service {
    const where = ["--cluster", CLUSTER, "--nats", this.server.url, "--http", "127.0.0.1:0"];
    const program = startProgram([command, ...where, "--data-dir", join(this.#dir, dir), ...args]);
    this.#programs.push(program);
    return {
      program,
      async ask(path) {
        const url = await waitFor(`${command} to listen`, () => URL_SAID.exec(program.stderr())?.[1]);
        const answer = await fetch(`${url}${path}`);
        return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
      },
    };
  }
}

/** Values that occur more than once. */
export function repeated<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}
