/** A store that was replaced by an older copy, with the real program, as an operator meets it after a bad restore. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { reportsName } from "../../src/nats/stream-names.ts";
import { type JournalHouse, journalHouse } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { PATIENTLY } from "../support/patience.ts";
import { type RunningProgram, runProgram, startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait-for.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-older-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const dataDirOf = (node: string) => ["--data-dir", join(dir, node)];

function reverb(url: string, node: string): RunningProgram {
  const where = ["--cluster", CLUSTER, "--nats", url, "--http", "127.0.0.1:0", "--node", node];
  return startProgram(["reverb", ...where, ...dataDirOf(node), "--bar-length", "4", "--grace", "0"]);
}

const command = (url: string, ...words: readonly string[]) =>
  runProgram([...words, "--cluster", CLUSTER, "--nats", url, ...PATIENTLY]);

interface Seen {
  readonly alarms: readonly { readonly name: string; readonly text: string }[];
  readonly role: string | undefined;
  /** Status code of /ready. */
  readonly ready: number;
}

async function look(program: RunningProgram): Promise<Seen> {
  const url = await waitFor("its address", () => /answers on (http:[^\s"]+)/.exec(program.stderr())?.[1]);
  const [ready, status] = await Promise.all([fetch(`${url}/ready`), fetch(`${url}/api/v1/status`)]);
  await ready.arrayBuffer();
  const { alarms, journal } = (await status.json()) as {
    alarms: Seen["alarms"];
    journal?: { role: string };
  };
  return { alarms, role: journal?.role, ready: ready.status };
}

const untilCommitting = (program: RunningProgram) =>
  waitFor("it to commit", async () => (await look(program)).role === "committing");

/** Resolves with the alarm; from its start until then it was never ready. */
async function untilLost(program: RunningProgram): Promise<Seen["alarms"]> {
  return waitFor("the alarm", async () => {
    const { alarms, ready } = await look(program);
    expect(ready).toBe(503);
    return alarms.some(({ text }) => text.includes("older copy")) ? alarms : undefined;
  });
}

/** Everything that the server keeps, as a file-level backup has it. */
async function copyOf(server: TestServer): Promise<string> {
  await server.kill("SIGTERM");
  const copy = join(dir, "copy");
  cpSync(join(server.dir, "store"), copy, { recursive: true });
  await server.restart();
  return copy;
}

async function restore(server: TestServer, copy: string): Promise<void> {
  await server.kill("SIGTERM");
  rmSync(join(server.dir, "store"), { recursive: true });
  cpSync(copy, join(server.dir, "store"), { recursive: true });
  await server.restart();
}

async function back(house: JournalHouse): Promise<void> {
  await waitFor("the link", () => house.peer.connected);
  await house.peer.flush();
}

async function claims(house: JournalHouse, beat: number, agents: readonly string[]): Promise<void> {
  for (const agent of agents) house.claim(agent, beat);
  await house.peer.flush();
}

const fromBeats = (house: JournalHouse) => house.wire.map(({ report }) => report.from_beat);

describe("an older copy of the store", () => {
  it("R1 is never gone on with before it is adopted, over any number of restarts, and no window is published twice", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const { url } = server;
    await using running = reverb(url, "node-1");
    await using other = reverb(url, "node-2");
    await untilCommitting(running);
    await untilCommitting(other);
    await house.beats(1, 10);
    await waitFor("two reports", () => house.wire.length === 2);
    await claims(house, 10, ["a"]);
    const copy = await copyOf(server);
    await back(house);
    // Another head of the same history, older than that of node-1.
    await waitFor("node-2 to go on", async () => (await look(other)).ready === 200);
    await claims(house, 10, ["b", "c"]);
    await house.beats(11, 14);
    await waitFor("three reports", () => house.wire.length === 3);
    other.kill("SIGTERM");
    expect((await other.ended).end).toBe(0);
    await house.beats(15, 22);
    await waitFor("five reports", () => house.wire.length === 5);

    await restore(server, copy);
    await back(house);
    // The one that runs, then three restarts of it, while the beat goes on.
    const [alarm, ...more] = await waitFor("the alarm", async () => {
      const { alarms } = await look(running);
      return alarms.some(({ text }) => text.includes("older copy")) ? alarms : undefined;
    });
    expect([alarm?.name, more]).toEqual(["report-store-broken", []]);
    expect(alarm?.text).toMatch(/ends at record 3, this replica knows record 6, and reports up to beat 20/);
    await house.beats(23, 34);
    running.kill("SIGTERM");
    await running.ended;
    for (let restarts = 0; restarts < 3; restarts += 1) {
      await using again = reverb(url, "node-1");
      expect((await untilLost(again)).map(({ name }) => name)).toEqual(["report-store-broken"]);
      again.kill("SIGTERM");
      expect((await again.ended).end).toBe(0);
    }
    await using first = reverb(url, "node-1");
    await using second = reverb(url, "node-2");
    await untilLost(first);
    await untilLost(second);
    expect(fromBeats(house)).toEqual([1, 5, 9, 13, 17]);

    // Who has no data directory of a replica cannot see it; who has one does.
    expect((await command(url, "verify", ...dataDirOf("nobody"))).end).toBe(0);
    const verify = await command(url, "verify", "--replay", ...dataDirOf("node-1"));
    expect([verify.end, verify.stdout]).toEqual([
      1,
      expect.stringMatching(/lost +record 6: .*gone: reports of beats 9 to 20, records 4 to 6/),
    ]);
    const status = await command(url, "journal", "status", ...dataDirOf("node-1"));
    expect([status.end, status.stdout]).toEqual([1, expect.stringMatching(/broken: .*ends at record 3/)]);
    const blind = await command(url, "journal", "adopt", "--yes", ...dataDirOf("nobody"));
    expect([blind.end, blind.stderr]).toEqual([1, expect.stringContaining("nothing to adopt")]);

    const adopted = await command(url, "journal", "adopt", "--yes", ...dataDirOf("node-1"));
    expect([adopted.end, adopted.stdout]).toEqual([
      0,
      expect.stringContaining("gone for good: reports of beats 9 to 20"),
    ]);
    await untilCommitting(first);
    await untilCommitting(second);
    for (const program of [first, second]) expect((await look(program)).alarms).toEqual([]);
    await house.beats(35, 42);
    await waitFor("reports of the new chain", () => fromBeats(house).includes(37));
    const windows = house.wire.map(({ report }) => report.window_id);
    expect(new Set(windows).size).toBe(windows.length);
    const whole = await command(url, "verify", "--replay", ...dataDirOf("node-1"));
    expect([whole.end, whole.stdout]).toEqual([0, expect.stringContaining("the history is whole")]);
    expect((await command(url, "journal", "status", ...dataDirOf("node-2"))).stdout).toMatch(
      /gone before +reports of beats 9 to 20.*whole: nothing to do/s,
    );
    // It stays over, and a second restore of the same copy is a new loss.
    first.kill("SIGTERM");
    await first.ended;
    await using settled = reverb(url, "node-1");
    await untilCommitting(settled);
    await restore(server, copy);
    await back(house);
    settled.kill("SIGTERM");
    await settled.ended;
    await using lostAgain = reverb(url, "node-1");
    await untilLost(lostAgain);
  });

  it("R1 put back by the newer one: what runs goes on by itself, and nothing is lost", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    await using program = reverb(server.url, "node-1");
    await untilCommitting(program);
    await house.beats(1, 6);
    await waitFor("a report", () => house.wire.length === 1);
    const copy = await copyOf(server);
    await back(house);
    await house.beats(7, 10);
    await waitFor("two reports", () => house.wire.length === 2);
    const newer = join(dir, "newer");
    await server.kill("SIGTERM");
    execFileSync("cp", ["-r", join(server.dir, "store"), newer]);
    await server.restart();
    await restore(server, copy);
    await waitFor("the alarm", async () => (await look(program)).alarms.length === 1);
    await restore(server, newer);
    await back(house);
    await waitFor("it to go on", async () => (await look(program)).ready === 200);
    await house.beats(11, 14);
    await waitFor("the third report", () => house.wire.length === 3);
    expect(fromBeats(house)).toEqual([1, 5, 9]);
  });

  it("R1 a report stream that was deleted is an error, for who runs and who is restarted, until it is adopted", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const { url } = server;
    await using running = reverb(url, "node-1");
    await using stopped = reverb(url, "node-2");
    await untilCommitting(running);
    await untilCommitting(stopped);
    await house.beats(1, 10);
    await waitFor("two reports", () => house.wire.length === 2);
    stopped.kill("SIGTERM");
    await stopped.ended;
    await new JetStreamApi(house.peer).ask(`STREAM.DELETE.${reportsName(CLUSTER)}`);
    const alarm = await waitFor("the alarm", async () => (await look(running)).alarms[0]);
    expect([alarm.name, alarm.text]).toEqual(["report-store-broken", expect.stringMatching(/was deleted/)]);
    await house.beats(11, 14);
    const status = await command(url, "journal", "status", ...dataDirOf("node-1"));
    expect([status.end, status.stdout]).toEqual([1, expect.stringMatching(/broken: .*it was deleted/)]);
    const adopted = await command(url, "journal", "adopt", "--yes", ...dataDirOf("node-1"));
    expect([adopted.end, adopted.stdout]).toEqual([0, expect.stringContaining("reports of beats up to 8")]);
    await untilCommitting(running);
    await using again = reverb(url, "node-2");
    await untilCommitting(again);
    await house.beats(15, 18);
    await waitFor("reports of the new chain", () => fromBeats(house).includes(13));
    // The bars that were published are not published again; the one that was open is.
    expect(fromBeats(house)).toEqual([1, 5, 9, 13]);
  });
});
