import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLUSTER, frameOf } from "../../test/support/messages.ts";
import { indexes, sdkHouse } from "../../test/support/sdk-house.ts";
import { windowIdOf } from "../contracts/window-id.ts";
import { FAKE_WALL_START_MS, settled } from "./testing/fake-clock.ts";

describe("BACKBEAT-REQ-040 runAgent hears beats", () => {
  it("knows no beat before the first frame", () => {
    const { agent } = sdkHouse();
    expect(agent.now).toBeUndefined();
  });

  it("asks for the newest frame at once, and tells the current beat when it is answered", async () => {
    // Half of beat 3 is over: its deadline is half a second away.
    const deadline_at = new Date(FAKE_WALL_START_MS + 500).toISOString();
    const house = sdkHouse({ before: ({ answerWith }) => answerWith(3, { deadline_at }) });
    expect(await house.agent.firstBeat(1_000)).toMatchObject({ index: 3, barFrom: 1, tempoBpm: 60 });
    expect(indexes(house.beats)).toEqual([3]);
    await house.clock.run(499);
    expect(house.agent.now?.index).toBe(3);
    await house.clock.run(1);
    expect(house.agent.now?.index).toBe(4);
  });

  it("asks again when the link comes back, and when it comes up later than the agent", async () => {
    const house = sdkHouse({ connected: false, before: ({ answerWith }) => answerWith(5) });
    await settled();
    expect(house.agent.now).toBeUndefined();
    house.bus.restoreLink();
    await settled();
    expect(house.agent.now?.index).toBe(5);
  });

  it("asks again, ever less often, until a frame was heard", async () => {
    const askedAtMs: number[] = [];
    const house = sdkHouse();
    const startMs = house.clock.monotonicMs();
    house.peer.subscribe("backbeat.test.now", () => askedAtMs.push(house.clock.monotonicMs() - startMs));
    house.bus.request = (subject, body) => {
      house.bus.publish(subject, body);
      return Promise.resolve(undefined);
    };
    await house.clock.run(8_000);
    // The first question found nobody.
    expect(askedAtMs).toEqual([500, 1_500, 3_500, 7_500]);
    await house.publish(1);
    await house.clock.run(60_000);
    expect(askedAtMs).toHaveLength(4);
  });

  it("tells each beat once, when its frame is heard, with what the frame says", async () => {
    const house = sdkHouse();
    await house.play(7, 9);
    expect(house.beats).toEqual([
      {
        index: 7,
        windowId: windowIdOf(CLUSTER, 1),
        barFrom: 1,
        phase: "plan",
        tempoBpm: 60,
        heard: true,
        degraded: false,
        downbeat: false,
        missed: 0,
      },
      expect.objectContaining({ index: 8, downbeat: false }),
      expect.objectContaining({ index: 9, downbeat: true, windowId: windowIdOf(CLUSTER, 9), barFrom: 9 }),
    ]);
    expect(indexes(house.downbeats)).toEqual([9]);
  });

  it("tells a beat whose frame is lost after the jitter tolerance, and says that it was not heard", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    await house.clock.run(49);
    expect(indexes(house.beats)).toEqual([2, 3]);
    await house.clock.run(1);
    expect(house.beats.at(-1)).toMatchObject({ index: 4, heard: false, missed: 0, phase: "execute" });
    await house.clock.run(950);
    await house.publish(5);
    expect(indexes(house.beats)).toEqual([2, 3, 4, 5]);
  });

  it("tells a beat once also when its frame comes after the tolerance", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    await house.clock.run(300);
    await house.publish(4);
    await house.clock.run(600);
    expect(indexes(house.beats)).toEqual([2, 3, 4]);
  });

  it("waits as long for a frame as the settings say, and a fast beat never for more than a quarter of it", async () => {
    const patient = sdkHouse({ settings: { jitterToleranceMs: 200 } });
    await patient.play(2, 3);
    await patient.clock.run(199);
    expect(patient.beats).toHaveLength(2);
    await patient.clock.run(1);
    expect(patient.beats).toHaveLength(3);
    const fast = sdkHouse();
    await fast.publish(2, { beatDurationMs: 100 });
    await fast.clock.run(124);
    expect(fast.beats).toHaveLength(1);
    await fast.clock.run(1);
    expect(fast.beats).toHaveLength(2);
  });

  it("is not hurried by timers that fire early", async () => {
    const house = sdkHouse({ earlyMs: 1 });
    await house.play(2, 3);
    const startMs = house.clock.monotonicMs();
    const toldAfterMs: number[] = [];
    house.agent.onBeat(() => toldAfterMs.push(house.clock.monotonicMs() - startMs));
    await house.clock.run(3_100);
    expect(toldAfterMs).toEqual([50, 1_050, 2_050, 3_050]);
  });

  it("knows the bar of a beat that it did not hear, but not the name of a bar that it did not hear", async () => {
    const house = sdkHouse();
    await house.play(7, 8);
    await house.clock.run(50);
    expect(house.beats.at(-1)).toMatchObject({
      index: 9,
      downbeat: true,
      barFrom: 9,
      windowId: undefined,
      heard: false,
    });
    expect(indexes(house.downbeats)).toEqual([9]);
    await house.clock.run(950);
    await house.publish(10);
    expect(house.beats.at(-1)?.windowId).toBe(windowIdOf(CLUSTER, 9));
    expect(indexes(house.downbeats)).toEqual([9]);
  });

  it("knows of a silent pulse that announces no bars no more than was heard", async () => {
    const house = sdkHouse({ announcesBars: false });
    await house.publish(9);
    expect(house.agent.now).toMatchObject({ index: 9, barFrom: 9, phase: "plan" });
    await house.clock.run(1_050);
    expect(house.agent.now).toMatchObject({
      index: 10,
      barFrom: undefined,
      phase: undefined,
      windowId: undefined,
    });
  });

  it("tells a downbeat late when its frame was lost and only the next one shows the new bar", async () => {
    const house = sdkHouse({ announcesBars: false });
    await house.play(7, 8);
    await house.clock.run(1_000);
    await house.publish(10);
    expect(indexes(house.downbeats)).toEqual([10]);
    await house.clock.run(1_000);
    await house.publish(11);
    expect(indexes(house.downbeats)).toEqual([10]);
  });

  it("after standing still tells one beat and how many it missed, from what arrived meanwhile", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    // The process stands still for five beats; their frames wait in the socket.
    house.clock.stall(5_200);
    for (let beat = 4; beat <= 9; beat += 1) house.peer.publish("backbeat.test.beat", bodyOf(beat));
    await house.clock.run(0);
    expect(house.beats.slice(2)).toEqual([
      expect.objectContaining({ index: 9, missed: 5, heard: true, windowId: windowIdOf(CLUSTER, 9) }),
    ]);
    expect(indexes(house.downbeats)).toEqual([9]);
    await house.clock.run(0);
    expect(house.beats).toHaveLength(3);

    function bodyOf(beat: number): Uint8Array {
      return new TextEncoder().encode(JSON.stringify(frameOf(beat)));
    }
  });

  it("follows a pulse that begins a new timeline, also to a lower index", async () => {
    const house = sdkHouse();
    await house.play(50, 51);
    await house.clock.run(2_000);
    expect(indexes(house.beats)).toEqual([50, 51, 52, 53]);
    await house.publish(52, { metadata: { epoch: 2 } });
    await house.clock.run(1_000);
    await house.publish(53, { metadata: { epoch: 2 } });
    expect(indexes(house.beats)).toEqual([50, 51, 52, 53, 52, 53]);
    expect(house.agent.now?.index).toBe(53);
  });

  it("says once that it counts without frames, and once that they are back", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    await house.clock.run(10_000);
    expect(house.log.texts("warn")).toEqual([
      "No frame of cluster test for 3 beats: counting on by the last known timeline; is its pulse running?",
    ]);
    await house.publish(14);
    expect(house.log.texts("info")).toEqual(["Beats of cluster test are heard again"]);
  });

  it("ignores frames of another cluster and what is no frame, and says so at a bounded rate", async () => {
    const house = sdkHouse();
    for (let time = 0; time < 100; time += 1) await house.publish(time + 1, { cluster_id: "other" });
    house.peer.publish("backbeat.test.beat", new TextEncoder().encode("{"));
    await settled();
    expect(house.agent.now).toBeUndefined();
    expect(house.log.texts("warn")).toEqual([
      "A frame on backbeat.test.beat was refused: it is of cluster other",
    ]);
  });

  it("invariant P1: tells rising indexes, each once, and accounts for all of them, whatever is lost or stalls", async () => {
    const step = fc.record({
      lost: fc.boolean(),
      lateMs: fc.integer({ min: 0, max: 900 }),
      stallBeats: fc.constantFrom(0, 0, 0, 0, 3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const house = sdkHouse();
        await house.publish(1);
        let beat = 1;
        for (const { lost, lateMs, stallBeats } of steps) {
          house.clock.stall(stallBeats * 1_000);
          beat += 1 + stallBeats;
          await house.clock.run(1_000);
          await house.clock.run(lateMs);
          if (!lost) await house.publish(beat);
          await house.clock.run(1_000 - lateMs);
          beat += 1;
        }
        const told = house.beats;
        for (const [place, { index, missed }] of told.slice(1).entries()) {
          expect(index).toBe(told[place]!.index + missed + 1);
        }
        await house.agent.stop();
        expect(house.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
