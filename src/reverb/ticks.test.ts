import { describe, expect, it } from "vitest";
import { silentLog } from "../../test/support/recording-log.ts";
import { decodeTick } from "../contracts/tick.ts";
import { BackbeatError } from "../errors.ts";
import type { Journal } from "../ports.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { StoreTroubles } from "./store-troubles.ts";
import { Ticks } from "./ticks.ts";

const FIRST = "a".repeat(32);
const SECOND = "b".repeat(32);

function house() {
  const clock = new FakeClock();
  const stored: (string | undefined)[] = [];
  const answers: ("stored" | "none")[] = [];
  const shows = { must: false };
  const journal: Pick<Journal, "append"> = {
    async append(subject, body) {
      if (answers.shift() === "none") throw new BackbeatError("nats-unreachable", "no answer");
      expect(subject).toBe("c.tick");
      stored.push(decodeTick(body));
      return stored.length;
    },
  };
  const ticks = new Ticks({
    journal: journal as Journal,
    clock,
    log: silentLog,
    subject: "c.tick",
    sender: () => ({ node: "n" }),
    mustShow: () => shows.must,
    troubles: new StoreTroubles(clock),
  });
  return { answers, clock, shows, stored, ticks };
}

describe("Ticks", () => {
  it("PER-002 a bar gets its tick when its grace is over, not before", async () => {
    const { clock, stored, ticks } = house();
    ticks.schedule({ windowId: FIRST, graceMs: 100 });
    await clock.run(99);
    expect(stored).toEqual([]);
    await clock.run(1);
    expect(stored).toEqual([FIRST]);
    expect(ticks.appended).toBe(1);
  });

  it("PER-002 a tick that was not stored is tried again, until the bar is closed otherwise", async () => {
    const { answers, clock, stored, ticks } = house();
    answers.push("none", "none");
    ticks.schedule({ windowId: FIRST, graceMs: 0 });
    await clock.run(500);
    expect(stored).toEqual([FIRST]);
    answers.push("none", "none", "none", "none");
    ticks.schedule({ windowId: SECOND, graceMs: 0 });
    await clock.run(300);
    ticks.cancel();
    await clock.run(10_000);
    expect(stored).toEqual([FIRST]);
    expect(clock.pending).toBe(0);
  });

  it("PER-002 a bar that has had its grace in the backlog gets its tick at once, and once", async () => {
    const { clock, stored, ticks } = house();
    ticks.schedule({ windowId: FIRST, graceMs: 1_000 });
    ticks.hurry();
    await clock.run(5_000);
    expect(stored).toEqual([FIRST]);
  });
});

describe("Ticks of a replica that must show itself", () => {
  it("are stored for a bar that another tick has closed, at once, and once", async () => {
    const { clock, shows, stored, ticks } = house();
    shows.must = true;
    ticks.schedule({ windowId: FIRST, graceMs: 1_000 });
    ticks.closed();
    ticks.closed();
    await clock.run(5_000);
    ticks.closed();
    await clock.run(5_000);
    expect(stored).toEqual([FIRST]);
    shows.must = false;
    ticks.schedule({ windowId: SECOND, graceMs: 1_000 });
    ticks.closed();
    await clock.run(5_000);
    expect(stored).toEqual([FIRST]);
  });

  it("are tried again until the next bar is over, and no longer", async () => {
    const { answers, clock, shows, stored, ticks } = house();
    shows.must = true;
    answers.push("none", "none");
    ticks.schedule({ windowId: FIRST, graceMs: 100 });
    ticks.closed();
    await clock.run(1_000);
    expect(stored).toEqual([FIRST]);
    answers.push(...Array.from({ length: 100 }, () => "none" as const));
    ticks.schedule({ windowId: FIRST, graceMs: 100 });
    ticks.closed();
    await clock.run(1_000);
    ticks.cancel();
    await clock.run(10_000);
    expect(clock.pending).toBe(0);
  });
});
