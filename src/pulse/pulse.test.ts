import { describe, expect, it } from "vitest";
import { createDecoder, windowIdOf } from "../../src/contracts/index.ts";
import { CLUSTER } from "../../test/support/messages.ts";
import { PulseHouse, SUBJECTS } from "../../test/support/pulse-house.ts";
import { settled } from "../sdk/testing/fake-clock.ts";
import type { PulseTotals } from "./view.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Beats `from … to`, both inclusive. */
const beats = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, place) => from + place);

const cameDue = ({ published, skipped, unsent, unstored }: PulseTotals): number =>
  published + skipped + unsent + unstored;

describe("BACKBEAT-REQ-002 runPulse publishes", () => {
  it("one valid frame per beat, with bar, phase, window and deadline", async () => {
    const house = new PulseHouse();
    house.start({ barLength: 3, expectedAgents: 5 });
    await house.clock.run(3_200);
    expect(house.indexes).toEqual([1, 2, 3, 4]);
    expect(house.heard.map(({ frame }) => [frame.downbeat, frame.phase])).toEqual([
      [true, "plan"],
      [false, "execute"],
      [false, "review"],
      [true, "plan"],
    ]);
    const { frame, atMs } = house.heard[3]!;
    const wallMs = house.clock.wallMs() - (house.clock.monotonicMs() - atMs);
    expect(frame).toMatchObject({
      cluster_id: CLUSTER,
      tempo_bpm: 60,
      window_id: windowIdOf(CLUSTER, 4),
      deadline_at: new Date(wallMs + 1_000).toISOString(),
      metadata: {
        pulse_version: "1.2.3",
        epoch: house.store.stored?.epoch,
        leader: "node-1",
        node: "node-1",
        bar_from: 4,
        bar_length: 3,
        expected_agents: 5,
      },
    });
    expect(house.heard[1]?.frame.window_id).toBe(windowIdOf(CLUSTER, 1));
  });

  it("10,000 beats, each exactly when it is due", async () => {
    const house = new PulseHouse();
    const pulse = house.start({ tempoBpm: 7.3, barLength: 120 });
    const beatMs = 60_000 / 7.3;
    await house.clock.run(10_000 * beatMs);
    expect(house.indexes).toEqual(beats(1, 10_000));
    const firstMs = house.heard[0]!.atMs;
    for (const { frame, atMs } of house.heard)
      expect(Math.abs(atMs - firstMs - (frame.beat_index - 1) * beatMs)).toBeLessThan(1e-3);
    expect(pulse.view.drift().maxLateMs).toBeLessThan(1e-3);
  });

  it("invariant P3: no frame early, though every timer fires early", async () => {
    const house = new PulseHouse({ earlyMs: 1 });
    house.start({ tempoBpm: 1_000 });
    await house.clock.run(60_000);
    const firstMs = house.heard[0]!.atMs;
    expect(house.heard.length).toBeGreaterThan(990);
    for (const { frame, atMs } of house.heard)
      expect(atMs - firstMs).toBeGreaterThanOrEqual((frame.beat_index - 1) * 60 - 1e-6);
  });

  it("whole tempos as integers, others with one decimal", async () => {
    const house = new PulseHouse();
    const bodies: string[] = [];
    house.peer.subscribe(SUBJECTS.beat, ({ data }) => bodies.push(new TextDecoder().decode(data)));
    house.start({ tempoBpm: 24.0 });
    await house.clock.run(200);
    expect(bodies[0]).toContain('"tempo_bpm":24,');
    const other = new PulseHouse();
    other.start({ tempoBpm: 0.1 + 0.2 });
    await other.clock.run(200);
    expect(other.heard[0]?.frame.tempo_bpm).toBe(0.3);
  });

  it("refuses settings that would make frames invalid, at the start", () => {
    const house = new PulseHouse();
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(() => house.start({ tempoBpm: 2.05 })).toThrow(code("bad-config"));
    expect(() => house.start({ barLength: 0 })).toThrow(code("bad-config"));
    expect(() => house.start({ clusterId: "no cluster" })).toThrow(code("bad-message"));
    expect(house.clock.pending).toBe(0);
  });
});

