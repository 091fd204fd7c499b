/** `backbeat reports`, `replay`, `verify` and `journal` as programs, on a real nats-server with a reverb that runs. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalName, reportsName } from "../../src/nats/stream-names.ts";
import { headersOf } from "../../src/reverb/stored-record.ts";
import { type JournalHouse, journalHouse, type Replica, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { PATIENTLY, unhurried } from "../support/patience.ts";
import { type ProgramResult, runProgram } from "../support/program.ts";
import { waitFor } from "../support/wait-for.ts";

let server: TestServer;
let house: JournalHouse;
let replica: Replica;

beforeAll(async () => {
  server = await startTestServer({ jetstream: true });
  house = await journalHouse(server.url);
  replica = await house.start();
  await untilCommitting(replica);
  for (let bar = 0; bar < 3; bar += 1) {
    await house.beats(4 * bar + 1, 4 * bar + 4);
    for (const agent of ["a", "b"]) house.claim(agent, 4 * bar + 4);
    await house.peer.flush();
  }
  await house.beats(13, 14);
  await waitFor("three reports", () => house.wire.length === 3);
});

afterAll(async () => {
  await house[Symbol.asyncDispose]();
  await server.stop();
});

function backbeat(...args: string[]): Promise<ProgramResult> {
  return runAt(server.url, ...args);
}

/** Runs it to its end; of stderr, what it says whatever the machine has to do. */
async function runAt(url: string, ...args: readonly string[]): Promise<ProgramResult> {
  const { stderr, ...rest } = await runProgram([...args, "--nats", url, "--cluster", CLUSTER, ...PATIENTLY]);
  return { ...rest, stderr: unhurried(stderr) };
}

const linesOf = (text: string) => text.trimEnd().split("\n");
const jsonOf = (text: string) => linesOf(text).map((line) => JSON.parse(line));

