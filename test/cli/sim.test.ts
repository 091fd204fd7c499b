/** `backbeat sim` as a process on a real nats-server, against what a real reverb reports of it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ClaimResult } from "../../src/cli/sim/beat-record.ts";
import { createDecoder, Refusal, type StatusClaim } from "../../src/contracts/index.ts";
import { type Pulse, runPulse } from "../../src/pulse/pulse.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { MemoryTimelineStore } from "../support/memory-timeline-store.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { connectBus, startRealReverb, subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-sim-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Logged {
  readonly result: ClaimResult;
  readonly claim: StatusClaim;
}

function logged(file: string): readonly Logged[] {
  const lines = readFileSync(join(folder, file), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Logged);
}

/** A pulse with ten beats a second and eight beats a bar. */
async function startPulse(url: string): Promise<Pulse & AsyncDisposable> {
  const bus = await connectBus(url, "pulse");
  const pulse = runPulse(
    { clusterId: CLUSTER, nodeId: "pulse-1", version: "0.0.0", tempoBpm: 600, barLength: 8, subjects },
    {
      bus,
      clock: new SystemClock(),
      log: silentLog,
      metrics: { observe() {} },
      timelineStore: new MemoryTimelineStore(),
    },
  );
  return {
    view: pulse.view,
    stop: () => pulse.stop(),
    async [Symbol.asyncDispose]() {
      await pulse.stop();
      await bus.close();
    },
  };
}

const RATES = ["--fail-rate", "0.3", "--help-rate", "0.3", "--block-rate", "0.3", "--wait-rate", "0.5"];

