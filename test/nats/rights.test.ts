/**
 * A real nats-server with what `backbeat nats-config` wrote: every part works as its own user, and an agent can do
 * nothing else, whatever it sends.
 */

import { errors, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BarReport } from "../../src/contracts/bar-report.ts";
import { subjectsOf } from "../../src/contracts/subjects.ts";
import { connectOnce } from "../../src/nats/connect.ts";
import type { Finding } from "../../src/nats/doctor/finding.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { type StreamInfo, stateOf, streamInfo } from "../../src/nats/stream-info.ts";
import { journalName, leaseName, reportsName } from "../../src/nats/stream-names.ts";
import { connectAgent } from "../../src/sdk/connect-agent.ts";
import { createAgent } from "../../src/sdk/create-agent.ts";
import { type ConfigHouse, configHouse } from "../support/config-house.ts";
import { freePort } from "../support/free-port.ts";
import { PATIENTLY, unhurried } from "../support/patience.ts";
import type { RunningProgram } from "../support/program.ts";
import { type RecordingLog, recordingLog } from "../support/recording-log.ts";
import { untilReady } from "../support/service-api.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

const CLUSTER = "test";
const subjects = subjectsOf(CLUSTER);
const JOURNAL = journalName(CLUSTER);
const REPORTS = reportsName(CLUSTER);
const LEASE = leaseName(CLUSTER);

const text = (body: Uint8Array) => new TextDecoder().decode(body);

async function bodyOf<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/** What a connection was told that it may not do, as it comes. */
function violationsOf(connection: NatsConnection): string[] {
  const violations: string[] = [];
  void (async () => {
    for await (const status of connection.status())
      if (status.type === "error" && status.error instanceof errors.PermissionViolationError)
        violations.push(`${status.error.operation} ${status.error.subject}`);
  })();
  return violations;
}

/** What a log says that a user may not do. */
const violationsIn = (log: RecordingLog) =>
  log.lines.map(({ text: said }) => said).filter((said) => /permission/i.test(said));