describe("backbeat reports", () => {
  it("REQ-021 lists reports newest first, aligned, with their claims", async () => {
    const { end, stdout, stderr } = await backbeat("reports");
    expect([end, stderr]).toEqual([0, ""]);
    const [head, ...rows] = linesOf(stdout);
    expect(head).toMatch(/^stored at +beats +agents +claims +window +issues$/);
    expect(rows[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +9-12 +2 +2 +[0-9a-f]{12} {2}/);
    expect(rows.map((row) => row.slice(21, 26).trim()).slice(0, 3)).toEqual(["9-12", "5-8", "1-4"]);
    expect(rows[3]).toMatch(/^ {2}\^ first report of chain [0-9a-f]{12}/);
  });

  it("REQ-021 --json gives place, time, report and headers, one object a line", async () => {
    const { end, stdout } = await backbeat("reports", "--json", "--last", "2");
    expect(end).toBe(0);
    const shown = jsonOf(stdout);
    expect(shown.map(({ report }) => report)).toEqual([house.wire[2]?.report, house.wire[1]?.report]);
    const message = house.wire[2]?.message;
    expect(shown[0]).toEqual({
      seq: 4,
      stored_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      report: house.wire[2]?.report,
      headers: message?.headers && headersOf(message.headers),
    });
  });

  it("REQ-021 shows one in full by the first digits of its window", async () => {
    const id = house.wire[1]?.report.window_id ?? "";
    const { end, stdout } = await backbeat("reports", id.slice(0, 10).toUpperCase());
    expect(end).toBe(0);
    expect(stdout).toMatch(new RegExp(`window_id +${id}`));
    expect(stdout).toMatch(/Backbeat-Hash +[0-9a-f]{64}/);
    const none = await backbeat("reports", "ffffffffff");
    expect([none.end, none.stdout]).toEqual([1, ""]);
    expect(none.stderr).toMatch(/Cannot find the report of ffffffffff: none of the 3 that are stored/);
  });

  it("REQ-021 a bad window, a missing cluster and a missing server are told with what to do", async () => {
    const [bad, other, nobody] = await Promise.all([
      backbeat("reports", "xyz"),
      runProgram(["reports", "--nats", server.url, "--cluster", "other", ...PATIENTLY]),
      runProgram(["reports", "--nats", "nats://127.0.0.1:1", "--wait", "3"]),
    ]);
    expect(bad.end).toBe(2);
    expect(bad.stderr).toMatch(/<window> is "xyz", expected 1 to 32 hex digits/);
    expect(other.end).toBe(1);
    expect(other.stderr).toMatch(/no reverb of cluster other has kept anything there/);
    expect(nobody.end).toBe(1);
    expect(nobody.stderr).toMatch(
      /waiting for NATS, at most 3 s\n.*NATS was not reached for 3 s.*check --nats/s,
    );
  });

  it("REQ-021 a server without JetStream is said", async () => {
    await using plain = await startTestServer();
    for (const command of [["reports"], ["verify"], ["replay"], ["journal", "status"]]) {
      const { end, stderr } = await runAt(plain.url, ...command);
      expect([command, end]).toEqual([command, 1]);
      expect(stderr).toMatch(/has no JetStream for this account/);
    }
  });
});

describe("backbeat replay", () => {
  it("R7 computes the last one, or one by its window, byte for byte", async () => {
    const { end, stdout } = await backbeat("replay");
    expect([end, stdout]).toEqual([
      0,
      expect.stringMatching(/^report 4, window .*: byte for byte the same\n/),
    ]);
    const id = house.wire[0]?.report.window_id ?? "";
    const json = await backbeat("replay", id.slice(0, 12), "--json");
    expect(json.end).toBe(0);
    expect(jsonOf(json.stdout)).toEqual([
      {
        seq: 2,
        window_id: id,
        result: "identical",
        computed: house.wire[0]?.report,
        stored: house.wire[0]?.report,
        headers: expect.objectContaining({ "Backbeat-Claims": "2" }),
      },
    ]);
    expect(linesOf((await backbeat("replay", "--last", "50", "--json")).stdout)).toHaveLength(3);
  });

  it("R7 a window and --last exclude each other", async () => {
    const { end, stderr } = await backbeat("replay", "abcd", "--last", "3");
    expect([end, stderr]).toEqual([2, expect.stringMatching(/cannot both be given/)]);
  });
});

describe("backbeat verify", () => {
  it("R3 a whole history ends with 0, in words and as JSON", async () => {
    const { end, stdout } = await backbeat("verify", "--replay");
    expect([end, linesOf(stdout)]).toEqual([
      0,
      [
        "3 reports of 1 chain, records 1 to 4",
        "3 computed again, 3 byte for byte the same",
        "the history is whole",
      ],
    ]);
    expect(jsonOf((await backbeat("verify", "--json")).stdout)).toEqual([
      { kind: "sum", whole: true, reports: 3, chains: 1, faults: 0, first_seq: 1, last_seq: 4 },
    ]);
  });

  it("R3 one flipped byte, and a record that was deleted, are found in a stream of the same shape", async () => {
    await using other = await startTestServer({ jetstream: true });
    await using copy = await journalHouse(other.url);
    const api = new JetStreamApi(copy.peer);
    const shape = await new JetStreamApi(house.peer).ask<{ config: Record<string, unknown> }>(
      `STREAM.INFO.${reportsName(CLUSTER)}`,
    );
    await api.ask(`STREAM.CREATE.${reportsName(CLUSTER)}`, { ...shape.config, deny_delete: false });
    const { reports } = await house.streams();
    for (let seq = 1; seq <= 4; seq += 1) {
      const record = await reports.get(seq);
      if (record === undefined) throw new Error("no record");
      const text = new TextDecoder().decode(record.data);
      const data = new TextEncoder().encode(
        seq === 3 ? text.replace('_reporting":2', '_reporting":3') : text,
      );
      const headers = record.headers === undefined ? {} : headersOf(record.headers);
      await api.request(record.subject, data, { headers });
    }
    const flipped = await runAt(other.url, "verify");
    expect(flipped.end).toBe(1);
    expect(flipped.stdout).toMatch(/^hash +record 3, window .*: Backbeat-Hash does not fit/);
    expect(flipped.stdout).toMatch(/\nprev +record 4, window /);
    const shown = await runAt(other.url, "reports", "--json");
    expect(jsonOf(shown.stdout)).toHaveLength(3);
    await api.ask(`STREAM.MSG.DELETE.${reportsName(CLUSTER)}`, { seq: 3 });
    const deleted = await runAt(other.url, "verify", "--json");
    expect(deleted.end).toBe(1);
    expect(jsonOf(deleted.stdout)).toEqual([
      {
        kind: "fault",
        fault: "hole",
        seq: 3,
        window_id: null,
        text: "nothing is stored at place 3: records were deleted or lost",
      },
      { kind: "sum", whole: false, reports: 2, chains: 1, faults: 1, first_seq: 1, last_seq: 4 },
    ]);
  });
});

describe("backbeat journal", () => {
  it("R1 status of a whole journal ends with 0; adopt finds nothing to do", async () => {
    const { end, stdout } = await backbeat("journal", "status");
    expect(end).toBe(0);
    expect(stdout).toMatch(/stream +BACKBEAT_JOURNAL_test\n/);
    expect(stdout).toMatch(/the open bar needs the journal from entry \d+ on/);
    expect(stdout).toMatch(/whole: nothing to do\n$/);
    const [status] = jsonOf((await backbeat("journal", "status", "--json")).stdout);
    expect(status).toMatchObject({
      whole: true,
      fault: null,
      journal: { name: "BACKBEAT_JOURNAL_test", first_seq: 1, replicas: 1 },
      chain: { reason: "begun", profile: { bar_length: 4 } },
      last_report: { seq: 4 },
    });
    const adopt = await backbeat("journal", "adopt", "--yes");
    expect([adopt.end, adopt.stderr]).toEqual([
      1,
      expect.stringMatching(/nothing to adopt: the journal is whole/),
    ]);
  });

  it("R1 what cannot be meant is told at once", async () => {
    const none = await backbeat("journal");
    expect([none.end, none.stderr]).toEqual([2, expect.stringMatching(/<action> is needed/)]);
    const bad = await backbeat("journal", "mend");
    expect([bad.end, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/"mend", expected one of status, adopt/),
    ]);
    const unasked = await backbeat("journal", "adopt");
    expect([unasked.end, unasked.stderr]).toEqual([
      2,
      expect.stringMatching(/type `backbeat journal adopt --yes`/),
    ]);
  });

  it("R1 a deleted journal: status says so, replay and verify say what is lost, adopt leads out", async () => {
    await new JetStreamApi(house.peer).ask(`STREAM.DELETE.${journalName(CLUSTER)}`);
    await waitFor("the alarm", () => !replica.reverb.view.ready().ready);
    const status = await backbeat("journal", "status");
    expect(status.end).toBe(1);
    expect(status.stdout).toMatch(
      /broken: the journal was deleted.*\nno bar is closed any more; `backbeat journal adopt`/,
    );
    const replay = await backbeat("replay");
    expect([replay.end, replay.stdout]).toEqual([
      1,
      expect.stringMatching(/cannot be computed\n {2}.*journal/),
    ]);
    expect((await backbeat("verify", "--replay")).stdout).toMatch(
      /3 could not be computed again, the last because the journal is not there/,
    );
    const adopt = await backbeat("journal", "adopt", "--yes");
    expect([adopt.end, adopt.stderr]).toEqual([0, ""]);
    expect(adopt.stdout).toMatch(
      /^adopted: chain [0-9a-f]{32} begins at entry 1; none of its bars is reported yet\n/,
    );
    await untilCommitting(replica);
    await house.beats(15, 22);
    await waitFor("reports of the new chain", () => house.wire.length === 5);
    const reports = await backbeat("reports");
    expect(reports.stdout).toMatch(/1 note\n {2}\^ first report of chain/);
    expect((await backbeat("journal", "status")).end).toBe(0);
    const last = await backbeat("replay", "--last", "3");
    expect([last.end, last.stdout]).toEqual([
      1,
      expect.stringMatching(/another one .*\n.*byte for byte the same/s),
    ]);
  });
});

describe("--help", () => {
  it.each(["reports", "replay", "verify", "journal"])(
    "REQ-021 backbeat %s --help teaches",
    async (command) => {
      const { end, stdout } = await runProgram([command, "--help"]);
      expect(end).toBe(0);
      expect(stdout).toMatch(/Examples:\n {2}backbeat /);
      expect(stdout).toMatch(/--wait <seconds>/);
    },
  );
});
