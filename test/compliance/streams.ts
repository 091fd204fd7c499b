/** What every report store and every journal does, whatever it is made of. */
import { describe, expect, it } from "vitest";
import type { Journal, NewRecord, ReportStore, StreamFault, StreamMessage } from "../../src/ports.ts";
import { waitFor } from "../support/wait-for.ts";

/** Both streams, empty, and what the server may do to them. */
export interface StreamsWorld extends AsyncDisposable {
  readonly journal: Journal;
  readonly reports: ReportStore;
  /** A subject that the journal captures. */
  readonly subject: string;
  /** Takes a report or chain record out of its stream, whatever is forbidden. */
  lose(seq: number): Promise<void>;
}

const text = new TextEncoder();

const record = (kind: NewRecord["kind"], body: string): NewRecord => ({
  kind,
  headers: { "Backbeat-Claims": body.length.toString() },
  body: text.encode(body),
});

const bodyOf = (message: StreamMessage | undefined) => message && new TextDecoder().decode(message.data);

/** What is read from a place on, and how it ended. */
function readFrom(source: Pick<Journal, "read">, seq: number) {
  const messages: StreamMessage[] = [];
  const faults: StreamFault[] = [];
  const reading = source.read(
    { seq },
    { message: (message) => messages.push(message), broken: (fault) => faults.push(fault) },
  );
  return { messages, faults, reading };
}

export function streamsCompliance(name: string, world: () => Promise<StreamsWorld>): void {
  describe(`${name} ReportStore`, () => {
    it("R1 a record is stored only after the one that it expects", async () => {
      await using house = await world();
      const { reports } = house;
      expect(await reports.commit(record("chain", "c"), 0)).toEqual({ kind: "stored", seq: 1 });
      expect(await reports.commit(record("report", "lost"), 0)).toEqual({ kind: "conflict" });
      expect(await reports.commit(record("report", "lost"), 2)).toEqual({ kind: "conflict" });
      expect(await reports.commit(record("report", "r"), 1)).toEqual({ kind: "stored", seq: 2 });
      expect(await reports.state()).toMatchObject({ firstSeq: 1, lastSeq: 2 });
    });

    it("R3 what is stored is found by its place and as the last of its kind, with its headers", async () => {
      await using house = await world();
      const { reports } = house;
      expect([await reports.last(), await reports.last("report"), await reports.get(1)]).toEqual(
        Array(3).fill(undefined),
      );
      for (const [at, made] of [
        record("chain", "c"),
        record("report", "r"),
        record("report", "rr"),
      ].entries())
        await reports.commit(made, at);
      expect(bodyOf(await reports.get(2))).toBe("r");
      expect(bodyOf(await reports.last("chain"))).toBe("c");
      expect(bodyOf(await reports.last("report"))).toBe("rr");
      expect((await reports.last())?.headers?.get("Backbeat-Claims")).toBe("2");
      expect((await reports.get(3))?.headers?.get("Backbeat-Prev")).toBe("");
      expect([await reports.count("chain"), await reports.count("report")]).toEqual([1, 2]);
    });

    it("R1 who reads hears everything from a place on, in order, also what comes later", async () => {
      await using house = await world();
      const { reports } = house;
      await reports.commit(record("chain", "c"), 0);
      await reports.commit(record("report", "r"), 1);
      const { messages, reading } = readFrom(reports, 2);
      await waitFor("what is there", () => messages.length === 1);
      await reports.commit(record("report", "rr"), 2);
      await waitFor("what came", () => messages.length === 2);
      expect(reading.backlogEndSeq).toBe(2);
      expect(messages.map((message) => [message.seq, bodyOf(message)])).toEqual([
        [2, "r"],
        [3, "rr"],
      ]);
      expect(reading.pending).toBe(0);
      reading.stop();
    });

    it("R1 a hole ends a reading with the place at which it goes on", async () => {
      await using house = await world();
      const { reports } = house;
      for (let seq = 0; seq < 4; seq += 1) await reports.commit(record("report", `${seq + 1}`), seq);
      await house.lose(2);
      const { faults, messages } = readFrom(reports, 1);
      await waitFor("the fault", () => faults.length === 1);
      expect(messages.map(bodyOf)).toEqual(["1"]);
      expect(faults[0]).toMatchObject({ kind: "cut", nextSeq: 3 });
      expect(await reports.get(2)).toBeUndefined();
      expect(await reports.count("report")).toBe(3);
    });
  });

  describe(`${name} Journal`, () => {
    it("R7 what is appended has its place, and is read there", async () => {
      await using house = await world();
      const { journal, subject } = house;
      expect(await journal.state()).toMatchObject({ firstSeq: 1, lastSeq: 0 });
      expect(await journal.append(subject, text.encode("a"))).toBe(1);
      expect(await journal.append(subject, text.encode("b"))).toBe(2);
      const { messages, reading } = readFrom(journal, 1);
      await waitFor("both", () => messages.length === 2);
      expect(messages.map((message) => [message.seq, message.subject, bodyOf(message)])).toEqual([
        [1, subject, "a"],
        [2, subject, "b"],
      ]);
      reading.stop();
      expect(await journal.state()).toMatchObject({ firstSeq: 1, lastSeq: 2 });
    });
  });
}
