/**
 * Whatever happens to the pulses of a cluster, as long as one of them lives and is connected, no beat is missing, and
 * the invariants hold. `BACKBEAT_SEED=n` plays one history again.
 */
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/sim/random.ts";
import { effort, SEED } from "../support/effort.ts";
import { type PulseProcess, PulseWorld } from "../support/pulse-world.ts";
import { accepted, faultsIn, gaps } from "./observer.ts";

const HISTORIES = effort({ test: 12, soak: 600 });
const STEPS = 60;
const NODES = ["a", "b", "c", "d", "e"];
/** A pulse that came so lately still asks, or has not yet heard who is there. */
const STEADY_MS = 4_000;
/** Two deaths at once, and a place in the row that was misjudged. */
const GAP_BEATS_MAX = 1.76;

interface Guarded {
  readonly world: PulseWorld;
  /** Since when each node has been alive and connected. */
  readonly sinceMs: Map<string, number>;
  readonly random: () => number;
  /** Sides that cannot hear each other come and go; then nobody changes the tempo, for both would be right. */
  readonly withPartitions: boolean;
}

/** Whether another pulse than this one will keep the beat. */
function isSpare({ sinceMs, world }: Guarded, victim: PulseProcess): boolean {
  const nowMs = world.clock.monotonicMs();
  return world.processes.some(
    (one) =>
      one !== victim &&
      one.isRunning &&
      world.sideOf(one.node) === 0 &&
      nowMs - (sinceMs.get(one.node) ?? nowMs) > STEADY_MS,
  );
}

/** One mishap, or its end; what would leave nobody is left out. */
function step(guarded: Guarded, nodes: readonly string[]): string {
  const { random, sinceMs, world } = guarded;
  const node = nodes[Math.floor(random() * nodes.length)] ?? "a";
  const process = world.process(node);
  const nowMs = world.clock.monotonicMs();
  const gone = () => sinceMs.delete(node);
  // Who comes back where it is cut off is connected only when all hear each other again.
  const back = () => (world.sideOf(node) === 0 ? sinceMs.set(node, nowMs) : gone());
  if (process.isDead) {
    world.start(node, { withDisk: random() < 0.7 });
    back();
    return `${node} starts`;
  }
  if (!process.isRunning) {
    process.goOn();
    back();
    return `${node} goes on`;
  }
  const chance = random();
  if (chance < 0.1) {
    world.leaseStoreIsUp = !world.leaseStoreIsUp;
    return `the lease store is ${world.leaseStoreIsUp ? "back" : "gone"}`;
  }
  if (chance < 0.2 && guarded.withPartitions) {
    const isWhole = nodes.every((one) => world.sideOf(one) === 0);
    world.partition(isWhole && isSpare(guarded, process) ? { [node]: 1 } : {});
    if (world.sideOf(node) === 1) gone();
    for (const one of nodes) if (world.sideOf(one) === 0 && !sinceMs.has(one)) sinceMs.set(one, nowMs);
    return isWhole ? `${node} is cut off` : "all hear each other";
  }
  if (chance < 0.2) {
    void process.pulse.control?.changeTempo(120 + Math.floor(random() * 12), { override: false });
    return `${node} is asked for another tempo`;
  }
  if (chance < 0.25) {
    void process.pulse.control?.stepDown();
    return `${node} steps down`;
  }
  if (!isSpare(guarded, process)) return `${node} is spared`;
  gone();
  if (chance < 0.7) {
    process.kill();
    return `${node} is killed`;
  }
  if (chance < 0.9) {
    process.stand();
    return `${node} stands still`;
  }
  process.setLink(false);
  process.setLink(true);
  back();
  return `${node} lost its link`;
}

async function history(
  seed: number,
): Promise<{ readonly world: PulseWorld; readonly told: readonly string[] }> {
  const chance = new SeededRandom(seed, 0);
  const random = () => chance.fraction();
  const loss = random() < 0.5 ? 0 : random() * 0.03;
  const world = new PulseWorld({ random, loss, delayMaxMs: 1 + random() * 10 });
  const nodes = NODES.slice(0, 2 + Math.floor(random() * 4));
  for (const node of nodes) world.start(node);
  await world.clock.run(8_000);
  const sinceMs = new Map(nodes.map((node) => [node, 0]));
  const guarded = { world, sinceMs, random, withPartitions: random() < 0.5 };
  const told: string[] = [];
  for (let at = 0; at < STEPS; at += 1) {
    told.push(`${Math.round(world.clock.monotonicMs())} ${step(guarded, nodes)}`);
    await world.clock.run(random() < 0.3 ? random() * 100 : random() * 5_000);
  }
  await world.clock.run(5_000);
  return { world, told };
}

const seeds =
  process.env.BACKBEAT_SEED === undefined
    ? Array.from({ length: HISTORIES }, (_, at) => (SEED + at) % 2 ** 31)
    : [SEED];

describe("BACKBEAT-REQ-001 pulses under kills, stops, partitions, lost links, lost messages and lost leases", () => {
  it.each(seeds)("miss no beat, and keep P1, P2 and P3: BACKBEAT_SEED=%i", async (seed) => {
    const { told, world } = await history(seed);
    const line = accepted(world.frames);
    const tale = `BACKBEAT_SEED=${seed}\n${told.join("\n")}`;
    const heard = new Set(world.frames.map(({ frame }) => frame.beat_index));
    const first = line[0]?.index ?? 0;
    const last = line.at(-1)?.index ?? 0;
    expect(last - first, tale).toBeGreaterThan(100);
    const lost = Array.from({ length: last - first }, (_, at) => first + at).filter(
      (index) => !heard.has(index),
    );
    const at = lost.map((index) => line.find((one) => one.index === index + 1)?.atMs);
    expect(lost, `${tale}\nlost near ${at}`).toEqual([]);
    expect(faultsIn(world.frames), tale).toEqual([]);
    expect(Math.max(...gaps(line)), tale).toBeLessThanOrEqual(GAP_BEATS_MAX);
  });
});