describe("BACKBEAT-REQ-002 runPulse after a stall", () => {
  it("invariant P3: skips what passed, publishes the beat that is due now, replays no backlog", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    await house.clock.run(2_100);
    expect(house.indexes).toEqual([1, 2, 3]);
    house.clock.stall(60_050);
    await house.clock.run(0);
    expect(house.indexes).toEqual([1, 2, 3, 63]);
    await house.clock.run(1_000);
    expect(house.indexes).toEqual([1, 2, 3, 63, 64]);
    expect(pulse.view.status()).toMatchObject({ currentBeat: 64, totals: { published: 5, skipped: 59 } });
    expect(house.log.texts("warn")).toEqual([expect.stringContaining("Too late for 59 beats")]);
  });

  it("publishes nothing later than its stagger window, an eighth of a beat", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    await house.clock.run(1_100);
    house.clock.stall(10_124);
    await house.clock.run(0);
    expect(house.indexes).toEqual([1, 2, 12]);
    house.clock.stall(10_002);
    await house.clock.run(0);
    expect(house.indexes).toEqual([1, 2, 12]);
    expect(pulse.view.status().totals.skipped).toBe(9 + 10);
    await house.clock.run(1_000);
    expect(house.indexes).toEqual([1, 2, 12, 23]);
  });

  it("publishes nothing later than 150 ms, however long a beat is", async () => {
    const house = new PulseHouse();
    house.start({ tempoBpm: 1 });
    await house.clock.run(100);
    house.clock.stall(60_149);
    await house.clock.run(0);
    expect(house.indexes).toEqual([1, 2]);
    house.clock.stall(60_002);
    await house.clock.run(0);
    expect(house.indexes).toEqual([1, 2]);
    await house.clock.run(60_000);
    expect(house.indexes).toEqual([1, 2, 4]);
  });

  it("says misses at most once a minute", async () => {
    const house = new PulseHouse();
    house.start();
    for (let stall = 0; stall < 40; stall += 1) {
      house.clock.stall(3_000);
      await house.clock.run(0);
    }
    expect(house.log.texts("warn")).toHaveLength(2);
  });
});

describe("BACKBEAT-REQ-001 runPulse across restarts", () => {
  it("goes on with the next beat, in step", async () => {
    const before = new PulseHouse();
    const pulse = before.start();
    await before.clock.run(2_500);
    const lastMs = before.heard.at(-1)!.atMs - before.clock.monotonicMs();
    await pulse.stop();
    await before.clock.run(10_000);
    expect(before.indexes).toEqual([1, 2, 3]);

    const after = new PulseHouse({ wallMs: before.clock.wallMs() - 10_000 + 200, store: before.store });
    const startMs = after.clock.monotonicMs();
    after.start();
    await after.clock.run(1_000);
    expect(after.indexes).toEqual([4]);
    expect(after.heard[0]!.atMs - startMs + 200).toBeCloseTo(lastMs + 1_000, 2);
  });

  it("invariant P1: killed between store and publish it loses that beat and uses no index twice", async () => {
    const before = new PulseHouse();
    before.start();
    await before.clock.run(2_050);
    expect(before.indexes).toEqual([1, 2]);
    expect(before.store.stored?.lastBeat).toBe(3);

    const after = before.kill();
    const pulse = after.start();
    await after.clock.run(3_000);
    expect(after.indexes).toEqual([4, 5]);
    expect(pulse.view.status().totals.skipped).toBe(0);
  });

  it("skips and counts the beats of an outage of hours", async () => {
    const before = new PulseHouse();
    before.start();
    await before.clock.run(3_200);
    before.clock.stall(5 * HOUR_MS);
    const after = before.kill();
    const pulse = after.start();
    expect(cameDue(pulse.view.status().totals)).toBe(18_000);
    await after.clock.run(1_000);
    expect(after.indexes).toEqual([18_005]);
    expect(after.heard[0]?.frame.metadata?.epoch).toBe(before.heard[0]?.frame.metadata?.epoch);
    expect(after.log.texts("info")).toEqual([expect.stringContaining("goes on at beat 18005")]);
  });

  it("starts a new epoch at the next index after more than a day, and when the wall clock went back", async () => {
    for (const awayMs of [DAY_MS + HOUR_MS, -HOUR_MS]) {
      const before = new PulseHouse();
      before.start();
      await before.clock.run(3_200);
      before.clock.stepWall(awayMs);
      const after = before.kill();
      after.start();
      await after.clock.run(1_200);
      expect(after.indexes).toEqual([5, 6]);
      const epoch = after.heard[0]?.frame.metadata?.epoch as number;
      expect(epoch).toBeGreaterThan(before.heard[0]?.frame.metadata?.epoch as number);
      expect(after.heard[0]?.frame).toMatchObject({ downbeat: true, window_id: windowIdOf(CLUSTER, 5) });
      expect(after.log.texts("warn")).toEqual([expect.stringContaining("A new epoch begins at beat 5")]);
    }
  });

  it("comes back with a higher epoch when its data was lost", async () => {
    const before = new PulseHouse();
    before.start();
    await before.clock.run(3_200);
    const after = new PulseHouse({ wallMs: before.clock.wallMs() });
    after.start();
    await after.clock.run(200);
    expect(after.heard[0]?.frame.beat_index).toBe(1);
    const epoch = after.heard[0]?.frame.metadata?.epoch as number;
    expect(epoch).toBeGreaterThan(before.heard[0]?.frame.metadata?.epoch as number);
  });

  it("keeps the stored timeline where the settings differ, and says so once", async () => {
    const before = new PulseHouse();
    before.start();
    await before.clock.run(1_200);
    const after = before.kill();
    after.start({ tempoBpm: 120, barLength: 8, changeAdvice: "to begin anew, remove the timeline file" });
    await after.clock.run(3_000);
    expect(after.indexes).toEqual([3, 4, 5]);
    expect(after.heard[0]?.frame).toMatchObject({ tempo_bpm: 60, metadata: { bar_length: 4 } });
    expect(after.log.texts("warn")).toEqual([
      "The stored timeline wins: it runs at 60 BPM, 4 beats to the bar; the settings say 120 BPM, 8 beats to the bar; " +
        "to begin anew, remove the timeline file",
    ]);
  });

  it("refuses the timeline of another cluster", async () => {
    const before = new PulseHouse();
    before.start();
    await before.clock.run(200);
    expect(() => before.kill().start({ clusterId: "other" })).toThrow(
      expect.objectContaining({ code: "bad-timeline" }),
    );
  });
});

