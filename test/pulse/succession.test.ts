/** Several pulses of a cluster in virtual time: nobody's death costs a beat. */
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/sim/random.ts";
import { PulseWorld, type WorldOptions } from "../support/pulse-world.ts";
import { accepted, epochOf, faultsIn, gaps, missing } from "./observer.ts";

const BEAT_MS = 500;

/** Three pulses that run since some beats, one of which leads. */
async function threePulses(options: Partial<WorldOptions> = {}): Promise<PulseWorld> {
  const chance = new SeededRandom(1, 0);
  const world = new PulseWorld({ random: () => chance.fraction(), ...options });
  for (const node of ["a", "b", "c"]) world.start(node);
  await world.clock.run(8_000);
  return world;
}

const leaderOf = (world: PulseWorld) =>
  world.processes.find((one) => one.isRunning && one.pulse.view.company()?.authority === "lease");

const actingOf = (world: PulseWorld) => world.process(world.frames.at(-1)?.node ?? "");

/** Indexes and publishers of the last frames. */
const since = (world: PulseWorld, fromMs: number) => world.frames.filter(({ atMs }) => atMs > fromMs);

describe("BACKBEAT-REQ-001 three pulses", () => {
  it("begin one timeline at beat 1, publish each beat once, and one of them leads", async () => {
    const world = await threePulses();
    const line = accepted(world.frames);
    expect(line[0]?.index).toBe(1);
    expect(missing(line)).toEqual([]);
    expect(world.frames.length).toBe(line.length);
    expect(new Set(world.frames.map(({ node }) => node)).size).toBe(1);
    expect(faultsIn(world.frames)).toEqual([]);
    const authorities = world.processes.map(({ pulse }) => pulse.view.company()?.authority);
    expect(authorities.toSorted()).toEqual(["lease", "others", "others"]);
    const leader = leaderOf(world)?.node;
    for (const { pulse } of world.processes) {
      expect(pulse.view.company()?.leader).toBe(leader);
      expect(pulse.view.company()?.others).toHaveLength(2);
      expect(pulse.view.ready()).toEqual({ ready: true });
    }
    const ranks = world.processes.map(({ pulse }) => pulse.view.company()?.rank);
    expect(ranks.toSorted()).toEqual([0, 1, 2]);
  });

  it("lose no beat when the publisher is killed, whenever that is, and are on time from the second beat on", async () => {
    const world = await threePulses();
    for (let kill = 0; kill < 40; kill += 1) {
      const victim = actingOf(world);
      await world.clock.run(100 + kill * 12.7);
      victim.kill();
      const killedMs = world.clock.monotonicMs();
      await world.clock.run(6 * BEAT_MS);
      const after = accepted(since(world, killedMs));
      expect(after.length).toBeGreaterThanOrEqual(5);
      for (const gap of gaps(after).slice(1)) expect(Math.abs(gap - 1) * BEAT_MS).toBeLessThan(5);
      world.start(victim.node);
      await world.clock.run(4 * BEAT_MS);
    }
    const line = accepted(world.frames);
    expect(missing(line)).toEqual([]);
    expect(Math.max(...gaps(line))).toBeLessThanOrEqual(1.5);
    expect(faultsIn(world.frames)).toEqual([]);
    expect(line.map(({ epoch }) => epoch)).toEqual(line.map(({ epoch }) => epoch).toSorted((a, b) => a - b));
  });

  it("go on without a stagger when the publisher ends in order", async () => {
    const world = await threePulses();
    const acting = actingOf(world);
    const stopped = acting.pulse.stop();
    await world.clock.run(100);
    await stopped;
    acting.kill();
    await world.clock.run(10 * BEAT_MS);
    const line = accepted(world.frames);
    expect(missing(line)).toEqual([]);
    for (const gap of gaps(line.slice(3))) expect(Math.abs(gap - 1) * BEAT_MS).toBeLessThan(5);
    expect(leaderOf(world)?.node).not.toBe(acting.node);
    expect(leaderOf(world)).toBeDefined();
    expect(faultsIn(world.frames)).toEqual([]);
  });

  it("invariant P2: a leader that was stopped for 5 to 60 s publishes nothing overdue, and leads no more", async () => {
    for (const seconds of [5, 20, 60]) {
      const world = await threePulses();
      const leader = leaderOf(world);
      leader?.stand();
      await world.clock.run(seconds * 1_000 + 123);
      const before = world.frames.length;
      const wokeMs = world.clock.monotonicMs();
      leader?.goOn();
      await world.clock.run(100);
      expect(world.frames.slice(before).filter(({ node }) => node === leader?.node)).toEqual([]);
      await world.clock.run(8_000);
      const line = accepted(world.frames);
      expect(missing(line)).toEqual([]);
      expect(since(world, wokeMs).every((one) => epochOf(one) === line.at(-1)?.epoch)).toBe(true);
      expect(leader?.pulse.view.company()?.authority).toBe("others");
      expect(leaderOf(world)).toBeDefined();
      expect(faultsIn(world.frames)).toEqual([]);
    }
  });

  it("go on when the lease store is gone, and refuse a change of tempo until it is back", async () => {
    const world = await threePulses();
    const leader = leaderOf(world);
    world.leaseStoreIsUp = false;
    await world.clock.run(20_000);
    const asked = leader?.pulse.control?.changeTempo(121, { override: false });
    await world.clock.run(100);
    expect(await asked).toMatchObject({ kind: "unknown" });
    actingOf(world).kill();
    await world.clock.run(5_000);
    expect(missing(accepted(world.frames))).toEqual([]);
    world.leaseStoreIsUp = true;
    await world.clock.run(10_000);
    expect(leaderOf(world)).toBeDefined();
    expect(faultsIn(world.frames)).toEqual([]);
  });
});

