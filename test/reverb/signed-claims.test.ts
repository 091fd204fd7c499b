/** Signed claims end to end: real keys, a real server, the real program; journal, replay, restart and rotation. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keysIn } from "../../src/cli/keys/key-file.ts";
import { CLAIM_KEYS_MAX } from "../../src/contracts/claim-key.ts";
import type { Headers } from "../../src/contracts/report-headers.ts";
import { createClaimSigner } from "../../src/sdk/signing.ts";
import { testKey } from "../support/claim-keys.ts";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER, claimBody, frameBody } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { PATIENTLY } from "../support/patience.ts";
import { type RunningProgram, runProgram, startProgram } from "../support/program.ts";
import { startRealReverb, subjects } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-signed-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Makes a key with the program and signs as its agent. */
async function keyFor(agent: string, { id = "k1", file = "keys.json" } = {}) {
  const out = join(dir, `${agent.replaceAll(":", "-")}.${id}.pem`);
  const args = ["keys", "new", "--agent", agent, "--key-id", id, "--keys", join(dir, file), "--out", out];
  const { end, stderr } = await runProgram([...args, "--not-before", "2020-01-01", "--days", "3660"]);
  expect([end, stderr]).toEqual([0, expect.stringContaining(id)]);
  const signer = createClaimSigner({ agentId: agent, keyId: id, privateKey: readFileSync(out, "utf8") });
  return (beat: number, notes = "") => {
    const body = claimBody(agent, beat, { notes });
    return { body, headers: signer.sign(subjects.status, body) };
  };
}

interface Sent {
  readonly body: Uint8Array;
  readonly headers?: Headers;
}

function reverb(url: string, node: string, ...more: string[]): RunningProgram {
  const dataDir = join(dir, node);
  const args = [
    "--cluster",
    CLUSTER,
    "--nats",
    url,
    "--http",
    "127.0.0.1:0",
    "--data-dir",
    dataDir,
    "--node",
    node,
  ];
  return startProgram(["reverb", ...args, "--bar-length", "4", "--grace", "0", ...more]);
}

