/** The examples of the guide, each run as it is written. All at once: most of it is waiting for their own clocks. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type StatusClaim, subjectsOf, windowIdOf } from "../../src/contracts/index.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import { frameBody } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { connectBus } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const subjects = subjectsOf("local");

/** A cluster of its own for each example: a server, a pulse of a certain tempo, and every claim that has come. */
class Stage implements AsyncDisposable {
  readonly claims: StatusClaim[] = [];
  readonly url: string;
  readonly #server: TestServer;
  readonly #bus: NatsBus;
  readonly #beating: NodeJS.Timeout;
  #beat = 9;

  constructor({ beatMs, bus, server }: { beatMs: number; bus: NatsBus; server: TestServer }) {
    this.url = server.url;
    this.#server = server;
    this.#bus = bus;
    bus.subscribe(subjects.status, (message) =>
      this.claims.push(JSON.parse(new TextDecoder().decode(message.data))),
    );
    bus.subscribe(subjects.now, (message) => message.respond(this.#frame(beatMs)));
    this.#beating = setInterval(() => {
      this.#beat += 1;
      bus.publish(subjects.beat, this.#frame(beatMs));
    }, beatMs);
  }

  /** Runs an example of the folder until it ends, or until the test does. */
  run(example: string, ...args: readonly string[]) {
    const child = spawn(process.execPath, [`examples/${example}`, this.url, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    return {
      output: () => output,
      ended: once(child, "close"),
      kill: (signal: NodeJS.Signals) => void child.kill(signal),
      [Symbol.dispose]: () => void child.kill("SIGKILL"),
    };
  }

  statesOf(agentId: string, taskId?: string) {
    return this.claims
      .filter((one) => one.agent_id === agentId && one.task_id === taskId)
      .map(({ state }) => state);
  }

  #frame(beatMs: number) {
    return frameBody(this.#beat, {
      cluster_id: "local",
      beatDurationMs: beatMs,
      deadline_at: new Date(Date.now() + beatMs).toISOString(),
      window_id: windowIdOf("local", 1 + Math.floor((this.#beat - 1) / 8) * 8),
    });
  }

  async [Symbol.asyncDispose]() {
    clearInterval(this.#beating);
    await this.#bus.close();
    await this.#server.stop();
  }
}

async function stage({ beatMs = 200 } = {}): Promise<Stage> {
  const server = await startTestServer();
  const bus = await connectBus(server.url);
  const made = new Stage({ beatMs, bus, server });
  await bus.flush();
  return made;
}

describe.concurrent("the examples of the guide, as written", () => {
  it("BACKBEAT-REQ-040 041 agent.mjs plans on the downbeat, executes on each beat, ends on SIGINT", async () => {
    await using one = await stage();
    using example = one.run("agent.mjs");
    await waitFor("both claims", () => new Set(one.claims.map((claim) => claim.state)).size === 2);
    expect(new Set(one.claims.map((claim) => claim.state))).toEqual(new Set(["planning", "executing"]));
    expect(new Set(one.claims.map((claim) => claim.agent_id))).toEqual(new Set(["example:1"]));
    example.kill("SIGINT");
    expect(await example.ended).toEqual([0, null]);
  });

  it("agent.mjs is what the README shows", () => {
    const code = readFileSync("examples/agent.mjs", "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("//"))
      .join("\n")
      .trim();
    expect(readFileSync("README.md", "utf8")).toContain(code);
  });

  it("BACKBEAT-REQ-042 worker-pool.mjs does its jobs, each a task, and one runs out of its budget", async () => {
    await using one = await stage();
    using example = one.run("worker-pool.mjs", "5");
    expect(await example.ended).toEqual([0, null]);
    // A job takes a second, its budget is 1.6 s; the fourth wants ten.
    expect(example.output()).toMatch(
      /job-4 failed: The work was told to stop: its budget of 8 beats is spent/,
    );
    expect(example.output().split("\n").filter(Boolean)).toHaveLength(5);
    const ends = () => one.claims.filter(({ state }) => state === "completed" || state === "failed");
    await waitFor("the ends of all", () => ends().length >= 5);
    expect(ends()).toHaveLength(5);
    expect(new Set(one.claims.map((claim) => claim.agent_id)).size).toBe(4);
  });

  it("wait-for.mjs is blocked by the builder until the artifact is there", async () => {
    await using one = await stage();
    using example = one.run("wait-for.mjs");
    expect(await example.ended).toEqual([0, null]);
    expect(example.output()).toBe("deploying app-1.0.tgz\n");
    await waitFor("the end", () => one.statesOf("ci:deployer", "deploy").includes("completed"));
    const states = one.statesOf("ci:deployer", "deploy");
    expect([states[0], new Set(states.slice(1, -2)), ...states.slice(-2)]).toEqual([
      "executing",
      new Set(["blocked"]),
      "executing",
      "completed",
    ]);
    expect(one.claims.find(({ state }) => state === "blocked")?.dependencies).toEqual(["ci:builder"]);
  });

  it("express.mjs makes each request a task and tells its health", async () => {
    // Its budget is two beats: however slow the machine is, they are not over before the page is made.
    await using one = await stage({ beatMs: 60_000 });
    using example = one.run("express.mjs", "0");
    const url = await waitFor("its address", () => /http:\S+/.exec(example.output())?.[0]);
    await waitFor("a beat", async () => (await fetch(`${url}/healthz`)).ok);
    expect(await (await fetch(`${url}/render/score`)).text()).toBe("<h1>score</h1>");
    await waitFor("the claim", () => one.statesOf("web:1", "render").includes("completed"));
    example.kill("SIGTERM");
    expect(await example.ended).toEqual([0, null]);
  });

  it("cron.mjs says when it will be heard again", async () => {
    // A run takes a second and a half, its budget is ten beats.
    await using one = await stage({ beatMs: 5_000 });
    using example = one.run("cron.mjs", "* * * * * *");
    const idle = await waitFor("its word", () => one.claims.find(({ state }) => state === "idle"));
    expect(Number(idle.metadata?.next_beat)).toBeGreaterThan(idle.beat_index);
    await waitFor("the line", () => example.output().includes("cleaned up"));
    example.kill("SIGINT");
    expect(await example.ended).toEqual([0, null]);
  });

  it("agent.test.mjs tests an agent without NATS", async () => {
    const child = spawn(process.execPath, ["--test", "examples/agent.test.mjs"], { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
