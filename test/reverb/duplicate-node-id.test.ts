/** Replicas with one node id on a real journal: the later one ends, whoever closes the bars; reports stay the same. */
import { describe, expect, it } from "vitest";
import type { BackbeatError } from "../../src/errors.ts";
import { type JournalHouse, journalHouse, type Replica, untilCommitting } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { waitFor } from "../support/wait-for.ts";

const BAR = 4;

/** Bars that lie behind, one after the other, each reported before the next one ends. */
async function passBars(house: JournalHouse, { from, to }: { readonly from: number; readonly to: number }) {
  for (let bar = from; bar <= to; bar += 1) {
    await house.beats(BAR * bar + 2, BAR * bar + 5);
    await waitFor(`the report of bar ${bar}`, () => house.wire.length >= bar + 1);
  }
}

function endOf({ reverb }: Replica): { error?: BackbeatError } {
  const end: { error?: BackbeatError } = {};
  reverb.failed.catch((error: BackbeatError) => {
    end.error = error;
  });
  return end;
}

const alarmsOf = ({ reverb }: Replica) =>
  reverb.view
    .status()
    .alarms.filter(({ name }) => name === "duplicate-node-id")
    .map(({ text }) => text);

/** A replica; `graceMs` says how soon its tick comes: with none it is first to close a bar. */
async function replica(
  house: JournalHouse,
  boot: string | undefined,
  { graceMs = 0, nodeId = "node-1" } = {},
) {
  const settings = { graceMs, ...(boot === undefined ? {} : { boot }) };
  const one = await house.start({ nodeId, settings });
  await untilCommitting(one);
  return one;
}

/** A grace in which every other tick comes first; half a beat of the house, which has a minute. */
const LAST = { graceMs: 30_000 };

describe("BACKBEAT-REQ-021 two replicas with one node id", () => {
  it.each([
    ["the elder", {}, LAST, undefined],
    ["the later one", LAST, {}, undefined],
    ["a third", LAST, LAST, {}],
  ] as const)("where %s closes the bars, the later one ends", async (_, elder, later, third) => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    if (third !== undefined) await replica(house, "boot-c", { nodeId: "node-2", ...third });
    const first = await replica(house, "boot-z", elder);
    // Closed by frames, so that its first tick is not the first.
    await house.beats(1, 4 * BAR + 2);
    await waitFor("four reports", () => house.wire.length >= 4);
    const second = await replica(house, "boot-a", later);
    const ends = [endOf(first), endOf(second)];
    let bar = 4;
    for (; ends[1]?.error === undefined && bar < 12; bar += 1) {
      await passBars(house, { from: bar, to: bar });
      const heard = [first, second].map(({ reverb }) => reverb.view.status().journal?.readSeq);
      await waitFor("both to read on", () =>
        [first, second].every(({ reverb }, at) => {
          const { lagEntries, readSeq } = reverb.view.status().journal ?? {};
          return lagEntries === 0 && (readSeq ?? 0) >= (heard[at] ?? 0);
        }),
      );
    }
    expect(ends[1]?.error).toMatchObject({
      code: "duplicate-node-id",
      message: expect.stringMatching(
        /another reverb with it \(boot id boot-z\) began before this one .*3 bars/,
      ),
    });
    expect(bar).toBeLessThanOrEqual(10);
    expect(ends[0]?.error).toBeUndefined();
    expect(alarmsOf(first)).toEqual([expect.stringContaining("boot id boot-a) and began later")]);
    expect(first.reverb.view.ready()).toEqual({ ready: true });
    await second.stop();
    await house.beats(BAR * bar + 2, BAR * (bar + 5) + 2);
    await waitFor("the other reports", () => house.wire.length >= bar + 5);
    await waitFor("the end of the alarm", () => alarmsOf(first).length === 0);
    const windows = house.wire.map(({ report }) => report.window_id);
    expect(new Set(windows).size).toBe(windows.length);
    expect(first.reverb.view.status().journal?.divergences).toBe(0);
  });

  it("one that is started again does not end for its predecessor, whose ticks are in the journal", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const first = await replica(house, "boot-1");
    await house.beats(1, 1);
    await passBars(house, { from: 0, to: 5 });
    await first.crash();
    const second = await replica(house, "boot-0");
    const end = endOf(second);
    await passBars(house, { from: 6, to: 10 });
    expect([end.error, alarmsOf(second)]).toEqual([undefined, []]);
  });

  it("one of an older version, whose ticks name no run, is told of, and nobody ends", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    await replica(house, undefined);
    await house.beats(1, 1);
    await passBars(house, { from: 0, to: 1 });
    const second = await replica(house, "boot-a", LAST);
    const end = endOf(second);
    await passBars(house, { from: 2, to: 6 });
    await waitFor("the alarm", () => alarmsOf(second).length > 0);
    expect(alarmsOf(second)).toEqual([expect.stringContaining("does not say when it began")]);
    expect(end.error).toBeUndefined();
  });
});
