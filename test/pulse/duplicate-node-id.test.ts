/** Two pulses with one node id, in virtual time: no beat leaves twice, the later one ends, a restart is no duplicate. */
import { describe, expect, it } from "vitest";
import type { BackbeatError } from "../../src/errors.ts";
import { SeededRandom } from "../../src/sim/random.ts";
import { type PulseProcess, PulseWorld, WORLD_SUBJECTS } from "../support/pulse-world.ts";
import { accepted, gaps, missing } from "./observer.ts";

const BEAT_MS = 500;
const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1);

function worldOf(seed: number): PulseWorld {
  const chance = new SeededRandom(seed, 0);
  return new PulseWorld({ random: () => chance.fraction() });
}

/** Why a pulse cannot go on, once it says so; it is stopped then, as the program does. */
function endOf(process: PulseProcess): { error?: BackbeatError } {
  const end: { error?: BackbeatError } = {};
  process.whenFailed = (error) => {
    end.error = error;
    void process.pulse.stop();
  };
  return end;
}

/** Beats that were published more than once. */
function twice(world: PulseWorld): readonly number[] {
  const indexes = world.frames.map(({ frame }) => frame.beat_index);
  return [...new Set(indexes.filter((index, at) => indexes.indexOf(index) !== at))];
}

const alarmsOf = (process: PulseProcess) => process.pulse.view.status().alarms.map(({ name }) => name);

describe("BACKBEAT-REQ-001 invariant P1: two pulses with one node id", () => {
  it.each([[[] as string[]], [["b"]], [["b", "z"]]])(
    "on a copied disk, beside %j: no beat leaves twice or is missing, and the later one ends within four beats",
    async (others) => {
      for (const seed of SEEDS) {
        const world = worldOf(seed);
        const first = world.start("m");
        for (const other of others) world.start(other);
        await world.clock.run(8_000 + seed * 31);
        const copy = world.start("copy", { copyOf: first });
        const [firstEnd, copyEnd] = [endOf(first), endOf(copy)];
        await world.clock.run(5 * BEAT_MS);
        expect(firstEnd.error).toBeUndefined();
        expect(copyEnd.error).toMatchObject({
          code: "duplicate-node-id",
          message: expect.stringMatching(
            /^Cannot go on with node id m: .*began before.*3 beats.*node-id.*--node/,
          ),
        });
        await world.clock.run(10 * BEAT_MS);
        expect(twice(world)).toEqual([]);
        expect(missing(accepted(world.frames))).toEqual([]);
        expect(first.pulse.view.ready()).toEqual({ ready: true });
      }
    },
  );

  it.each([-86_400_000, -30_000, -700, 700, 30_000, 3_600_000])(
    "and a copy whose wall clock is %i ms off ends all the same, and moves no beat",
    async (wallOffMs) => {
      const world = worldOf(5);
      const first = world.start("m");
      await world.clock.run(60_000);
      const copy = world.start("copy", { copyOf: first, wallOffMs });
      const [firstEnd, copyEnd] = [endOf(first), endOf(copy)];
      await world.clock.run(8 * BEAT_MS);
      expect([firstEnd.error, copyEnd.error?.code]).toEqual([undefined, "duplicate-node-id"]);
      expect(twice(world)).toEqual([]);
      expect(missing(accepted(world.frames))).toEqual([]);
    },
  );

  it("that start at once on copies of a disk: exactly one ends, and at most one beat leaves twice", async () => {
    for (const seed of SEEDS) {
      const world = worldOf(seed);
      const origin = world.start("m");
      await world.clock.run(8_000);
      origin.kill();
      await world.clock.run(1_000 + seed * 31);
      const before = world.frames.length;
      const one = world.start("one", { copyOf: origin });
      await world.clock.run(seed * 7);
      const ends = [endOf(one), endOf(world.start("two", { copyOf: origin }))];
      await world.clock.run(12 * BEAT_MS);
      expect(ends.filter(({ error }) => error !== undefined)).toHaveLength(1);
      await world.clock.run(8 * BEAT_MS);
      expect(twice(world).length).toBeLessThanOrEqual(1);
      expect(accepted(world.frames.slice(before)).length).toBeGreaterThanOrEqual(16);
    }
  });

  it("that start at once without a disk or a lease: exactly one ends", async () => {
    for (const seed of SEEDS) {
      const world = worldOf(seed);
      world.leases.exists = seed % 2 === 0;
      const one = world.start("one");
      const ends = [endOf(one), endOf(world.start("two", { copyOf: one, withDisk: false }))];
      await world.clock.run(20 * BEAT_MS);
      expect(ends.filter(({ error }) => error !== undefined)).toHaveLength(1);
      expect(new Set(world.frames.slice(-8).map(({ node }) => node)).size).toBe(1);
    }
  });

  it("the one that stays names the other in its status while it is there", async () => {
    const world = worldOf(1);
    const first = world.start("m");
    await world.clock.run(8_000);
    const copy = world.start("copy", { copyOf: first });
    const end = endOf(copy);
    while (alarmsOf(first).length === 0) await world.clock.run(50);
    const [alarm] = first.pulse.view.status().alarms;
    expect(alarm).toMatchObject({
      name: "duplicate-node-id",
      text: expect.stringContaining(copy.lease.writer),
    });
    expect(alarm?.text).toMatch(/node id m .*began later.*ends by itself/);
    expect(alarmsOf(copy)).toEqual(["duplicate-node-id"]);
    await world.clock.run(8 * BEAT_MS);
    expect(end.error).toBeDefined();
    expect(alarmsOf(first)).toEqual([]);
  });

  it("the copy steps in where the other dies, and goes on: it was a predecessor", async () => {
    const world = worldOf(2);
    const first = world.start("m");
    await world.clock.run(8_000);
    const copy = world.start("copy", { copyOf: first });
    const end = endOf(copy);
    await world.clock.run(BEAT_MS + 100);
    first.kill();
    await world.clock.run(20 * BEAT_MS);
    expect(end.error).toBeUndefined();
    const line = accepted(world.frames);
    expect(missing(line)).toEqual([]);
    expect(Math.max(...gaps(line))).toBeLessThanOrEqual(1.5);
    expect(twice(world)).toEqual([]);
    expect(copy.pulse.view.company()?.authority).toBe("lease");
  });
});