describe.each(["nkey", "password"])("nats-config --auth %s", (auth) => {
  let house: ConfigHouse;
  let reverb: RunningProgram;
  let pulse: RunningProgram;
  let pulseAt: string;
  let reverbAt: string;

  beforeAll(async () => {
    house = await configHouse("--agents", "ci:a,ci:b", "--auth", auth);
    const [reverbPort, pulsePort] = [await freePort(), await freePort()];
    pulseAt = `127.0.0.1:${pulsePort}`;
    reverbAt = `127.0.0.1:${reverbPort}`;
    const rhythm = ["--bar-length", "4"];
    reverb = house.start(
      "reverb",
      "reverb",
      "--data-dir",
      "reverb",
      "--http",
      `127.0.0.1:${reverbPort}`,
      ...rhythm,
    );
    pulse = house.start(
      "pulse",
      "pulse",
      "--data-dir",
      "pulse",
      "--http",
      pulseAt,
      "--tempo",
      "600",
      ...rhythm,
    );
    const { bus } = await house.bus("ci:a");
    await waitFor("a pulse that answers", () => bus.request(subjects.now, new Uint8Array(0), 1_000));
    await untilReady(reverb, reverbPort);
  });

  afterAll(() => house[Symbol.asyncDispose]());

  /** A claim on every beat, until it is stopped; on a connection of its own, or on one that is given to it. */
  async function claiming(agentId: string, connection: "own" | "given" = "own") {
    const log = recordingLog();
    const options = { clusterId: CLUSTER, agentId, log };
    const { name: _name, servers: _servers, ...nats } = house.settingsOf(agentId);
    const agent =
      connection === "own"
        ? connectAgent(house.envOf(agentId).BACKBEAT_NATS ?? "", { ...options, nats })
        : createAgent(await house.bare(agentId), options);
    agent.onBeat(() => agent.claim("executing"));
    let reports = 0;
    agent.onReport(() => {
      reports += 1;
    });
    return { agent, log, reports: () => reports };
  }

  it("reverb reports what agents claim, and an operator sees, reads and verifies it", async () => {
    const agents = [await claiming("ci:a"), await claiming("ci:b", "given")];
    const watch = house.start("operator", "watch", "--no-beats", "--json", ...PATIENTLY);
    await waitFor("two reports, and one of both agents", () => {
      const lines = watch.stdout().split("\n").slice(0, -1);
      const isOfBoth = (line: string) => (JSON.parse(line) as BarReport).agents_reporting === 2;
      return lines.length >= 2 && lines.some(isOfBoth);
    });
    watch.kill("SIGINT");
    expect((await watch.ended).end).toBe(0);
    for (const { agent, log, reports } of agents) {
      await waitFor("a report", () => reports() > 0);
      await agent.stop();
      expect(agent.health).toMatchObject({ journal: "journal", claims: { failed: 0 } });
      expect(violationsIn(log)).toEqual([]);
    }
    const [shown, verified, journal] = await Promise.all([
      house.run("operator", "reports", "--last", "2", "--json", ...PATIENTLY),
      house.run("operator", "verify", "--replay", ...PATIENTLY),
      house.run("operator", "journal", "status", ...PATIENTLY),
    ]);
    expect([shown.end, shown.stdout.trimEnd().split("\n")]).toEqual([
      0,
      [expect.any(String), expect.any(String)],
    ]);
    expect([verified.end, unhurried(verified.stderr)]).toEqual([0, ""]);
    expect([journal.end, unhurried(journal.stderr)]).toEqual([0, ""]);
  });

  it("an agent claims from a shell", async () => {
    const { end, stderr, stdout } = await house.run("ci:a", "claim", "reviewing", "--json", ...PATIENTLY);
    expect([end, unhurried(stderr)]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ agent_id: "ci:a", state: "reviewing" });
  });

  it("a pulse holds the lease, and its tempo is changed", async () => {
    const leader = await waitFor("a leader", async () => {
      const answer = await fetch(`http://${pulseAt}/api/v1/leader`);
      const body = (await answer.json()) as { readonly is_leader: boolean; readonly authority: string };
      return body.is_leader ? body : undefined;
    });
    expect(leader.authority).toBe("lease");
    const changed = await house.run("operator", "tempo", "570", "--pulse-http", pulseAt);
    expect([changed.stderr, changed.end]).toEqual(["", 0]);
  });

  it("doctor finds that reverb, the pulse and an agent may do what they need; an operator has no problem", async () => {
    const permissionsOf = async (user: string) => {
      const { stdout } = await house.run(user, "doctor", "--json", ...PATIENTLY);
      return stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Finding)
        .filter(({ check }) => check === "permissions")
        .map(({ found, level }) => `${level}: ${found}`);
    };
    const [ofReverb, ofPulse, ofAgent, operator] = await Promise.all([
      permissionsOf("reverb"),
      permissionsOf("pulse"),
      permissionsOf("ci:a"),
      house.run("operator", "doctor", ...PATIENTLY),
    ]);
    expect(ofReverb).toContain("ok: this user may do what reverb needs");
    expect(ofPulse).toContainEqual(expect.stringMatching(/^ok: this user may do what pulse/));
    expect(ofAgent).toContainEqual(expect.stringMatching(/^ok: this user may do what agent/));
    expect(operator.stdout).toMatch(/other streams .*none of \d takes what is BACKBEAT's/);
    expect(operator.stdout).toMatch(/^0 problems/m);
  });

  it("nobody gets in without credentials, or with those of another kind", async () => {
    const settings = house.settingsOf("ci:a");
    const { host, port, tls } = settings.servers[0]!;
    const place = { host, port, tls };
    await expect(connectOnce(place, { servers: [place], name: "nobody" })).rejects.toMatchObject({
      code: "nats-refused",
    });
    await expect(
      connectOnce(place, { servers: [place], name: "guess", user: "reverb", password: "reverb" }),
    ).rejects.toMatchObject({ code: "nats-refused" });
  });

  describe("an agent", () => {
    const FORGED = "forged";
    const everywhere = Object.values(subjects);
    const publishing = [
      ...everywhere.filter((subject) => subject !== subjects.status && subject !== subjects.now),
      subjectsOf("other").status,
      `${subjects.status}.x`,
      "$JS.API.INFO",
      `$JS.API.STREAM.INFO.${JOURNAL}`,
      `$JS.API.STREAM.PURGE.${JOURNAL}`,
      `$JS.API.STREAM.DELETE.${REPORTS}`,
      `$JS.API.STREAM.MSG.DELETE.${REPORTS}`,
      `$JS.API.STREAM.MSG.GET.${JOURNAL}`,
      "$JS.API.STREAM.LIST",
      `$JS.API.STREAM.MSG.DELETE.${LEASE}`,
      `$JS.API.CONSUMER.CREATE.${JOURNAL}`,
      "$SYS.REQ.SERVER.PING",
      "_INBOX.ci:b.guess",
      "_INBOX.reverb.guess",
      "_INBOX.guess",
      "_R_.guess",
    ];
    const subscribing = [
      ...everywhere.filter((subject) => subject !== subjects.beat && subject !== subjects.reverb),
      ...[">", "*", "*.*.*", "backbeat.>", `backbeat.${CLUSTER}.*`, "_INBOX.>", "_INBOX.*", "_INBOX.*.>"],
      ...["_INBOX.ci:b.>", "_INBOX.reverb.>", "_R_.>", "$JS.>", "$JS.ACK.>", "$SYS.>"],
    ];

    it("may publish nothing but claims and the question for the newest beat: a violation each, and nothing arrives", async () => {
      const { bus: operator } = await house.bus("operator");
      const { bus: other } = await house.bus("ci:b");
      const arrived: string[] = [];
      const look = (bus: typeof operator, subject: string) =>
        bus.subscribe(subject, (message) => {
          if (text(message.data) === FORGED) arrived.push(message.subject);
        });
      for (const subject of everywhere) if (subject !== subjects.now) look(operator, subject);
      for (const subject of [subjects.beat, subjects.reverb, "_INBOX.ci:b.>"]) look(other, subject);
      await Promise.all([operator.flush(), other.flush()]);
      const agent = await house.bare("ci:a");
      const violations = violationsOf(agent);
      for (const subject of publishing) agent.publish(subject, FORGED);
      await waitFor("a violation each", () => violations.length >= publishing.length);
      expect(violations.toSorted()).toEqual(publishing.map((subject) => `publish ${subject}`).toSorted());
      // What it may publish comes through on the same connection, so what was sent before it would have, too.
      agent.publish(subjects.status, FORGED);
      await waitFor("what is allowed", () => arrived.length > 0);
      await Promise.all([operator.flush(), other.flush()]);
      expect(arrived).toEqual([subjects.status]);
    });

    it("may hear nothing but beats, reports and its own answers: a violation each", async () => {
      const agent = await house.bare("ci:a");
      const violations = violationsOf(agent);
      const heard: string[] = [];
      for (const subject of subscribing)
        agent.subscribe(subject, {
          callback: (error, message) => void (error ?? heard.push(message.subject)),
        });
      await waitFor("a violation each", () => violations.length >= subscribing.length);
      expect(violations.toSorted()).toEqual(
        subscribing.map((subject) => `subscription ${subject}`).toSorted(),
      );
      const beats: string[] = [];
      agent.subscribe(subjects.beat, { callback: (_error, message) => void beats.push(message.subject) });
      await waitFor("three beats", () => beats.length >= 3);
      expect(heard).toEqual([]);
    });

    it("cannot have an answer sent to where it may not publish itself", async () => {
      const { bus: operator } = await house.bus("operator");
      const api = new JetStreamApi(operator);
      const stranger: string[] = [];
      // An acknowledgement, or a frame where none belongs.
      const isAnswer = (subject: string, body: string) =>
        body.includes(`"stream"`) ||
        body.includes("io.nats.jetstream") ||
        (subject !== subjects.beat && body.includes("beatframe"));
      for (const subject of everywhere)
        if (subject !== subjects.now && subject !== subjects.status)
          operator.subscribe(subject, (message) => {
            const body = text(message.data);
            if (isAnswer(subject, body)) stranger.push(`${subject}: ${body}`);
          });
      await operator.flush();
      const stateNow = async (name: string) => stateOf(await streamInfo(api, name));
      const before = await stateNow(JOURNAL);
      const agent = await house.bare("ci:a");
      const targets = [
        `$JS.API.STREAM.PURGE.${JOURNAL}`,
        `$JS.API.STREAM.PURGE.${LEASE}`,
        `$JS.API.STREAM.MSG.DELETE.${JOURNAL}`,
        `$JS.API.STREAM.DELETE.${JOURNAL}`,
        ...everywhere,
      ];
      for (const reply of targets) {
        agent.publish(subjects.status, "claim", { reply });
        agent.publish(subjects.now, "", { reply });
        agent.publish("$JS.API.STREAM.NAMES", "", { reply });
        agent.publish(`$JS.API.STREAM.INFO.${REPORTS}`, "", { reply });
        agent.publish(`$JS.API.STREAM.MSG.GET.${REPORTS}`, JSON.stringify({ seq: 1 }), { reply });
      }
      // A request that is answered after them all: whatever they do is done.
      const stored = await agent.request(subjects.status, "claim", { timeout: DEADLINE_MS });
      const { seq } = stored.json<{ seq: number }>();
      await agent.request(subjects.now, "", { timeout: DEADLINE_MS });
      await operator.flush();
      const after = await stateNow(JOURNAL);
      expect(after.firstSeq).toBe(before.firstSeq);
      expect(after.lastSeq).toBeGreaterThanOrEqual(seq);
      const { state } = await api.ask<StreamInfo & { state: { num_deleted?: number } }>(
        `STREAM.INFO.${JOURNAL}`,
      );
      expect(state.num_deleted ?? 0).toBe(0);
      expect(stranger).toEqual([]);
      const lease = await api.ask<{ message: { data: string } }>(`STREAM.MSG.GET.${LEASE}`, {
        last_by_subj: subjects.lease,
      });
      expect(JSON.parse(text(Buffer.from(lease.message.data, "base64")))).toMatchObject({ format: 1 });
    });

    it("is answered in its own inbox, and another one does not hear it", async () => {
      const [agent, other] = [await house.bare("ci:a"), await house.bare("ci:b")];
      const heard: string[] = [];
      other.subscribe("_INBOX.ci:b.>", { callback: (_error, message) => void heard.push(message.subject) });
      await other.flush();
      const answer = await agent.request(subjects.now, "", { timeout: DEADLINE_MS });
      expect(answer.json()).toMatchObject({ type: "backbeat.beatframe.v1" });
      expect(answer.subject).toMatch(/^_INBOX\.ci:a\./);
      const acknowledged = await agent.request(subjects.status, "claim", { timeout: DEADLINE_MS });
      expect(acknowledged.json()).toMatchObject({ stream: JOURNAL });
      await other.flush();
      expect(heard).toEqual([]);
    });
  });

  it("an agent is added while all goes on: the others keep their secrets, and no bar is missing", async () => {
    const claims = await claiming("ci:a");
    const reports = async () =>
      (
        await bodyOf<{ reports: readonly { readonly report: BarReport }[] }>(
          `http://${reverbAt}/api/v1/reports?limit=100`,
        )
      ).reports.map(({ report }) => report);
    /** Beats that the pulse could not publish, as it says itself: because the machine stood still. */
    const lost = async () => {
      const { totals } = await bodyOf<{ totals: Record<"skipped" | "unsent" | "unstored", number> }>(
        `http://${pulseAt}/api/v1/status`,
      );
      return totals.skipped + totals.unsent + totals.unstored;
    };
    const lostBefore = await lost();
    const [newest] = await reports();
    await house.addAgents("--agents", "ci:a,ci:b,ci:c", "--auth", auth);
    const { bus } = await house.bus("ci:c");
    const agent = await house.bare("ci:c");
    const answer = await agent.request(subjects.status, "claim", { timeout: DEADLINE_MS });
    expect(answer.json()).toMatchObject({ stream: JOURNAL });
    await waitFor("the beat", () => bus.request(subjects.now, new Uint8Array(0), 1_000));
    const since = await waitFor("five more reports, of the agent that stayed too", async () => {
      const all = (await reports()).filter(({ from_beat }) => from_beat >= (newest?.from_beat ?? 0));
      return all.length > 5 && all[0]?.agents_reporting === 1 && all;
    });
    const missing = since.slice(1).map((report, at) => (since[at]?.from_beat ?? 0) - report.to_beat - 1);
    expect(Math.min(...missing)).toBeGreaterThanOrEqual(0);
    const sum = missing.reduce((all, beats) => all + beats, 0);
    expect(sum).toBeLessThanOrEqual((await lost()) - lostBefore);
    await claims.agent.stop();
    expect(claims.agent.health).toMatchObject({ journal: "journal", claims: { failed: 0 } });
  });

  it("neither reverb nor the pulse was ever refused what it wanted", () => {
    for (const program of [reverb, pulse]) expect(program.stderr()).not.toMatch(/permission|refuse|Cannot/i);
  });
});

