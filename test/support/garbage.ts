/**
 * Garbage for reverb: structure-aware by fast-check, then bytes changed or cut, the same for the same seed.
 *
 * A million built by fast-check would take minutes: some thousands are built, and varied by bytes.
 */
import fc from "fast-check";
import type { BusMessage } from "../../src/ports.ts";
import { type Reverb, runReverb } from "../../src/reverb/reverb.ts";
import { fakeBroker } from "../../src/sdk/testing/fake-bus.ts";
import { FakeClock } from "../../src/sdk/testing/fake-clock.ts";
import { effort } from "./effort.ts";
import { CLUSTER, claimOf, frameBody, frameOf } from "./messages.ts";
import { subjects } from "./real-reverb.ts";
import { silentLog } from "./recording-log.ts";

const STRUCTURES = effort({ test: 2_000, soak: 20_000 });

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

/** What chance alone would leave out for some seeds, though every run is to meet it. */
const ALWAYS = [JSON.stringify(claimOf("fuzz:1", 2 ** 53))];

/** A reverb without a network, and a hose of garbage into it. */
export interface GarbageRun {
  readonly reverb: Reverb;
  /** Feeds so many messages. */
  feed(count: number): void;
}

/** Starts one that has heard one frame. */
export function startGarbageRun(seed: number): GarbageRun {
  const structures = [...ALWAYS, ...fc.sample(body, { numRuns: STRUCTURES, seed })].map((text) =>
    new TextEncoder().encode(text),
  );
  const bus = fakeBroker().connect();
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
  send(subjects.beat, frameBody(1));
  return {
    reverb,
    feed(count) {
      for (let sent = 0; sent < count; sent += 1) {
        const base = structures[Math.floor(random() * structures.length)] as Uint8Array;
        const data = random() < 0.5 ? base : scratched(base, random);
        send(random() < 0.2 ? subjects.beat : subjects.status, data);
      }
    },
  };
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