describe("BACKBEAT-REQ-001 a pulse that is started again with its node id", () => {
  it("before the old one has said that it ends, or right after it was killed: it does not end for it", async () => {
    for (const seed of SEEDS) {
      const world = worldOf(seed);
      for (const node of ["a", "b", "c"]) world.start(node);
      await world.clock.run(8_000);
      for (const node of ["a", "b", "c"]) {
        const old = world.process(node);
        await world.clock.run(seed * 23);
        if (seed % 2 === 0) old.kill();
        const fresh = world.start(`${node}-${seed}`, { copyOf: old });
        const end = endOf(fresh);
        await world.clock.run(100 + seed * 40);
        void old.pulse.stop();
        await world.clock.run(10 * BEAT_MS);
        expect(end.error).toBeUndefined();
        expect(alarmsOf(fresh)).toEqual([]);
      }
      expect(missing(accepted(world.frames))).toEqual([]);
      expect(twice(world)).toEqual([]);
    }
  });

  it("what its predecessor sent before is late by beats: it does not count", async () => {
    const world = worldOf(3);
    const old = world.start("a");
    const sent: Uint8Array[] = [];
    const ear = world.start("ear");
    await world.clock.run(4_000);
    world.listen(WORLD_SUBJECTS.pulse, (body, from) => from === old && sent.push(body));
    await world.clock.run(4_000);
    old.kill();
    const fresh = world.start("fresh", { copyOf: old });
    const end = endOf(fresh);
    for (const body of sent) {
      fresh.receiveIn(0, { subject: WORLD_SUBJECTS.pulse, body, reply: undefined });
      await world.clock.run(BEAT_MS);
    }
    expect(sent.length).toBeGreaterThanOrEqual(8);
    expect(end.error).toBeUndefined();
    expect(alarmsOf(fresh)).toEqual([]);
    expect(ear.isRunning).toBe(true);
  });
});

describe("BACKBEAT-REQ-001 a pulse of an older version, which sends no boot id, with our node id", () => {
  it("is told of and left the beat, and nobody ends; when it is gone the alarm is, too", async () => {
    const world = worldOf(4);
    const old = world.start("m");
    old.isOldVersion = true;
    await world.clock.run(8_000);
    const fresh = world.start("fresh", { copyOf: old });
    const end = endOf(fresh);
    await world.clock.run(12 * BEAT_MS);
    expect(end.error).toBeUndefined();
    expect(fresh.pulse.view.status().alarms).toMatchObject([
      { name: "duplicate-node-id", text: expect.stringContaining("does not say when it began") },
    ]);
    // It does not answer whoever asks with its own node id, so its next beat is the first that is heard of it.
    expect(twice(world).length).toBeLessThanOrEqual(1);
    expect(new Set(world.frames.slice(-8).map(({ node }) => node))).toEqual(new Set(["m"]));
    void old.pulse.stop();
    await world.clock.run(6 * BEAT_MS);
    expect(alarmsOf(fresh)).toEqual([]);
    await world.clock.run(20 * BEAT_MS);
    expect(missing(accepted(world.frames))).toEqual([]);
    expect(fresh.pulse.view.company()?.authority).toBe("lease");
  });
});