describe("BACKBEAT-REQ-003 three pulses over a partition", () => {
  it("beat on one timeline on both sides; only the side with the lease changes the tempo; it wins when they meet", async () => {
    const world = await threePulses({ settings: { tempoBpm: 10, barLength: 2 } });
    await world.clock.run(60_000);
    const leader = leaderOf(world)?.node ?? "";
    const away = ["a", "b", "c"].filter((node) => node !== leader);
    world.partition(Object.fromEntries(away.map((node) => [node, 1])));
    await world.clock.run(60_000);
    const refused = world.process(away[0] ?? "").pulse.control?.changeTempo(11, { override: false });
    await world.clock.run(1_000);
    expect((await refused)?.kind).toBe("unknown");
    const bothMs = world.clock.monotonicMs() - 40_000;
    const both = since(world, bothMs);
    for (const index of new Set(both.slice(0, -2).map(({ frame }) => frame.beat_index))) {
      const frames = both.filter(({ frame }) => frame.beat_index === index);
      expect(frames).toHaveLength(2);
      expect(Math.abs((frames[0]?.atMs ?? 0) - (frames[1]?.atMs ?? 0))).toBeLessThan(20);
    }
    const changed = world.process(leader).pulse.control?.changeTempo(11, { override: false });
    await world.clock.run(100);
    expect(await changed).toMatchObject({ kind: "accepted" });
    await world.clock.run(60_000);
    world.partition({});
    await world.clock.run(60_000);
    const healedMs = world.clock.monotonicMs();
    await world.clock.run(60_000);
    const last = since(world, healedMs);
    expect(new Set(last.map(({ frame }) => frame.tempo_bpm))).toEqual(new Set([11]));
    expect(new Set(last.map(({ frame }) => frame.beat_index)).size).toBe(last.length);
  });
});