/** Resolves with its address when it takes part. */
async function untilReady(program: RunningProgram): Promise<string> {
  const url = await waitFor(
    "its address",
    () => /reverb answers on (http:[^\s"]+)/.exec(program.stderr())?.[1],
  );
  await waitFor("it to commit", async () => {
    const { journal } = (await (await fetch(`${url}/api/v1/status`)).json()) as {
      journal?: { role?: string };
    };
    return journal?.role === "committing";
  });
  return url;
}

describe("BACKBEAT-REQ-044 signed claims", () => {
  it("R6 R7 on a journal: only signed ones are counted, and a replay without keys gives the same bytes", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const [first, second] = [await keyFor("worker:1"), await keyFor("worker:2")];
    const keys = ["--keys", join(dir, "keys.json"), "--require-signatures"];
    await using program = reverb(server.url, "node-1", ...keys);
    const url = await untilReady(program);
    const send = ({ body, headers }: Sent) =>
      house.peer.publish(subjects.status, body, headers === undefined ? undefined : { headers });

    await house.beats(1, 2);
    const [caught, good] = [first(2), second(2, "good")];
    for (const sent of [caught, good, first(2, "more"), first(6, "held")]) send(sent);
    send({ body: claimBody("worker:3", 2) });
    send({ body: claimBody("worker:1", 2) });
    send({ body: claimBody("worker:1", 2, { notes: "forged" }), headers: caught.headers });
    send({ body: good.body, headers: caught.headers });
    send(caught);
    await house.peer.flush();
    await house.beats(3, 12);
    await waitFor("two reports", () => house.wire.length >= 2);
    expect(house.wire.map(({ report }) => [report.from_beat, report.agents_reporting]).slice(0, 2)).toEqual([
      [1, 2],
      [5, 1],
    ]);
    const id = house.wire[0]?.report.window_id;
    const bar = await (await fetch(`${url}/api/v1/windows/${id}`)).json();
    expect((bar as { window_aggregation: { conservation: object } }).window_aggregation.conservation).toEqual(
      {
        received: 8,
        counted: 3,
        duplicate: 1,
        late: 0,
        refused: { unsigned: 2, "bad-signature": 1, "wrong-agent": 1 },
      },
    );
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^backbeat_reverb_claims_total\{outcome="refused-unsigned"\} 2$/m);

    const where = ["--nats", server.url, "--cluster", CLUSTER, ...PATIENTLY];
    const replay = await runProgram(["replay", "--last", "2", ...where]);
    expect([replay.end, replay.stdout]).toEqual([0, expect.stringMatching(/(byte for byte the same.*){2}/s)]);
    const verify = await runProgram(["verify", "--replay", ...where]);
    expect([verify.end, verify.stdout]).toEqual([0, expect.stringContaining("byte for byte the same")]);
    const status = await runProgram(["journal", "status", ...where]);
    expect([status.end, status.stdout]).toEqual([
      0,
      expect.stringMatching(/signatures_required +true.*keys +2\n/s),
    ]);
  });

  it("R7 other keys are another profile: said with the key, and taken up with --replace-profile", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const first = await keyFor("worker:1");
    await using program = reverb(server.url, "node-1", "--keys", join(dir, "keys.json"));
    await untilReady(program);
    await house.beats(1, 2);
    house.peer.publish(subjects.status, first(2).body, { headers: first(2).headers });
    await house.beats(3, 6);
    await waitFor("a report", () => house.wire.length === 1);

    const next = await keyFor("worker:1", { id: "k2" });
    const stranger = reverb(server.url, "node-2", "--keys", join(dir, "keys.json"));
    const { end, stderr } = await stranger.ended;
    expect([end, stderr]).toEqual([
      2,
      expect.stringMatching(
        /key worker:1 k2 of --keys is \S+ from 2020\S+ until \S+ here and not known in the last report.*--replace-profile [0-9a-f]{32}/,
      ),
    ]);
    const running = /--replace-profile ([0-9a-f]{32})/.exec(stderr)?.[1] ?? "";
    const replace = ["--replace-profile", running];
    await using changed = reverb(server.url, "node-3", "--keys", join(dir, "keys.json"), ...replace);
    await untilReady(changed);
    expect((await program.ended).end).toBe(2);
    await house.beats(7, 8);
    for (const sent of [first(8, "old key"), next(8, "new key")])
      house.peer.publish(subjects.status, sent.body, { headers: sent.headers });
    await house.peer.flush();
    await house.beats(9, 10);
    await waitFor("the next report", () => house.wire.length >= 2);
    expect(house.wire[1]?.report).toMatchObject({ from_beat: 5, agents_reporting: 1 });
    expect(house.wire[1]?.report.issues ?? []).not.toContainEqual(
      expect.objectContaining({ category: "invalid_messages" }),
    );
    const verify = await runProgram([
      ...["verify", "--replay", "--nats", server.url, "--cluster", CLUSTER],
      ...PATIENTLY,
    ]);
    expect([verify.end, verify.stdout]).toEqual([
      0,
      expect.stringMatching(/2 computed again, 2 byte for byte/),
    ]);
  });

  it("R7 a checkpoint goes on with what it knows of signatures", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const sign = await keyFor("worker:1");
    const settings = {
      signatures: { keys: keysIn(join(dir, "keys.json")), required: true },
      limits: { fingerprintsPerAgent: 2 },
    };
    const send = ({ body, headers }: ReturnType<typeof sign>) =>
      house.peer.publish(subjects.status, body, { headers });
    const dataDir = house.dataDir();
    const before = await house.start({ dataDir, settings });
    await untilCommitting(before);
    await house.beats(1, 2);
    const sent = [1, 2, 3, 4, 5].map((number) => sign(2, `claim ${number}`));
    for (const one of sent) send(one);
    await house.peer.flush();
    await waitFor("all of them", () => before.reverb.view.status().totals.claims.counted === 5);
    await before.stop();
    const after = await house.start({ dataDir, settings });
    await untilCommitting(after);
    expect(after.reverb.view.status().journal?.startedFrom.kind).toBe("checkpoint");
    for (const one of sent) send(one);
    await house.beats(3, 6);
    await waitFor("the report", () => house.wire.length === 1);
    expect(after.reverb.view.status().totals.claims).toMatchObject({
      counted: 5,
      duplicate: 2,
      "refused-replayed": 3,
    });
  });

  it("R7 as many keys as there may be, with the longest names, begin a chain that another replica follows", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const { key } = testKey("a");
    const keys = Array.from({ length: CLAIM_KEYS_MAX }, (_, at) => ({
      ...key,
      agent: String(at).padStart(128, "a"),
      keyId: "k".repeat(64),
    }));
    const settings = { signatures: { keys, required: true } };
    await untilCommitting(await house.start({ settings }));
    await untilCommitting(await house.start({ settings, nodeId: "node-2" }));
    await house.beats(1, 6);
    await waitFor("a report", () => house.wire.length === 1);
    const other = await house.start({
      nodeId: "node-3",
      settings: { signatures: { keys: [], required: true } },
    });
    await expect(other.reverb.failed).rejects.toMatchObject({
      code: "profile-differs",
      message: expect.stringContaining("and 1980 more"),
    });
  });

  it("backbeat claim and exec sign with the file that backbeat keys made", async () => {
    await using server = await startTestServer();
    await keyFor("ci:1");
    const signatures = { keys: keysIn(join(dir, "keys.json")), required: true };
    await using house = await startRealReverb(server.url, { barLength: 4, graceMs: 0, signatures });
    house.peer.publish(subjects.beat, frameBody(1, { barLength: 4 }));
    await house.peer.flush();
    const where = ["--nats", server.url, "--cluster", CLUSTER, "--agent", "ci:1", ...PATIENTLY];
    const sign = ["--sign-key", join(dir, "ci-1.k1.pem")];
    const counted = () => house.reverb.view.status().totals.claims;
    const untilReceived = (count: number) =>
      waitFor(`${count} claims`, () => house.reverb.view.status().totals.claimsReceived === count);
    const claim = ["claim", "executing", "--beat", "1", ...where];
    expect((await runProgram([...claim, ...sign])).end).toBe(0);
    await untilReceived(1);
    expect(counted()).toMatchObject({ counted: 1 });
    expect((await runProgram(claim)).end).toBe(0);
    expect((await runProgram([...claim, ...sign, "--sign-key-id", "k2"])).end).toBe(0);
    await untilReceived(3);
    expect(counted()).toMatchObject({ counted: 1, "refused-unsigned": 1, "refused-unknown-key": 1 });
    await using command = startProgram(["exec", ...where, ...sign, "--", "sleep", "600"]);
    let beat = 1;
    await waitFor("a claim of the command", async () => {
      beat += 1;
      house.peer.publish(subjects.beat, frameBody(beat, { barLength: 4 }));
      await house.peer.flush();
      return counted().counted > 1;
    });
    command.kill("SIGTERM");
    await command.ended;
    const other = await runProgram([...claim, "--sign-key", join(dir, "keys.json")]);
    expect([other.end, other.stderr]).toEqual([
      2,
      expect.stringMatching(/Cannot sign with .*keys\.json: it does not name its key/),
    ]);
  });

  it("R6 in core mode: unsigned claims of others are taken where not all must sign", async () => {
    await using server = await startTestServer();
    const sign = await keyFor("worker:1");
    const signatures = { keys: keysIn(join(dir, "keys.json")), required: false };
    await using house = await startRealReverb(server.url, { barLength: 4, graceMs: 0, signatures });
    const send = ({ body, headers }: Sent) =>
      house.peer.publish(subjects.status, body, headers === undefined ? undefined : { headers });
    const caught = sign(0);
    for (const sent of [caught, caught, { body: caught.body }, { body: claimBody("free:1", 0) }]) send(sent);
    send({ body: claimBody("worker:1", 0, { notes: "forged" }), headers: caught.headers });
    await house.peer.flush();
    await waitFor("all of them", () => house.reverb.view.status().totals.claimsReceived === 5);
    expect(house.reverb.view.status().totals.claims).toMatchObject({
      held: 3,
      "refused-unsigned": 1,
      "refused-bad-signature": 1,
    });
  });
});
