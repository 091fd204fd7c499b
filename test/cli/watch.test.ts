/** `backbeat watch` as a process on a real nats-server, with frames and reports that the test publishes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type MsgHdrs, headers as natsHeaders } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeReport, windowIdOf } from "../../src/contracts/index.ts";
import { reportHeaders } from "../../src/contracts/report-headers.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import { reportsPlan } from "../../src/nats/stream-plans.ts";
import { CLUSTER, frameBody, frameOf } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { PATIENTLY } from "../support/patience.ts";
import { PROGRAM, type RunningProgram, runProgram, startProgram } from "../support/program.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

let server: TestServer;
let peer: NatsBus;
/** How often somebody asked for the newest beat: a watch that asks has subscribed before. */
let asked = 0;
/** The beat that a pulse would answer with. */
let newestBeat: number | undefined;

beforeAll(async () => {
  server = await startTestServer();
  peer = await connectBus(server.url, "peer");
  peer.subscribe(subjects.now, (request) => {
    asked += 1;
    if (newestBeat !== undefined) request.respond(frame(newestBeat));
  });
  await peer.flush();
});

afterAll(async () => {
  await peer.close();
  await server.stop();
});

/** Long beats: nothing falls silent while a test runs. */
const frame = (beat: number): Uint8Array => frameBody(beat, { beatDurationMs: 600_000 });

const report = (from: number): Uint8Array =>
  encodeReport({
    type: "backbeat.barreport.v1",
    window_id: windowIdOf(CLUSTER, from),
    from_beat: from,
    to_beat: from + 7,
    agents_reporting: 3,
    on_time_reviews: 2,
    help_promises_fulfilled: 1,
    secret_rotations_ok: true,
    tempo_drift_ms: 0.5,
    issues: [{ severity: "error", category: "failed_tasks", count: 2 }],
  });

async function startWatch(...args: string[]): Promise<RunningProgram> {
  const before = asked;
  const program = startProgram([
    ...["watch", "--nats", server.url, "--cluster", CLUSTER, ...PATIENTLY],
    ...args,
  ]);
  await waitFor("the question for the newest beat", () => asked > before);
  return program;
}

async function publish(...messages: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  for (const [subject, body] of messages) peer.publish(subject, body);
  await peer.flush();
}

