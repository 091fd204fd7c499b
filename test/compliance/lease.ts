/** What every lease store does, whatever it is made of. */
import { describe, expect, it } from "vitest";
import type { Lease, LeaseAnswer, LeaseRecord } from "../../src/ports.ts";
import { CLUSTER } from "../support/messages.ts";
import { waitFor } from "../support/wait-for.ts";

/** An empty store. */
export interface LeaseWorld extends AsyncDisposable {
  /** As one more process sees it. */
  connect(): Promise<Lease>;
}

const TERMS = 40;

export function recordOf(lease: Lease, epoch: number, rest: Partial<LeaseRecord> = {}): LeaseRecord {
  const timeline = {
    clusterId: CLUSTER,
    epoch,
    firstBeat: epoch,
    originWallMs: 1_767_225_600_000.25,
    tempoBpm: 2.5,
    barLength: 8,
    barOrigin: 1,
    lastBeat: epoch,
    next: { fromBeat: 9, tempoBpm: 2.7 },
  };
  return {
    holder: `node-${lease.writer.slice(0, 8)}`,
    writer: lease.writer,
    released: false,
    timeline,
    ...rest,
  };
}

/** The first answer of a store that may be without a leader. */
export function answered(lease: Lease): Promise<Exclude<LeaseAnswer, { kind: "unknown" }>> {
  return waitFor("the lease store", async () => {
    const answer = await lease.read();
    return answer.kind === "unknown" ? undefined : answer;
  });
}

/** Three processes try for each term at once; exactly one must win, and all must see the same. */
export async function race(leases: readonly Lease[], terms: number): Promise<void> {
  let expected = await answered(leases[0] as Lease);
  for (let term = 1; term <= terms; term += 1) {
    const seq = expected.kind === "none" ? -1 : expected.seq;
    const results = await Promise.all(leases.map((lease) => lease.write(recordOf(lease, term), seq)));
    const winners = leases.filter((_, place) => results[place]?.kind === "stored");
    expect(results.map(({ kind }) => kind).sort(), `term ${term}`).toEqual([
      "conflict",
      "conflict",
      "stored",
    ]);
    const seen = await Promise.all(leases.map((lease) => answered(lease)));
    for (const answer of seen)
      expect(answer).toMatchObject({
        kind: "held",
        record: { writer: winners[0]?.writer, timeline: { epoch: term } },
      });
    expected = seen[0] as LeaseAnswer & { kind: "held" };
  }
}

export function leaseCompliance(name: string, world: () => Promise<LeaseWorld>): void {
  describe(`${name} Lease`, () => {
    it("BACKBEAT-REQ-001 is free at first, and gives back what was written", async () => {
      await using house = await world();
      const lease = await house.connect();
      expect(await answered(lease)).toEqual({ kind: "free", seq: 0 });
      expect(lease.durationMs).toBeGreaterThanOrEqual(1_000);
      const record = recordOf(lease, 3);
      expect(await lease.write(record, 0)).toEqual({ kind: "stored", seq: 1 });
      expect(await (await house.connect()).read()).toEqual({ kind: "held", seq: 1, record });
      const released = recordOf(lease, 3, { released: true });
      expect(await lease.write(released, 1)).toEqual({ kind: "stored", seq: 2 });
      expect(await lease.read()).toEqual({ kind: "held", seq: 2, record: released });
    });

    it("invariant P2: a record that was not the last one read replaces nothing", async () => {
      await using house = await world();
      const [one, other] = [await house.connect(), await house.connect()];
      await answered(one);
      await one.write(recordOf(one, 1), 0);
      expect(await other.write(recordOf(other, 2), 0)).toEqual({ kind: "conflict" });
      expect(await other.write(recordOf(other, 2), 7)).toEqual({ kind: "conflict" });
      expect(await other.read()).toMatchObject({ seq: 1, record: { writer: one.writer } });
    });

    it("invariant P2: of three who try for a term at once exactly one wins", async () => {
      await using house = await world();
      const leases = await Promise.all([house.connect(), house.connect(), house.connect()]);
      expect(new Set(leases.map(({ writer }) => writer)).size).toBe(3);
      await race(leases, TERMS);
    });

    it("knows no frame where there is no journal", async () => {
      await using house = await world();
      expect(await (await house.connect()).newestFrame()).toBeUndefined();
    });
  });
}