describe("backbeat sim", () => {
  it("BACKBEAT-REQ-021 R6 what sim says that it delivered is what reverb counted, bar by bar and agent by agent", async () => {
    await using server = await startTestServer();
    await using house = await startRealReverb(server.url);
    await using _pulse = await startPulse(server.url);
    const args = [
      "--nats",
      server.url,
      "--cluster",
      CLUSTER,
      "--agents",
      "40",
      "--seed",
      "7",
      "--silence-rate",
      "0.2",
    ];
    const log = ["--log", join(folder, "oracle.jsonl")];
    const { end, stderr } = await runProgram(["sim", ...args, ...RATES, ...log, "--beats", "30"]);
    expect(end).toBe(0);

    const claims = logged("oracle.jsonl");
    const delivered = claims.filter(({ result }) => result === "delivered").map(({ claim }) => claim);
    const lastBeat = Math.max(...claims.map(({ claim }) => claim.beat_index));
    await waitFor("the report of the last beat", () =>
      house.reports.some(({ to_beat }) => to_beat >= lastBeat),
    );
    const { view } = house.reverb;
    const { claims: outcomes, claimsReceived } = view.status().totals;
    expect(claimsReceived).toBe(delivered.length);
    expect(outcomes.counted + outcomes.late).toBe(delivered.length);
    expect(stderr).toContain(`${claims.length.toLocaleString("en-US")} claims in 30 beats`);
    let same = 0;
    for (const { claimsCount, fromBeat, toBeat, windowId } of view.windows({}).items) {
      const own = delivered.filter(({ beat_index }) => beat_index >= fromBeat && beat_index <= toBeat);
      expect(claimsCount).toBeLessThanOrEqual(own.length);
      // A claim that came late, on a machine that is busy, is in no bar: then only the sums above agree.
      if (claimsCount < own.length || claimsCount === 0) continue;
      same += 1;
      const detail = view.window(windowId);
      expect(detail?.agentsReporting).toBe(new Set(own.map(({ agent_id }) => agent_id)).size);
      for (const [state, count] of Object.entries(detail?.stateCounts ?? {}))
        expect(own.filter((claim) => claim.state === state).length, state).toBe(count);
    }
    expect(same).toBeGreaterThan(0);
  });

  it("BACKBEAT-REQ-041 sim lives the same lives for the same seed, beat by beat", async () => {
    await using server = await startTestServer();
    await using _pulse = await startPulse(server.url);
    const runs: Map<string, unknown>[] = [];
    for (const file of ["first.jsonl", "second.jsonl"]) {
      const args = ["--nats", server.url, "--cluster", CLUSTER, "--seed", "11", ...RATES];
      const { end } = await runProgram(["sim", ...args, "--beats", "20", "--log", join(folder, file)]);
      expect(end).toBe(0);
      const claims = logged(file).map(({ claim }) => claim);
      const first = Math.min(...claims.map(({ beat_index }) => beat_index));
      runs.push(
        new Map(
          claims.map(({ beat_index, hlc: _hlc, metadata: _metadata, ...rest }) => [
            `${rest.agent_id} ${beat_index - first}`,
            rest,
          ]),
        ),
      );
    }
    const [first = new Map(), second = new Map()] = runs;
    const both = [...first.keys()].filter((key) => second.has(key));
    expect(both.length).toBeGreaterThan(100);
    for (const key of both) expect(second.get(key)).toEqual(first.get(key));
  });

  it("INT-001 sim puts only claims on the wire that are strictly valid, from as many agents as asked for", async () => {
    await using server = await startTestServer();
    await using _pulse = await startPulse(server.url);
    const peer = await connectBus(server.url, "peer");
    const decoder = createDecoder({ mode: "strict" });
    const refused: string[] = [];
    const agents = new Set<string>();
    peer.subscribe(subjects.status, ({ data }) => {
      const claim = decoder.claim(data);
      if (claim instanceof Refusal) refused.push(claim.text);
      else agents.add(claim.agent_id);
    });
    await peer.flush();
    const args = [
      "--nats",
      server.url,
      "--cluster",
      CLUSTER,
      "--agents",
      "300",
      "--prefix",
      "load",
      ...RATES,
    ];
    const { end, stdout } = await runProgram(["sim", ...args, "--beats", "5", "--json"]);
    expect(end).toBe(0);
    expect(refused).toEqual([]);
    expect([agents.size, [...agents].sort()[0]]).toEqual([300, "load-0001"]);
    const data = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(data.map(({ kind }) => kind)).toEqual(["beat", "beat", "beat", "beat", "beat", "total"]);
    expect(data.at(-1)).toMatchObject({ beats: 5, results: { undelivered: 0, unconfirmed: 0 } });
    await peer.close();
  });

  it("BACKBEAT-REQ-041 sim loses its server, counts what it could not send, and says it at the end", async () => {
    await using server = await startTestServer();
    const pulse = await startPulse(server.url);
    const file = join(folder, "lost.jsonl");
    await using program = startProgram([
      ...["sim", "--nats", server.url, "--cluster", CLUSTER, "--agents", "5", "--log", file],
    ]);
    const results = () =>
      existsSync(file) ? new Set(logged("lost.jsonl").map(({ result }) => result)) : new Set();
    const has = (result: ClaimResult) => () =>
      existsSync(file) && readFileSync(file, "utf8").includes(`"${result}"`);
    // While it is written its last line may be half there.
    const wholeLines = () => readFileSync(file, "utf8").split("\n").slice(0, -1);
    const undeliveredBeats = () =>
      new Set(
        wholeLines()
          .map((line) => JSON.parse(line) as Logged)
          .filter(({ result }) => result === "undelivered")
          .map(({ claim }) => claim.beat_index),
      );
    await waitFor("a claim that was delivered", has("delivered"));
    await server.kill("SIGKILL");
    // The frame of the beat in which the server went may have been heard.
    await waitFor("claims of two beats that were not sent", () => undeliveredBeats().size >= 2);
    program.kill("SIGINT");
    const { end, stderr } = await program.ended;
    expect(end).toBe(0);
    expect(stderr).toContain(" not sent: NATS was not connected\n");
    expect(stderr).toMatch(/claims in \d+ beats, \d+ of them without a frame/);
    expect(results()).toContain("undelivered");
    await pulse[Symbol.asyncDispose]();
  });

  it("BACKBEAT-REQ-041 sim that cannot begin says why: no beat, no file, no sense", async () => {
    await using server = await startTestServer();
    const at = ["--nats", server.url, "--wait", "1"];
    const silent = await runProgram(["sim", ...at]);
    expect(silent).toMatchObject({ end: 1, stdout: "" });
    expect(silent.stderr).toContain("Cannot simulate agents of cluster local: there was no beat");
    const unwritable = await runProgram(["sim", ...at, "--log", join(folder, "no", "such", "folder")]);
    expect(unwritable.end).toBe(1);
    expect(unwritable.stderr).toContain("Cannot write the claims to ");
    const senseless = await runProgram(["sim", "--agents", "0", "--fail-rate", "2", "--task-beats", "1"]);
    expect(senseless.end).toBe(2);
    expect(senseless.stderr).toContain("3 mistakes");
  });
});
