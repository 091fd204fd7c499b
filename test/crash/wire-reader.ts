/** `backbeat watch` as a reader of reports: what the wire missed it must have found in the store. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { CLUSTER } from "./load.ts";
import { until } from "./scenario.ts";

const PROGRAM = resolve("dist/cli/main.js");

export class WireReader {
  readonly #child: ChildProcess;
  readonly #windows: string[] = [];
  #rest = "";
  #hasHeard = false;
  #said = "";

  constructor(servers: readonly string[]) {
    const args = ["watch", "--cluster", CLUSTER, "--nats", servers.join(","), "--json", "--wait", "600"];
    this.#child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { PATH: process.env.PATH ?? "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk.toString()));
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
  }

  /** It shows beats, so it hears reports as well. */
  async untilConnected(): Promise<void> {
    await until("the reader to hear something", () => this.#hasHeard);
  }

  /** Every expected report once, in order; anything else is a sentence. Ends it. */
  async faults(expected: readonly string[]): Promise<string[]> {
    const last = expected.at(-1);
    await until(
      "the reader to have the last report",
      () => last === undefined || this.#windows.includes(last),
    ).catch(() => undefined);
    await this.end();
    const shown = this.#windows.filter((windowId) => expected.includes(windowId));
    if (JSON.stringify(shown) === JSON.stringify(expected)) return [];
    const missing = expected.filter((windowId) => !shown.includes(windowId));
    return [
      `the reader showed ${shown.length} reports in place of ${expected.length}, ${missing.length} never: ${missing.slice(0, 3).join(", ")}; it said ${this.#said.slice(-400)}`,
    ];
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      this.#hasHeard = true;
      const windowId = /"type":"backbeat\.barreport\.v1","window_id":"([0-9a-f]{32})"/.exec(line)?.[1];
      if (windowId !== undefined) this.#windows.push(windowId);
    }
  }
}
