import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BusMessage } from "../../src/ports.ts";
import { runReverb } from "../../src/reverb/reverb.ts";
import { fakeBroker } from "../support/fake-bus.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { CLUSTER, claimOf, frameBody, frameOf } from "../support/messages.ts";
import { subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";

const MESSAGES = 1_000_000;
/** Structures that fast-check builds; bytes are mutated from them, for building a million would take minutes. */
const STRUCTURES = 20_000;
const RSS_GROWTH_BYTES_MAX = 32 * 2 ** 20;

/** Values that have broken parsers: wrong types, edges of limits, hostile names, depth. */
const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "x".repeat(300),
    -1,
    0,
    0.5,
    1e308,
    2 ** 53,
    2 ** 63,
    [],
    {},
    "__proto__",
  ),
  fc.jsonValue({ maxDepth: 4 }),
);

/** A valid message with one to three members replaced, removed or added. */
function mutated(valid: object): fc.Arbitrary<string> {
  const member = fc.oneof(
    fc.constantFrom(...Object.keys(valid)),
    fc.constantFrom("__proto__", "constructor", "extra"),
  );
  return fc.array(fc.tuple(member, fc.option(nasty)), { minLength: 1, maxLength: 3 }).map((changes) => {
    const parts = new Map(Object.entries(valid).map(([name, value]) => [name, JSON.stringify(value)]));
    for (const [name, value] of changes) {
      if (value === null) parts.delete(name);
      else parts.set(name, JSON.stringify(value));
    }
    return `{${[...parts].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
  });
}

const body = fc.oneof(
  {
    weight: 60,
    arbitrary: mutated(
      claimOf("fuzz:1", 3, { task_id: "t", progress: 0.5, dependencies: ["a"], metadata: {} }),
    ),
  },
  { weight: 30, arbitrary: mutated(frameOf(3, { metadata: { bar_from: 1, bar_length: 8, epoch: 1 } })) },
  { weight: 10, arbitrary: fc.json({ maxDepth: 8 }) },
  { weight: 10, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constantFrom(64, 1_000, 60_000).map((depth) => "[".repeat(depth)) },
);

describe("a million messages of garbage", () => {
  it("BACKBEAT-REQ-020 R4 R6 never stop reverb, are counted by reason, and leave memory as it was", async () => {
    const seed = Date.now() % 2 ** 31;
    const structures = fc
      .sample(body, { numRuns: STRUCTURES, seed })
      .map((text) => new TextEncoder().encode(text));
    const broker = fakeBroker();
    const bus = broker.connect();
    const handlers = new Map<string, (message: BusMessage) => void>();
    bus.subscribe = (subject, handler) => {
      handlers.set(subject, handler);
      return { unsubscribe() {} };
    };
    const reverb = runReverb(
      { clusterId: CLUSTER, nodeId: "n", version: "0", subjects, barLength: 8 },
      { bus, clock: new FakeClock(), log: silentLog, metrics: { observe() {} } },
    );
    const send = (subject: string, data: Uint8Array) =>
      handlers.get(subject)?.({ subject, data, respond: () => false });
    const random = lcg(seed);
    const fuzz = (count: number) => {
      for (let sent = 0; sent < count; sent += 1) {
        const base = structures[Math.floor(random() * structures.length)] as Uint8Array;
        send(
          random() < 0.2 ? subjects.beat : subjects.status,
          random() < 0.5 ? base : scratched(base, random),
        );
      }
    };

    send(subjects.beat, frameBody(1));
    fuzz(MESSAGES / 10); // warms the heap up
    const rssBefore = rssWithoutGarbage();
    fuzz((MESSAGES * 9) / 10);
    const grown = rssWithoutGarbage() - rssBefore;

    const { totals } = reverb.view.status();
    const sum = (counts: Readonly<Record<string, number>>) =>
      Object.values(counts).reduce((a, b) => a + b, 0);
    expect(totals.claimsReceived + totals.framesReceived, `seed ${seed}`).toBe(MESSAGES + 1);
    expect(sum(totals.claims)).toBe(totals.claimsReceived);
    expect(sum(totals.frames)).toBe(totals.framesReceived);
    for (const reason of [
      "not-json",
      "not-object",
      "wrong-message-type",
      "missing-member",
      "out-of-limits",
      "beat-index-too-large",
    ])
      expect(
        totals.claims[`refused-${reason}` as keyof typeof totals.claims],
        `${reason}, seed ${seed}`,
      ).toBeGreaterThan(0);
    expect(grown, `bytes of RSS, seed ${seed}`).toBeLessThan(RSS_GROWTH_BYTES_MAX);
    await reverb.stop();
  }, 180_000);
});

/** What is kept, not what waits to be collected. */
function rssWithoutGarbage(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage.rss();
}

/** A copy with up to four bytes changed, or cut short. */
function scratched(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice(0, random() < 0.2 ? Math.floor(random() * bytes.length) : bytes.length);
  for (let change = 0; change < 4 && copy.length > 0; change += 1)
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  return copy;
}

/** Numerical Recipes' generator: chance that a seed repeats. */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
