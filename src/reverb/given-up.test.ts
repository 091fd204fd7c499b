import { describe, expect, it } from "vitest";
import { chainRecordOf } from "../../test/support/chain-records.ts";
import type { ChainHead } from "../ports.ts";
import { carriedBy, givenUpBy, isGivenUp } from "./given-up.ts";
import type { Chain } from "./report-tail.ts";

const headWith = (...chains: string[]): ChainHead => ({
  chains,
  profile: { algorithm: 1 },
  record: { seq: 9, hash: "h" },
});

const chainOf = (id: string, gives: ReturnType<typeof givenUpBy> = {}): Chain => ({
  id,
  record: chainRecordOf(gives),
  seq: 1,
});

/** `adopted` behind `c`, by who has the data directory of a replica with that head. */
const adopted = (id: string, before: Chain | undefined, head?: ChainHead) =>
  chainOf(id, givenUpBy(before, head));

describe("isGivenUp", () => {
  it("R1 an adopted chain releases every replica of the lost history, however far it had read", () => {
    const d = adopted("d", chainOf("c"));
    expect(isGivenUp(headWith("c"), d)).toBe(true);
    // It saw a chain that the older copy does not know.
    expect(isGivenUp(headWith("e", "c"), d)).toBe(true);
  });

  it("R1 a replica of another store is not released", () => {
    expect(isGivenUp(headWith("x"), adopted("d", chainOf("c"), headWith("e", "c")))).toBe(false);
    expect(isGivenUp(headWith("c"), chainOf("f"))).toBe(false);
  });

  it("R1 what a chain lost after it was adopted is a new loss", () => {
    expect(isGivenUp(headWith("d", "c"), adopted("d", chainOf("c")))).toBe(false);
  });

  it("R1 where no chain is left, the data directory names what is given up", () => {
    const d = adopted("d", undefined, headWith("e", "c"));
    expect(isGivenUp(headWith("c"), d)).toBe(true);
    expect(isGivenUp(headWith("e", "c"), d)).toBe(true);
  });

  it("R1 chains that follow carry it on, for whoever comes late, and for nobody who had followed it", () => {
    const d = adopted("d", chainOf("c"));
    const f = chainOf("f", carriedBy(d));
    const g = chainOf("g", carriedBy(f));
    for (const later of [f, g]) {
      expect(isGivenUp(headWith("c"), later)).toBe(true);
      // It followed d, lost a part of it with the store, and somebody who knew of nothing went on from there.
      expect(isGivenUp(headWith("d", "c"), later)).toBe(false);
    }
  });

  it("R4 the list is bounded, the newest first", () => {
    let chain = chainOf("0");
    for (let n = 1; n < 300; n += 1) chain = adopted(String(n), chain);
    expect(chain.record.gives_up).toHaveLength(128);
    expect(chain.record.gives_up?.[0]).toEqual({ chain: "298" });
  });
});
