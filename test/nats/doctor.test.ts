/** The examination on a real nats-server: what is gathered, that nothing is left behind, and how the command ends. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/doctor.ts";
import { examine } from "../../src/nats/doctor/examine.ts";
import type { Finding, FindingLevel } from "../../src/nats/doctor/finding.ts";
import { hasEffect, rolesOf } from "../../src/nats/doctor/permissions.ts";
import { toldRights, tryRights } from "../../src/nats/doctor/try-rights.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalPlan, reportsPlan, type StreamPlans } from "../../src/nats/stream-plans.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { startLeafHouse } from "../support/leafnode.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

const plans: StreamPlans = { clusterId: CLUSTER, subjects };

/** What one check says. */
const of = (findings: readonly Finding[], check: string) =>
  findings.filter((finding) => finding.check === check).map(({ found, level }) => `${level}: ${found}`);

async function examined(url: string, changes: Partial<StreamPlans> = {}): Promise<readonly Finding[]> {
  const bus = await connectBus(url, "doctor");
  try {
    return await examine(bus, { plans: { ...plans, ...changes }, log: silentLog });
  } finally {
    await bus.close();
  }
}

async function streamNames(url: string): Promise<readonly string[]> {
  const bus = await connectBus(url);
  const { streams } = await new JetStreamApi(bus).ask<{ streams: readonly string[] | null }>("STREAM.NAMES");
  await bus.close();
  return streams ?? [];
}

async function make(url: string, ...configs: readonly object[]): Promise<void> {
  const bus = await connectBus(url);
  const api = new JetStreamApi(bus);
  for (const config of configs) await api.ask(`STREAM.CREATE.${"name" in config ? config.name : ""}`, config);
  await bus.close();
}

const stream = (name: string, changes: object) => ({
  name,
  retention: "limits",
  storage: "memory",
  ...changes,
});