describe("BACKBEAT-REQ-002 runPulse and the wall clock", () => {
  it("moves no beat when the wall steps, and goes on in step after a restart", async () => {
    const house = new PulseHouse();
    house.start();
    await house.clock.run(2_500);
    house.clock.stepWall(2 * HOUR_MS);
    await house.clock.run(2_000);
    house.clock.stepWall(-5 * HOUR_MS);
    await house.clock.run(2_000);
    const gapsMs = house.heard.slice(1).map(({ atMs }, place) => atMs - house.heard[place]!.atMs);
    for (const gapMs of gapsMs) expect(gapMs).toBeCloseTo(1_000, 3);
    const last = house.heard.at(-1)!;
    const sinceLastMs = house.clock.monotonicMs() - last.atMs;
    const after = house.kill();
    const startMs = after.clock.monotonicMs();
    after.start();
    await after.clock.run(1_000);
    expect(after.indexes).toEqual([last.frame.beat_index + 1]);
    expect(after.heard[0]?.frame.metadata?.epoch).toBe(last.frame.metadata?.epoch);
    expect(after.heard[0]!.atMs - startMs + sinceLastMs).toBeCloseTo(1_000, 2);
  });
});

describe("BACKBEAT-REQ-003 runPulse without a link", () => {
  it("beats on unsent, and is in step when the link is back", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    await house.clock.run(2_200);
    house.bus.loseLink();
    expect(pulse.view.ready()).toEqual({ ready: false, reason: "the link to NATS is down" });
    expect(pulse.view.alarms()).toEqual([
      { name: "link-lost", text: "NATS is not connected: the beat goes on, its frames are not sent" },
    ]);
    await house.clock.run(5_000);
    house.bus.restoreLink();
    expect(pulse.view.ready()).toEqual({ ready: false, reason: "no beat has left for 5 s" });
    await house.clock.run(1_000);
    expect(house.indexes).toEqual([1, 2, 3, 9]);
    expect(house.heard.at(-1)!.atMs - house.heard[0]!.atMs).toBeCloseTo(8_000, 3);
    expect(pulse.view.status().totals).toMatchObject({ published: 4, unsent: 5, skipped: 0 });
    expect(pulse.view.ready()).toEqual({ ready: true });
    expect(house.log.texts("warn")).toEqual([]);
    expect(house.log.lines.at(-1)).toMatchObject({ level: "info", data: { unsent: 5 } });
  });
});

describe("BACKBEAT-REQ-002 runPulse answers", () => {
  it("requests for the newest frame with the bytes that it published", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    await house.clock.run(1_200);
    const answer = await house.peer.request(SUBJECTS.now, new Uint8Array(), 1_000);
    expect(createDecoder({ mode: "strict" }).frame(answer!.data)).toEqual(house.heard[1]?.frame);
    house.peer.publish(SUBJECTS.now, new Uint8Array());
    await settled();
    expect(pulse.view.status().totals.answered).toBe(1);
  });

  it("nobody before its first beat", async () => {
    const house = new PulseHouse();
    house.start();
    const answer = house.peer.request(SUBJECTS.now, new Uint8Array(), 20);
    expect(await answer).toBeUndefined();
  });
});

