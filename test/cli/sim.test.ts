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
import { PATIENTLY } from "../support/patience.ts";
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

/** All whole lines: while it is written the last one may be half there. */
function logged(file: string): readonly Logged[] {
  const lines = readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Logged);
}

/** A pulse with eight beats a bar and, where it is not told otherwise, ten beats a second. */
async function startPulse(url: string, tempoBpm = 600): Promise<Pulse & AsyncDisposable> {
  const bus = await connectBus(url, "pulse");
  const pulse = runPulse(
    { clusterId: CLUSTER, nodeId: "pulse-1", version: "0.0.0", tempoBpm, barLength: 8, subjects },
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

/**
 * Hands frames on from the pulse's subject to another, each only when a claim for its beat, or a later one, was seen:
 * who hears them there has had all claims for the beats before, however slow the machine is. `end` lets the rest go.
 */
async function relayFrames(url: string, target: string): Promise<AsyncDisposable & { end(): void }> {
  const bus = await connectBus(url, "relay");
  const decoder = createDecoder({ mode: "strict" });
  const waiting: { readonly beat: number; readonly data: Uint8Array }[] = [];
  let newest = 0;
  const handOn = () => {
    for (let [next] = waiting; next !== undefined && next.beat <= newest; [next] = waiting) {
      bus.publish(target, next.data);
      waiting.shift();
    }
  };
  bus.subscribe(subjects.beat, ({ data }) => {
    const frame = decoder.frame(data);
    if (frame instanceof Refusal) throw new Error(frame.text);
    waiting.push({ beat: frame.beat_index, data });
    handOn();
  });
  bus.subscribe(subjects.status, ({ data }) => {
    const claim = decoder.claim(data);
    if (claim instanceof Refusal) throw new Error(claim.text);
    newest = Math.max(newest, claim.beat_index);
    handOn();
  });
  await bus.flush();
  return {
    end() {
      newest = Number.POSITIVE_INFINITY;
      handOn();
    },
    [Symbol.asyncDispose]: () => bus.close(),
  };
}

const RATES = ["--fail-rate", "0.3", "--help-rate", "0.3", "--block-rate", "0.3", "--wait-rate", "0.5"];

// At once: most of it is waiting for beats.
describe.concurrent("backbeat sim", () => {
  it("BACKBEAT-REQ-021 R6 what sim says that it delivered is what reverb counted, bar by bar and agent by agent", async () => {
    await using server = await startTestServer();
    const beat = "held.beat";
    // A machine that is busy may let the fleet leave out many beats at once: what it claims then is far ahead.
    const settings = { subjects: { ...subjects, beat }, leadBeats: 1_000 };
    await using house = await startRealReverb(server.url, settings);
    await using relay = await relayFrames(server.url, beat);
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
      ...PATIENTLY,
    ];
    const log = ["--log", join(folder, "oracle.jsonl")];
    const { end, stderr } = await runProgram(["sim", ...args, ...RATES, ...log, "--beats", "30"]);
    expect(end).toBe(0);
    relay.end();

    const claims = logged("oracle.jsonl");
    const delivered = claims.filter(({ result }) => result === "delivered").map(({ claim }) => claim);
    const lastBeat = Math.max(...claims.map(({ claim }) => claim.beat_index));
    await waitFor("the report of the last beat", () =>
      house.reports.some(({ to_beat }) => to_beat >= lastBeat),
    );
    const { view } = house.reverb;
    const { claims: outcomes, claimsReceived } = view.status().totals;
    expect(delivered.length).toBeGreaterThan(0);
    expect([claimsReceived, outcomes.counted]).toEqual([delivered.length, delivered.length]);
    expect(stderr).toContain(`${claims.length.toLocaleString("en-US")} claims in 30 beats`);
    const windows = view.windows({}).items;
    expect(windows.reduce((sum, { claimsCount }) => sum + claimsCount, 0)).toBe(delivered.length);
    for (const { claimsCount, fromBeat, toBeat, windowId } of windows) {
      const own = delivered.filter(({ beat_index }) => beat_index >= fromBeat && beat_index <= toBeat);
      expect(claimsCount).toBe(own.length);
      const detail = view.window(windowId);
      expect(detail?.agentsReporting).toBe(new Set(own.map(({ agent_id }) => agent_id)).size);
      for (const [state, count] of Object.entries(detail?.stateCounts ?? {}))
        expect(own.filter((claim) => claim.state === state).length, state).toBe(count);
    }
  });

  it("BACKBEAT-REQ-041 sim lives the same lives for the same seed, beat by beat", async () => {
    await using server = await startTestServer();
    await using _pulse = await startPulse(server.url);
    const start = (file: string) => {
      const args = ["--nats", server.url, "--cluster", CLUSTER, "--seed", "11", ...RATES, ...PATIENTLY];
      return startProgram(["sim", ...args, "--log", join(folder, file)]);
    };
    await using one = start("first.jsonl");
    await using other = start("second.jsonl");
    /** What was claimed, by agent and by beats since the first. */
    const lives = (file: string): Map<string, unknown> => {
      const claims = existsSync(join(folder, file)) ? logged(file).map(({ claim }) => claim) : [];
      const first = Math.min(...claims.map(({ beat_index }) => beat_index));
      return new Map(
        claims.map(({ beat_index, hlc: _hlc, metadata: _metadata, ...rest }) => [
          `${rest.agent_id} ${beat_index - first}`,
          rest,
        ]),
      );
    };
    await waitFor("enough that both lived through", () => {
      const second = lives("second.jsonl");
      return [...lives("first.jsonl").keys()].filter((key) => second.has(key)).length > 150;
    });
    for (const program of [one, other]) program.kill("SIGINT");
    expect([(await one.ended).end, (await other.ended).end]).toEqual([0, 0]);
    const [first, second] = [lives("first.jsonl"), lives("second.jsonl")];
    for (const key of [...first.keys()].filter((each) => second.has(each)))
      expect(second.get(key)).toEqual(first.get(key));
  });

  it("INT-001 sim puts only claims on the wire that are strictly valid, from as many agents as asked for", async () => {
    await using server = await startTestServer();
    // So slow that each agent has its turn within a beat, on a busy machine, too.
    await using _pulse = await startPulse(server.url, 60);
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
      ...PATIENTLY,
    ];
    await using program = startProgram(["sim", ...args, "--json"]);
    await waitFor("claims of all", () => agents.size >= 300);
    program.kill("SIGINT");
    const { end, stdout } = await program.ended;
    expect(end).toBe(0);
    expect(refused).toEqual([]);
    expect([agents.size, [...agents].sort()[0]]).toEqual([300, "load-0001"]);
    const data = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const beats = data.length - 1;
    expect(beats).toBeGreaterThan(0);
    expect(data.map(({ kind }) => kind)).toEqual([...Array(beats).fill("beat"), "total"]);
    expect(data.at(-1)).toMatchObject({ beats, results: { undelivered: 0, unconfirmed: 0 } });
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
    const undeliveredBeats = () =>
      new Set(
        logged("lost.jsonl")
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
    // Long enough for a busy machine to find out that the server is there.
    const at = ["--nats", server.url, "--wait", "4"];
    const [silent, unwritable, senseless] = await Promise.all([
      runProgram(["sim", ...at]),
      runProgram(["sim", ...at, "--log", join(folder, "no", "such", "folder")]),
      runProgram(["sim", "--agents", "0", "--fail-rate", "2", "--task-beats", "1"]),
    ]);
    expect(silent).toMatchObject({ end: 1, stdout: "" });
    expect(silent.stderr).toContain("Cannot simulate agents of cluster local: there was no beat");
    expect(unwritable.end).toBe(1);
    expect(unwritable.stderr).toContain("Cannot write the claims to ");
    expect(senseless.end).toBe(2);
    expect(senseless.stderr).toContain("3 mistakes");
  });
});