describe("backbeat watch", () => {
  it("BACKBEAT-REQ-040 watch --json shows beats and reports as they are, one a line, and ends after --beats", async () => {
    newestBeat = 3;
    await using program = await startWatch("--json", "--beats", "3");
    newestBeat = undefined;
    await waitFor("the answer", () => program.stdout().includes("\n"));
    await publish([subjects.beat, frame(3)], [subjects.beat, frame(4)], [subjects.reverb, report(1)]);
    await publish([subjects.beat, frame(5)], [subjects.beat, frame(6)]);
    const { end, stderr, stdout } = await program.ended;
    const shown = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const beat = (index: number) => ({ kind: "beat", ...frameOf(index, { beatDurationMs: 600_000 }) });
    expect(shown).toEqual([
      beat(3),
      beat(4),
      expect.objectContaining({ kind: "report", from_beat: 1, to_beat: 8, agents_reporting: 3 }),
      beat(5),
    ]);
    // A start that takes long is said; how long it takes is the machine's.
    const said = stderr.replace(/^.*waiting for .*\n/, "");
    expect(said).toMatch(/^3 beats and 1 report in .*\nNot shown: 1 duplicate frame\.\n$/);
    expect(end).toBe(0);
  });

  it("BACKBEAT-REQ-021 watch --no-beats --reports shows a table, plain where it is no terminal", async () => {
    await using program = await startWatch("--no-beats", "--reports", "1");
    await publish([subjects.beat, frame(9)], [subjects.reverb, report(1)]);
    const { end, stdout } = await program.ended;
    expect(stdout.split("\n").map((line) => line.replace(/^\d\d:\d\d:\d\d/, "TIME"))).toEqual([
      `TIME  report  beats 1-8  window ${windowIdOf(CLUSTER, 1).slice(0, 8)}`,
      "               agents  on-time reviews   helps kept         drift  secrets",
      "                    3                2            1       +0.5 ms  ok",
      "          error             2  tasks failed",
      "",
    ]);
    expect(end).toBe(0);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "BACKBEAT-REQ-040 watch ends with 0 on %s, and says what it could not read",
    async (signal) => {
      await using program = await startWatch();
      await publish([subjects.beat, new TextEncoder().encode("hm")], [subjects.beat, frame(1)]);
      await waitFor("the beat", () => program.stdout().includes("beat 1 "));
      program.kill(signal);
      const { end, stderr } = await program.ended;
      expect(stderr).toContain("1 beat and no report in ");
      expect(stderr).toContain("Unreadable: 1 message (1 not-json).\n");
      expect(end).toBe(0);
    },
  );

  it("S1 watch says once that a pulse is silent, and that it is back", async () => {
    await using program = await startWatch("--beats", "3");
    const soon = (beat: number) => frameBody(beat, { beatDurationMs: 100 });
    await publish([subjects.beat, soon(1)]);
    await waitFor("the word", () => program.stderr().includes("no beat for 3 beats, the last was beat 1\n"));
    await publish([subjects.beat, soon(20)], [subjects.beat, soon(21)]);
    const { end, stderr } = await program.ended;
    expect(stderr.match(/no beat for/g)).toHaveLength(1);
    expect(stderr).toMatch(/beats again after .* s; 18 beats not heard: 2-19\n/);
    expect(end).toBe(0);
  });

  it.concurrent("BACKBEAT-REQ-040 watch goes on after its server was away", async () => {
    await using own = await startTestServer();
    const [pulse, before] = [await connectBus(own.url, "pulse"), asked];
    let askedHere = 0;
    pulse.subscribe(subjects.now, (request) => {
      askedHere += 1;
      request.respond(frame(askedHere));
    });
    await pulse.flush();
    await using program = startProgram([
      ...["watch", "--nats", own.url, "--cluster", CLUSTER, "--beats", "2"],
      ...PATIENTLY,
    ]);
    await waitFor("the first beat", () => program.stdout().includes("beat 1 "));
    await own.restart();
    // Who comes back first is open: watch asks, and what it missed by asking too early it hears.
    await waitFor("the second beat", () => {
      pulse.publish(subjects.beat, frame(2));
      return program.stdout().includes("beat 2 ");
    });
    const { end, stderr, stdout } = await program.ended;
    expect(stdout.match(/beat 2 /g)).toHaveLength(1);
    expect(stderr).toContain("Lost NATS");
    expect(end).toBe(0);
    expect(asked).toBe(before);
    await pulse.close();
  });

  it.concurrent("BACKBEAT-REQ-021 watch shows reports that the wire missed, in order, from the report stream", async () => {
    await using own = await startTestServer({ jetstream: true });
    const peer = await connectBus(own.url, "peer");
    const { name, republish: _, ...config } = reportsPlan({ clusterId: CLUSTER, subjects });
    const ask = (path: string, body: object) =>
      peer.request(`$JS.API.${path}`, new TextEncoder().encode(JSON.stringify(body)), DEADLINE_MS);
    // Without republication: the test says what is heard.
    await ask(`STREAM.CREATE.${name}`, { name, ...config });
    let prev = "";
    const headersOfStored = new Map<number, MsgHdrs>();
    const hear = async (from: number) => {
      peer.connection?.publish(subjects.reverb, report(from), {
        headers: headersOfStored.get(from) as MsgHdrs,
      });
      await peer.flush();
    };
    const store = async (from: number) => {
      const body = report(from);
      const facts = {
        algorithm: 1,
        chain: "c",
        profile: "p",
        prev,
        claims: 0,
        firstSeq: from,
        lastSeq: from,
      };
      const headers = natsHeaders();
      for (const [key, value] of Object.entries(reportHeaders({ ...facts, replayFrom: { seq: 1 } }, body)))
        headers.set(key, value);
      prev = headers.get("Backbeat-Hash");
      await peer.connection?.request(subjects.commit, body, { headers, timeout: DEADLINE_MS });
      headersOfStored.set(from, headers);
    };
    peer.subscribe(subjects.now, (request) => request.respond(frame(1)));
    await peer.flush();
    const args = ["watch", "--nats", own.url, "--cluster", CLUSTER, "--no-beats", "--json", "--reports", "5"];
    await using program = startProgram([...args, ...PATIENTLY]);
    // The first is heard, whenever the program has subscribed: until then it is on the wire again and again.
    await store(1);
    await waitFor("the first report", async () => {
      await hear(1);
      return program.stdout().includes("\n");
    });
    for (const from of [9, 17, 25]) await store(from);
    await hear(25);
    await store(33);
    await hear(33);
    const { end, stderr, stdout } = await program.ended;
    const shown = stdout.trimEnd().split("\n");
    expect(shown.map((line) => JSON.parse(line).from_beat)).toEqual([1, 9, 17, 25, 33]);
    expect(stderr).toContain("2 reports were not heard: they come from the report stream\n");
    expect(stderr).not.toContain("no report heard");
    expect(end).toBe(0);
    await peer.close();
  });

  it.concurrent("BACKBEAT-REQ-040 watch that hears nothing says what to do, and ends with 1", async () => {
    // Long enough for a busy machine to find out that the server is there.
    const [silent, nowhere] = await Promise.all([
      runProgram(["watch", "--nats", server.url, "--cluster", "nobody", "--wait", "4"]),
      runProgram(["watch", "--nats", "nats://127.0.0.1:1", "--wait", "2"]),
    ]);
    expect(silent).toMatchObject({ end: 1, stdout: "" });
    expect(silent.stderr).toMatch(/waiting for (NATS and )?the first beat of cluster nobody, at most 4 s\n/);
    expect(silent.stderr).toContain(
      "Cannot watch cluster nobody: there was no beat on backbeat.nobody.beat for 4 s;",
    );
    expect(nowhere).toMatchObject({ end: 1, stdout: "" });
    expect(nowhere.stderr).toContain("Cannot watch cluster local: NATS was not reached for 2 s;");
  });

  it("BACKBEAT-REQ-040 watch ends quietly when nobody reads it any more", async () => {
    const before = asked;
    const args = `watch --nats ${server.url} --cluster ${CLUSTER} ${PATIENTLY.join(" ")}`;
    const line = `( "${process.execPath}" "${PROGRAM}" ${args}; echo "end $?" >&2 ) | head -n 1`;
    const shell = spawn("sh", ["-c", line], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    shell.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await waitFor("the question for the newest beat", () => asked > before);
    await publish([subjects.beat, frame(1)]);
    const [read] = await once(shell.stdout, "data");
    expect(String(read)).toContain("beat 1 ");
    let beat = 1;
    await waitFor("the end of the watch", async () => {
      beat += 1;
      await publish([subjects.beat, frame(beat)]);
      return said.includes("end ");
    });
    expect(said.replace(/^.*waiting for .*\n/, "")).toBe("end 0\n");
  });
});
