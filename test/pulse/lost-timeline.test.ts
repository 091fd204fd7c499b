/** A timeline whose place on disk is without content: the cluster tells it again, or the pulse cannot go on. Virtual time. */
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/sim/random.ts";
import { PulseWorld } from "../support/pulse-world.ts";
import { accepted, faultsIn } from "./observer.ts";

const LOST = "The lost timeline is known again: the cluster told it";

function world(): PulseWorld {
  const chance = new SeededRandom(1, 0);
  return new PulseWorld({ random: () => chance.fraction() });
}

/** One pulse that has run for a while, was killed, and whose disk lost the timeline. */
async function killedWithoutTimeline(): Promise<PulseWorld> {
  const one = world();
  const process = one.start("a");
  await one.clock.run(8_000);
  process.kill();
  process.store.isLost = true;
  return one;
}

describe("a pulse that has lost its timeline", () => {
  it("P1 takes that of the lease, above every index that was used, and says so", async () => {
    const one = await killedWithoutTimeline();
    const before = one.frames.length;
    const again = one.start("a");
    expect(again.log.texts("warn")).toEqual([
      expect.stringMatching(/^The stored timeline is empty: .* are asked/),
    ]);
    await one.clock.run(8_000);
    expect(again.log.texts("warn")).toContain(LOST);
    expect(again.failures).toEqual([]);
    expect(one.frames.length).toBeGreaterThan(before);
    expect(faultsIn(one.frames)).toEqual([]);
    expect(accepted(one.frames)).toHaveLength(one.frames.length);
    expect(again.store.load()).toMatchObject({ clusterId: "test" });
  });

  it("P1 takes that of a pulse that goes on, also where no lease store answers", async () => {
    const one = world();
    one.start("a");
    const lost = one.start("b");
    await one.clock.run(8_000);
    lost.kill();
    lost.store.isLost = true;
    one.leaseStoreIsUp = false;
    const again = one.start("b");
    await one.clock.run(4_000);
    expect(again.log.texts("warn")).toContain(LOST);
    one.process("a").kill();
    const before = one.frames.length;
    await one.clock.run(4_000);
    expect(one.frames.length).toBeGreaterThan(before);
    expect(faultsIn(one.frames)).toEqual([]);
  });

  it("P1 says nothing while the lease store does not answer, and goes on when it does", async () => {
    const one = await killedWithoutTimeline();
    const before = one.frames.length;
    one.leaseStoreIsUp = false;
    const again = one.start("a");
    await one.clock.run(20_000);
    expect(one.frames.length).toBe(before);
    expect(again.failures).toEqual([]);
    one.leaseStoreIsUp = true;
    await one.clock.run(8_000);
    expect(one.frames.length).toBeGreaterThan(before);
    expect(faultsIn(one.frames)).toEqual([]);
  });

  it("P1 takes that of the journal where the lease is lost, too", async () => {
    const one = await killedWithoutTimeline();
    one.leases.frame = one.bodies.at(-1);
    one.leases.record = undefined;
    const before = one.frames.length;
    const again = one.start("a");
    await one.clock.run(8_000);
    expect(again.log.texts("warn")).toContain(LOST);
    expect(one.frames.length).toBeGreaterThan(before);
    expect(faultsIn(one.frames)).toEqual([]);
  });

  it.each(["an empty lease", "no lease store"])(
    "P1 cannot go on where nobody knows the timeline: with %s it says so once and publishes nothing",
    async (what) => {
      const one = await killedWithoutTimeline();
      one.leases.record = undefined;
      one.leases.exists = what === "an empty lease";
      const before = one.frames.length;
      const again = one.start("a");
      await one.clock.run(20_000);
      expect(again.failures).toEqual([expect.objectContaining({ code: "bad-timeline" })]);
      expect(one.frames.length).toBe(before);
      expect(again.store.isLost).toBe(true);
    },
  );
});