describe("BACKBEAT-REQ-001 runPulse and its store", () => {
  it("invariant P1: stores each index before it publishes it", async () => {
    const house = new PulseHouse();
    const order: string[] = [];
    house.store.beforeSave = ({ lastBeat }) => order.push(`store ${lastBeat}`);
    house.peer.subscribe(SUBJECTS.beat, () => order.push(`heard ${house.indexes.at(-1)}`));
    house.start();
    await house.clock.run(2_200);
    expect(order.slice(0, 6)).toEqual(["store 1", "heard 1", "store 2", "heard 2", "store 3", "heard 3"]);
  });

  it("publishes nothing that it could not store, says so once, and goes on when it can", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    await house.clock.run(1_200);
    house.store.beforeSave = () => {
      throw new Error("no space left");
    };
    await house.clock.run(3_000);
    expect(house.indexes).toEqual([1, 2]);
    expect(pulse.view.ready()).toEqual({
      ready: false,
      reason: "the timeline cannot be stored: no space left",
    });
    house.store.beforeSave = () => undefined;
    await house.clock.run(1_000);
    expect(house.indexes).toEqual([1, 2, 6]);
    expect(pulse.view.status().totals).toMatchObject({ published: 3, unstored: 3 });
    expect(pulse.view.ready()).toEqual({ ready: true });
    expect(house.log.texts("error")).toEqual([expect.stringContaining("no space left")]);
  });

  it("skips a beat whose index took longer to store than a frame may be late", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    await house.clock.run(1_200);
    house.store.beforeSave = ({ lastBeat }) => house.clock.stall(lastBeat === 3 ? 300 : 0);
    await house.clock.run(3_000);
    expect(house.indexes).toEqual([1, 2, 4, 5]);
    expect(pulse.view.status().totals).toMatchObject({ published: 4, skipped: 1 });
  });
});

describe("BACKBEAT-REQ-002 runPulse shows", () => {
  it("where it is, and what became of every beat", async () => {
    const house = new PulseHouse();
    const pulse = house.start({ expectedAgents: 3 });
    expect(pulse.view.status()).not.toHaveProperty("currentBeat");
    await house.clock.run(1_600);
    const nowMs = house.clock.wallMs();
    expect(pulse.view.status()).toEqual({
      alarms: [],
      clusterId: CLUSTER,
      nodeId: "node-1",
      version: "1.2.3",
      epoch: house.store.stored?.epoch,
      currentBeat: 2,
      windowId: windowIdOf(CLUSTER, 1),
      barFrom: 1,
      tempoBpm: 60,
      barLength: 4,
      nextBeat: 3,
      nextBeatDueMs: expect.closeTo(nowMs + 500, 2),
      natsConnected: true,
      uptimeSeconds: 1.6,
      nowMs,
      expectedAgents: 3,
      totals: { published: 2, skipped: 0, unsent: 0, unstored: 0, answered: 0 },
    });
  });

  it("how late its frames left", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    expect(pulse.view.drift()).toEqual({ beats: 0, lastLateMs: 0, meanLateMs: 0, maxLateMs: 0 });
    await house.clock.run(1_000);
    house.clock.stall(140);
    await house.clock.run(0);
    expect(pulse.view.drift()).toEqual({
      beats: 2,
      lastLateMs: expect.closeTo(40, 3),
      meanLateMs: expect.closeTo(20, 3),
      maxLateMs: expect.closeTo(40, 3),
    });
    expect(house.measured.map(([metric]) => metric)).toEqual(["beat_late_seconds", "beat_late_seconds"]);
    expect(house.measured[1]?.[1]).toBeCloseTo(0.04, 6);
  });
});

describe("BACKBEAT-REQ-002 runPulse stops", () => {
  it("at once, leaving no timer and no answer behind", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    await house.clock.run(1_200);
    await pulse.stop();
    await pulse.stop();
    expect(house.clock.pending).toBe(0);
    expect(await house.peer.request(SUBJECTS.now, new Uint8Array(), 1_000)).toBeUndefined();
  });

  it("within half a second when the server does not answer, and at once without a link", async () => {
    const house = new PulseHouse();
    const pulse = house.start();
    house.broker.freeze();
    let isStopped = false;
    void pulse.stop().then(() => {
      isStopped = true;
    });
    await house.clock.run(499);
    expect(isStopped).toBe(false);
    await house.clock.run(1);
    expect(isStopped).toBe(true);

    const unlinked = new PulseHouse();
    const other = unlinked.start();
    unlinked.bus.loseLink();
    await other.stop();
    expect(unlinked.clock.pending).toBe(0);
  });
});