describe("BACKBEAT-REQ-004 three pulses change the tempo", () => {
  it("at a downbeat, in step, also when the leader dies at once", async () => {
    const world = await threePulses({ settings: { tempoBpm: 20, barLength: 4 } });
    const leader = leaderOf(world);
    const asked = leader?.pulse.control?.changeTempo(22, { override: false });
    await world.clock.run(50);
    expect(await asked).toMatchObject({ kind: "accepted", tempoBpm: 22 });
    leader?.kill();
    await world.clock.run(40_000);
    const line = accepted(world.frames);
    expect(missing(line)).toEqual([]);
    const first = line.findIndex(({ frame }) => frame.tempo_bpm === 22);
    expect(line[first]?.frame.downbeat).toBe(true);
    expect(line[first - 1]?.frame.metadata?.next_tempo_bpm).toBe(22);
    expect(line.slice(first).every(({ frame }) => frame.tempo_bpm === 22)).toBe(true);
    expect(faultsIn(world.frames)).toEqual([]);
  });

  it("by 10 % or a whole step, more with override, which is logged, and only at the leader", async () => {
    const world = await threePulses({ settings: { tempoBpm: 10 } });
    const leader = leaderOf(world);
    const other = world.processes.find((one) => one !== leader);
    const ask = async (process: typeof other, bpm: number, override = false) => {
      const answer = process?.pulse.control?.changeTempo(bpm, { override });
      await world.clock.run(10);
      return answer;
    };
    expect(await ask(other, 11)).toMatchObject({ kind: "not-leader", leader: leader?.node });
    expect(await ask(leader, 12)).toMatchObject({
      kind: "refused",
      text: expect.stringMatching(/12 BPM is 20 % above 10 BPM.*allowed now: 9 to 11 BPM/),
    });
    expect(await ask(leader, 12, true)).toMatchObject({ kind: "accepted", overridden: true });
    expect(leader?.log.texts("warn")).toEqual([expect.stringContaining("override")]);
    expect(await ask(leader, 30, true)).toMatchObject({
      kind: "refused",
      text: expect.stringContaining("1 to 24 BPM"),
    });
    expect(await ask(leader, 11)).toMatchObject({ kind: "accepted", overridden: false });
    expect(leader?.pulse.view.company()?.next).toMatchObject({ tempoBpm: 11 });
    expect(await ask(leader, 10)).toMatchObject({ kind: "accepted", fromBeat: undefined });
    expect(leader?.pulse.view.company()?.next).toBeUndefined();
  });
});

describe("BACKBEAT-REQ-001 all pulses end", () => {
  it("and their beat goes on where it would be, with their disks, and without any", async () => {
    for (const withDisk of [true, false]) {
      const world = await threePulses();
      const last = accepted(world.frames).at(-1);
      for (const process of world.processes) process.kill();
      await world.clock.run(30_250);
      for (const node of ["a", "b", "c"]) world.start(node, { withDisk });
      await world.clock.run(10_000);
      const line = accepted(world.frames);
      const next = line.find(({ atMs }) => atMs > (last?.atMs ?? 0));
      const beats = Math.round(((next?.atMs ?? 0) - (last?.atMs ?? 0)) / BEAT_MS);
      expect(next?.index).toBe((last?.index ?? 0) + beats);
      expect(missing(line.filter(({ atMs }) => atMs > (last?.atMs ?? 0)))).toEqual([]);
      expect(faultsIn(world.frames.filter(({ atMs }) => atMs > (last?.atMs ?? 0)))).toEqual([]);
    }
  });

  it("and is found in the journal's newest frame where disks and lease are gone", async () => {
    const world = await threePulses();
    const last = accepted(world.frames).at(-1);
    for (const process of world.processes) process.kill();
    world.leases.record = undefined;
    world.leases.seq = 0;
    world.leases.frame = new TextEncoder().encode(JSON.stringify(last?.frame));
    await world.clock.run(30_000);
    world.start("d");
    await world.clock.run(10_000);
    const next = accepted(world.frames).find(({ node }) => node === "d");
    const beats = Math.round(((next?.atMs ?? 0) - (last?.atMs ?? 0)) / BEAT_MS);
    expect(next?.index).toBe((last?.index ?? 0) + beats);
    expect(next?.epoch).toBeGreaterThan(last?.epoch ?? 0);
  });
});
