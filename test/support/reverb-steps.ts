/** What may happen to reverb's core, as fast-check draws it: beats, claims, and all that can go wrong. */
import fc from "fast-check";
import type { StatusClaim } from "../../src/contracts/index.ts";
import { STATES } from "../../src/contracts/status-claim.ts";

/** One thing that happens. */
export type Step =
  | {
      readonly do: "beat";
      readonly fate: "heard" | "dropped" | "doubled" | "answered";
      readonly delay: number;
    }
  | {
      readonly do: "claim";
      readonly ahead: number;
      readonly members: Partial<StatusClaim>;
      readonly who: number;
    }
  | { readonly do: "repeat"; readonly back: number }
  | { readonly do: "tick"; readonly bar: "before" | "this"; readonly isUpper: boolean }
  | { readonly do: "refused"; readonly of: "frame" | "claim" }
  | { readonly do: "gap" | "wait" | "leap"; readonly by: number }
  | { readonly do: "restart"; readonly at: number; readonly epochs: number }
  | { readonly do: "stray"; readonly kind: "foreign" | "stale" | "huge" | "lower" }
  | { readonly do: "tempo"; readonly bpm: number }
  | { readonly do: "bars"; readonly length: number };

const few = (...ids: string[]) => fc.constantFrom(...ids);
/** The value or nothing. */
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const anyMembers = fc.record({
  state: fc.constantFrom(...STATES),
  task_id: maybe(few("t1", "t2", "t3")),
  progress: maybe(fc.constantFrom(0, 0.5, 1)),
  beats_left: maybe(fc.constantFrom(0, 1, 7)),
  dependencies: maybe(fc.array(few("a0", "a1", "a2", "a3", "a4", "zz"), { maxLength: 4 })),
  metadata: maybe(
    fc
      .record({
        secret_rotation: maybe(fc.constantFrom("ok", "failed", "later", 1)),
        next_beat: maybe(fc.constantFrom(0, 3, 9, 12, 20, 2.5, "soon")),
      })
      .map(given),
  ),
  hlc: fc.constantFrom("0000:0000:0001", "0000:0001:0001", "0000:0002:0001"),
});

/** What chance alone seldom brings together: stalls, promises kept, agents that wait for each other. */
const usualMembers = fc.oneof(
  fc.record({ state: fc.constant("executing"), progress: fc.constantFrom(0.5, 0.5, 0.5, 0.6) }),
  fc.record({
    state: fc.constantFrom("helping", "helping", "completed", "failed"),
    task_id: few("t1", "t2"),
    progress: maybe(fc.constantFrom(0.5, 1)),
  }),
  fc.record({
    state: fc.constant("blocked"),
    dependencies: fc.array(few("a0", "a1", "a2", "a3"), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ state: fc.constantFrom("reviewing", "completed", "executing"), hlc: few("0000:0000:0007") }),
);

const members = fc.oneof(anyMembers, usualMembers).map((record) => given(record) as Partial<StatusClaim>);

const beat = fc.record({
  do: fc.constant("beat" as const),
  fate: fc.constantFrom("heard", "heard", "heard", "heard", "dropped", "doubled", "answered"),
  delay: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
});

const claim = fc.record({
  do: fc.constant("claim" as const),
  ahead: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -2, -3, -5, -9, 1, 2, 3, 5, 9, 2_000),
  who: fc.nat({ max: 4 }),
  members,
});

const usual: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: beat },
  { weight: 60, arbitrary: claim },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("repeat" as const), back: fc.nat({ max: 8 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("tick" as const),
      bar: fc.constantFrom("before" as const, "before" as const, "this" as const),
      isUpper: fc.boolean(),
    }),
  },
);

const unusual: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("refused" as const), of: fc.constantFrom("frame", "claim") }),
  fc.record({ do: fc.constant("gap" as const), by: fc.double({ min: 0, max: 5e3, noNaN: true }) }),
  fc.record({ do: fc.constant("wait" as const), by: fc.nat({ max: 6_000 }) }),
  fc.record({ do: fc.constant("leap" as const), by: fc.constantFrom(1, 2, 4, 7, 11, 5_000) }),
  fc.record({
    do: fc.constant("restart" as const),
    at: fc.constantFrom(0, 1, 2, 17, 1_000_000),
    epochs: fc.constantFrom(0, 1, -1),
  }),
  fc.record({
    do: fc.constant("stray" as const),
    kind: fc.constantFrom("foreign", "stale", "huge", "lower"),
  }),
  fc.record({ do: fc.constant("tempo" as const), bpm: fc.constantFrom(60, 66, 0.1, 1000) }),
  fc.record({ do: fc.constant("bars" as const), length: fc.integer({ min: 1, max: 9 }) }),
);

/** From calm, where KPIs show, to wild, where the line is lost again and again. */
export function stepsOf(max: number, isCalm: boolean): fc.Arbitrary<Step[]> {
  if (isCalm) return fc.array(usual, { minLength: 1, maxLength: max, size: "max" });
  const mixes = [0, 1, 5, 20].map((weight) =>
    fc.oneof({ weight: 60, arbitrary: usual }, { weight, arbitrary: unusual }),
  );
  const wild = fc.oneof(beat, usual, unusual);
  return fc.oneof(
    ...[...mixes, wild].map((mix) => fc.array(mix, { minLength: 1, maxLength: max, size: "max" })),
  );
}

/** The members that are given. */
export function given(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