describe("nats-config --journal off", () => {
  it("reverb hears claims itself and reports them; nothing of JetStream is there", async () => {
    await using house = await configHouse("--agents", "ci:a", "--journal", "off");
    const [reverbPort, pulsePort] = [await freePort(), await freePort()];
    const rhythm = ["--bar-length", "4"];
    const reverbHttp = `127.0.0.1:${reverbPort}`;
    const pulseHttp = `127.0.0.1:${pulsePort}`;
    const reverb = house.start("reverb", "reverb", "--data-dir", "reverb", "--http", reverbHttp, ...rhythm);
    const pulse = house.start(
      ...(["pulse", "pulse", "--data-dir", "pulse", "--http", pulseHttp] as const),
      ...["--tempo", "600", ...rhythm],
    );
    const log = recordingLog();
    const agent = createAgent(await house.bare("ci:a"), { clusterId: CLUSTER, agentId: "ci:a", log });
    const reports: BarReport[] = [];
    agent.onReport((report) => reports.push(report));
    agent.onBeat(() => agent.claim("executing"));
    await waitFor("a report of the agent", () =>
      reports.some(({ agents_reporting }) => agents_reporting === 1),
    );
    await agent.stop();
    expect(agent.health).toMatchObject({ journal: "none", claims: { failed: 0 } });
    for (const program of [reverb, pulse]) expect(program.stderr()).not.toMatch(/permission/i);
  });
});
