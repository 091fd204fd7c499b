import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type StatusClaim, subjectsOf, windowIdOf } from "../../src/contracts/index.ts";
import { frameBody } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { connectBus } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const subjects = subjectsOf("local");
const BEAT_MS = 200;

describe("the examples of the guide, as written", () => {
  let server: TestServer;
  let peer: Awaited<ReturnType<typeof connectBus>>;
  let beating: NodeJS.Timeout;
  let claims: StatusClaim[];
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    server = await startTestServer();
    peer = await connectBus(server.url);
    claims = [];
    peer.subscribe(subjects.status, (message) =>
      claims.push(JSON.parse(new TextDecoder().decode(message.data))),
    );
    let beat = 9;
    const frame = () =>
      frameBody(beat, {
        cluster_id: "local",
        beatDurationMs: BEAT_MS,
        deadline_at: new Date(Date.now() + BEAT_MS).toISOString(),
        window_id: windowIdOf("local", 1 + Math.floor((beat - 1) / 8) * 8),
      });
    peer.subscribe(subjects.now, (message) => message.respond(frame()));
    beating = setInterval(() => {
      beat += 1;
      peer.publish(subjects.beat, frame());
    }, BEAT_MS);
  });

  afterEach(async () => {
    clearInterval(beating);
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await peer.close();
    await server.stop();
  });

  function run(example: string, ...args: readonly string[]) {
    const child = spawn(process.execPath, [`examples/${example}`, server.url, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    return { child, output: () => output, ended: once(child, "exit") };
  }

  const statesOf = (agentId: string, taskId?: string) =>
    claims.filter((one) => one.agent_id === agentId && one.task_id === taskId).map(({ state }) => state);

  it("BACKBEAT-REQ-040 041 agent.mjs plans on the downbeat, executes on each beat, ends on SIGINT", async () => {
    const { child, ended } = run("agent.mjs");
    await waitFor("both claims", () => new Set(claims.map((claim) => claim.state)).size === 2);
    expect(new Set(claims.map((claim) => claim.agent_id))).toEqual(new Set(["example:1"]));
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
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
    const { ended, output } = run("worker-pool.mjs", "5");
    expect(await ended).toEqual([0, null]);
    // A job takes a second, its budget is 1.6 s; the fourth wants ten.
    expect(output()).toMatch(/job-4 failed: The work was told to stop: its budget of 8 beats is spent/);
    expect(output().split("\n").filter(Boolean)).toHaveLength(5);
    const ends = claims.filter(({ state }) => state === "completed" || state === "failed");
    expect(ends).toHaveLength(5);
    expect(new Set(claims.map((claim) => claim.agent_id)).size).toBe(4);
  });

  it("wait-for.mjs is blocked by the builder until the artifact is there", async () => {
    const { ended, output } = run("wait-for.mjs");
    expect(await ended).toEqual([0, null]);
    expect(output()).toBe("deploying app-1.0.tgz\n");
    const states = statesOf("ci:deployer", "deploy");
    expect([states[0], new Set(states.slice(1, -2)), ...states.slice(-2)]).toEqual([
      "executing",
      new Set(["blocked"]),
      "executing",
      "completed",
    ]);
    expect(claims.find(({ state }) => state === "blocked")?.dependencies).toEqual(["ci:builder"]);
  });

  it("express.mjs makes each request a task and tells its health", async () => {
    const { child, ended, output } = run("express.mjs", "0");
    const url = await waitFor("its address", () => /http:\S+/.exec(output())?.[0]);
    await waitFor("a beat", async () => (await fetch(`${url}/healthz`)).ok);
    expect(await (await fetch(`${url}/render/score`)).text()).toBe("<h1>score</h1>");
    await waitFor("the claim", () => statesOf("web:1", "render").includes("completed"));
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("cron.mjs says when it will be heard again", async () => {
    const { child, ended, output } = run("cron.mjs", "* * * * * *");
    await waitFor("a run", () => output().includes("cleaned up"), 20_000);
    const idle = claims.find(({ state }) => state === "idle");
    expect(Number(idle?.metadata?.next_beat)).toBeGreaterThan(idle?.beat_index ?? Number.NaN);
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  });

  it("agent.test.mjs tests an agent without NATS", async () => {
    const child = spawn(process.execPath, ["--test", "examples/agent.test.mjs"], { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