describe("examine", () => {
  it("an empty server has no problem, and nothing is left on it", async () => {
    await using server = await startTestServer({ jetstream: true });
    const findings = await examined(server.url);
    expect(findings.filter(({ level }) => level === "problem")).toEqual([]);
    expect(of(findings, "server")).toEqual([`ok: nats-server ${server.version} at ${server.url}`]);
    expect(of(findings, "clock")).toEqual([expect.stringMatching(/^ok: the server's clock is \d+ ms/)]);
    expect(of(findings, "journal")).toEqual([expect.stringMatching(/^note: the stream .* is not there$/)]);
    expect(await streamNames(server.url)).toEqual([]);
  });

  it("streams at work are fine, and the examination is in neither of them", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const replica = await house.start();
    await untilCommitting(replica);
    await house.beats(1, 10);
    await waitFor("two reports", () => house.wire.length === 2);
    const { journal, reports } = await house.streams();
    // Minutes ago for a beat of this length: entries that are as fresh as a beat prove that the journal takes them.
    await house.beats(11, 11, { beatDurationMs: 60_000 });
    const received = () => replica.reverb.view.status().totals;
    await waitFor("the eleventh frame", () => received().framesReceived === 11);
    const totals = received();
    const before = [(await journal.state()).lastSeq, (await reports.state()).lastSeq];
    const findings = await examined(server.url);
    expect([(await journal.state()).lastSeq, (await reports.state()).lastSeq]).toEqual(before);
    expect(received()).toEqual(totals);
    expect(findings.filter(({ level }) => level === "problem")).toEqual([]);
    expect(of(findings, "journal")).toEqual([
      expect.stringMatching(/^ok: it takes entries: one was stored \d+\.\d s ago/),
      expect.stringMatching(/^ok: BACKBEAT_JOURNAL_/),
    ]);
    expect(of(findings, "report stream")).toEqual([
      expect.stringMatching(/^ok: BACKBEAT_REPORTS_.*3 entries/),
    ]);
    expect(of(findings, "recovery")).toEqual([expect.stringMatching(/^ok: /)]);
    expect(of(findings, "durability")).toEqual([
      expect.stringMatching(/^note: process-crash-safe, because /),
    ]);
  });

  it("streams that capture, source or stand in the way are named; a mirror is fine", async () => {
    await using server = await startTestServer({ jetstream: true });
    const reports = reportsPlan(plans);
    await make(
      server.url,
      { ...journalPlan(plans), discard: "new" },
      reports,
      stream("ARCHIVE", { subjects: ["backbeat.*.reverb"] }),
      stream("SOURCED", { sources: [{ name: reports.name }] }),
      stream("MIRROR", { mirror: { name: reports.name } }),
    );
    const findings = await examined(server.url);
    expect(of(findings, "journal")).toEqual([
      expect.stringMatching(/^ok: it takes entries: a tick that means nothing is stored at 1/),
      expect.stringMatching(/^problem: .*discard is new, expected old/),
    ]);
    expect(of(findings, "other streams")).toEqual([
      expect.stringMatching(/^problem: the stream ARCHIVE captures reports/),
      expect.stringMatching(/^problem: the stream SOURCED sources the report stream/),
    ]);
  });

  it("a stream that captures all of BACKBEAT is found also behind the first page, and keeps the clock from being read", async () => {
    await using server = await startTestServer({ jetstream: true });
    const many = Array.from({ length: 300 }, (_, at) => stream(`A${at}`, { subjects: [`a.${at}`] }));
    await make(server.url, ...many, stream("Z", { subjects: ["backbeat.>"] }));
    const findings = await examined(server.url);
    expect(of(findings, "other streams")).toContainEqual(
      expect.stringMatching(/^problem: the stream Z captures backbeat\.\S+\.beat/),
    );
    expect(of(findings, "clock")).toEqual([expect.stringMatching(/^note: .* could not be made/)]);
  });

  it("two journals, one at a leafnode and one at its hub, are a problem", async () => {
    await using servers = await startLeafHouse({ leaf: { jetstream: true, domain: "leaf" } });
    for (const { url } of [servers.hub, servers.leaf])
      await make(url, journalPlan(plans), reportsPlan(plans));
    for (const { url } of [servers.hub, servers.leaf])
      await waitFor("both to be heard of", async () =>
        of(await examined(url), "journal").some((text) =>
          /^problem: 2 streams take what is published for this cluster/.test(text),
        ),
      );
  });

  it("without JetStream it says which mode reverb takes", async () => {
    await using server = await startTestServer();
    expect(of(await examined(server.url), "jetstream")).toEqual([
      expect.stringMatching(/^warning: the server has no JetStream/),
    ]);
  });

  it("says what the account's limits do not hold", async () => {
    const config = `accounts { A { jetstream { max_store: 10M, max_streams: 1 }, users: [{ user: u, password: p }] } }`;
    await using server = await startTestServer({ jetstream: true, config });
    const findings = await examined(server.url.replace("//", "//u:p@"), {
      retention: { bytesMax: 20_000_000 },
      reports: { bytesMax: 1_000_000 },
    });
    expect(of(findings, "jetstream")).toEqual([
      expect.stringMatching(/^ok: on/),
      expect.stringMatching(/^problem: .*need 20\.0 MiB, the account has/),
      expect.stringMatching(/^problem: the account may have 1 streams/),
    ]);
  });

  it("finds out what a user may do without sending a beat, a claim or a report", async () => {
    const users = [
      `{ user: all, password: p }`,
      `{ user: keeper, password: p, permissions: { publish: ["$JS.API.>", "backbeat.*.tick", "backbeat.*.report.*"], subscribe: "_INBOX.>" } }`,
      `{ user: maker, password: p, permissions: { publish: { allow: ">", deny: "$JS.API.STREAM.DELETE.>" } } }`,
      `{ user: agent, password: p, permissions: { publish: ["backbeat.*.status", "backbeat.*.now"], subscribe: ["_INBOX.>", "backbeat.*.beat", "backbeat.*.reverb"] } }`,
    ];
    await using server = await startTestServer({
      jetstream: true,
      config: `authorization { users: [${users.join(", ")}] }`,
    });
    const at = (user: string) => server.url.replace("//", `//${user}:p@`);
    const ear = await connectBus(at("all"));
    const heard: string[] = [];
    for (const subject of [subjects.beat, subjects.status, subjects.reverb])
      ear.subscribe(subject, (message) => heard.push(message.subject));
    await ear.flush();
    const levels = async (user: string): Promise<FindingLevel[]> =>
      (await examined(at(user))).filter(({ check }) => check === "permissions").map(({ level }) => level);
    // reverb, reverb without a journal, pulse, agent, operator
    expect(await levels("all")).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(await levels("keeper")).toEqual(["ok", "note", "note", "note", "note"]);
    expect(await levels("agent")).toEqual(["note", "note", "note", "ok", "note"]);
    // Who may make streams and not remove them leaves none behind.
    expect(of(await examined(at("maker")), "clock")).toEqual([
      expect.stringMatching(/^note: .*STREAM\.DELETE/),
    ]);
    expect(await streamNames(at("all"))).toEqual([]);
    await ear.flush();
    expect(heard).toEqual([]);
    await ear.close();
  });
});

describe("tryRights", () => {
  it("what a server tells of a user is what it lets the user do", async () => {
    const question = `"$SYS.REQ.USER.INFO"`;
    const users = [
      `{ user: all, password: p }`,
      `{ user: lists, password: p, permissions: { publish: ["$JS.API.STREAM.>", "backbeat.*.tick", ${question}], subscribe: "_INBOX.>" } }`,
      `{ user: denies, password: p, permissions: { publish: { deny: ["$JS.API.STREAM.MSG.>", "backbeat.*.now"] }, subscribe: { deny: "backbeat.*.beat" } } }`,
      `{ user: both, password: p, permissions: { publish: { allow: [${question}, "backbeat.>"], deny: "backbeat.*.tick" }, subscribe: { allow: ">", deny: ["backbeat.*.pulse", "backbeat.*.report.>"] } } }`,
    ];
    await using server = await startTestServer({
      jetstream: true,
      config: `authorization { users: [${users.join(", ")}] }`,
    });
    const roles = rolesOf({ clusterId: CLUSTER, subjects, inboxPrefix: "_INBOX", hasJournal: true });
    const needs = roles
      .flatMap((role) => [...role.needs, ...role.asks])
      .filter((need) => !hasEffect(need, subjects));
    for (const user of ["all", "lists", "denies", "both"]) {
      const bus = await connectBus(server.url.replace("//", `//${user}:p@`));
      const connection = bus.connection!;
      const told = await toldRights(connection);
      // Older servers do not tell.
      if (!server.version.startsWith("2.9.")) expect([user, told]).toEqual([user, expect.any(Object)]);
      const [byWord, byDeed] = [
        await tryRights(connection, needs, { subjects, told, apiPrefix: "$JS.API" }),
        await tryRights(connection, needs, { subjects, told: undefined, apiPrefix: "$JS.API" }),
      ];
      expect([user, byWord]).toEqual([user, byDeed]);
      await bus.close();
    }
  });
});

describe("backbeat doctor", () => {
  async function doctor(...argv: readonly string[]) {
    const { settings } = readConfig({ command: "doctor", argv, env: {} });
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const end = await run(settings, {
      operands: [],
      version: "0.0.0",
      program: "",
      env: {},
      stdin: new PassThrough(),
      stdout,
      stderr,
      colour: { stdout: false, stderr: false },
      given: {},
      warnings: [],
    });
    stdout.end();
    stderr.end();
    return { end, stdout: await text(stdout), stderr: await text(stderr) };
  }

  it("ends with 0 without problems, and says the sum last", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { end, stdout } = await doctor("--nats", server.url);
    expect(stdout).toMatch(
      /^ok {7}server {10}nats-server .*\n\n0 problems, \d+ warnings?, \d+ notes?, \d+ ok\.\n$/s,
    );
    expect(end).toBe(0);
  });

  it("ends with 1 where it finds a problem, as JSON too", async () => {
    await using server = await startTestServer({ jetstream: true });
    await make(server.url, reportsPlan(plans), stream("ARCHIVE", { subjects: [subjects.reverb] }));
    const { end, stdout } = await doctor("--nats", server.url, "--cluster", CLUSTER, "--json");
    const said = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(said).toContainEqual(expect.objectContaining({ check: "other streams", level: "problem" }));
    expect(said.at(-1)).toEqual({ sum: expect.objectContaining({ problem: 1 }) });
    expect(end).toBe(1);
  });

  it("ends with 1 where nothing is reached, and says what it waits for", async () => {
    const { end, stderr, stdout } = await doctor("--nats", "nats://127.0.0.1:1", "--wait", "2");
    expect(stdout).toMatch(
      /^problem {2}server .*Cannot connect to nats:\/\/127\.0\.0\.1:1: connection refused/,
    );
    expect(stderr).toBe("waiting for NATS, at most 2 s\n");
    expect(end).toBe(1);
  });
});
