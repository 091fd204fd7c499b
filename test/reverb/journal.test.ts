import { describe, expect, it } from "vitest";
import { reportHash } from "../../src/contracts/report-headers.ts";
import { journalHouse, untilCommitting, untilCoreMode } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { waitFor } from "../support/wait-for.ts";

describe("reverb on a journal", () => {
  it("R1 each bar is stored once and on the wire once, with two replicas, and its hash is right", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const [first, second] = [await house.start(), await house.start({ nodeId: "node-2" })];
    await Promise.all([untilCommitting(first), untilCommitting(second)]);
    for (let bar = 0; bar < 10; bar += 1) {
      await house.beats(4 * bar + 1, 4 * bar + 4);
      for (const agent of ["a", "b", "c"]) house.claim(agent, 4 * bar + 4);
      await house.peer.flush();
    }
    await house.beats(41, 42);
    await waitFor("ten reports", () => house.wire.length >= 10);
    const done = ({ reverb }: typeof first) => {
      const journal = reverb.view.status().journal;
      return (journal?.reportsCommitted ?? 0) + (journal?.reportsConfirmed ?? 0) === 10;
    };
    await waitFor("both replicas to be done", () => done(first) && done(second));
    expect(house.wire.map(({ report }) => [report.from_beat, report.agents_reporting])).toEqual(
      Array.from({ length: 10 }, (_, bar) => [4 * bar + 1, 3]),
    );
    const journals = [first, second].map(({ reverb }) => reverb.view.status().journal);
    expect(journals.reduce((sum, journal) => sum + (journal?.reportsCommitted ?? 0), 0)).toBe(10);
    expect(journals.map((journal) => journal?.divergences)).toEqual([0, 0]);
    let prev = "";
    for (const { message } of house.wire) {
      const headers = message.headers;
      if (headers === undefined) throw new Error("a report without headers");
      expect(reportHash(headers, message.data)).toBe(headers.get("Backbeat-Hash"));
      expect(headers.get("Backbeat-Prev")).toBe(prev);
      prev = headers.get("Backbeat-Hash");
    }
    const { reports } = await house.streams();
    expect((await reports.state()).lastSeq).toBe(11);
    expect(first.reverb.view.ready()).toEqual({ ready: true });
  });

  it("R1 claims and beats of a time without a reverb are in the next one's reports", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const first = await house.start();
    await untilCommitting(first);
    await house.beats(1, 6);
    await waitFor("the first report", () => house.wire.length === 1);
    await first.crash();
    house.claim("a", 6);
    await house.beats(7, 14);
    house.claim("b", 14);
    await house.beats(15, 18);
    const second = await house.start({ nodeId: "node-2" });
    await waitFor("the other reports", () => house.wire.length >= 4);
    await untilCommitting(second);
    expect(house.wire.map(({ report }) => [report.from_beat, report.agents_reporting])).toEqual([
      [1, 0],
      [5, 1],
      [9, 0],
      [13, 1],
    ]);
    expect(house.wire.flatMap(({ report }) => report.issues ?? [])).not.toContainEqual(
      expect.objectContaining({ category: "partial_window" }),
    );
    expect(second.reverb.view.status().journal).toMatchObject({ divergences: 0, reportsConfirmed: 1 });
  });

  it("R7 a replica with a checkpoint goes on where it was; other settings end with the differences", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const dataDir = house.dataDir();
    const first = await house.start({ dataDir });
    await untilCommitting(first);
    await house.beats(1, 12);
    await waitFor("two reports", () => house.wire.length === 2);
    await first.stop();
    await house.beats(13, 18);
    const again = await house.start({ dataDir });
    await waitFor("all reports", () => house.wire.length === 4);
    expect(again.reverb.view.status().journal).toMatchObject({
      startedFrom: { kind: "checkpoint" },
      divergences: 0,
    });
    const other = await house.start({ nodeId: "node-2", settings: { leadBeats: 17 } });
    await expect(other.reverb.failed).rejects.toMatchObject({
      code: "profile-differs",
      message: expect.stringContaining("--lead is 17 here and 4 in the last report"),
    });
    const replaceProfile = again.reverb.view.status().journal?.profile ?? "";
    const changed = await house.start({ nodeId: "node-3", settings: { leadBeats: 17, replaceProfile } });
    await untilCommitting(changed);
    await expect(again.reverb.failed).rejects.toMatchObject({ code: "profile-differs" });
    await house.beats(19, 26);
    await waitFor("reports of the new chain", () => house.wire.length === 6);
    expect(house.wire.map(({ report }) => report.from_beat)).toEqual([1, 5, 9, 13, 17, 21]);
  });

  it("REQ-020 a server without JetStream: core mode with auto, an error with on", async () => {
    await using server = await startTestServer();
    await using house = await journalHouse(server.url);
    const auto = await house.start({ settings: { journalMode: "auto" } });
    await untilCoreMode(auto);
    const strict = await house.start({ nodeId: "node-2" });
    await expect(strict.reverb.failed).rejects.toMatchObject({ code: "mode-refused" });
  });
});
