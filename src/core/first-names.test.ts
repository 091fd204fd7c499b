import fc from "fast-check";
import { expect, test } from "vitest";
import { FirstNames } from "./first-names.ts";

test("BACKBEAT-REQ-021 FirstNames keeps what sorting the crowd would give, and counts all", () => {
  const names = fc.array(fc.string({ maxLength: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(names, fc.nat({ max: 8 }), (crowd, limit) => {
      const first = new FirstNames(limit);
      for (const name of crowd) first.add(name);
      expect(first.names).toEqual([...crowd].sort().slice(0, limit));
      expect(first.count).toBe(crowd.length);
    }),
  );
});
