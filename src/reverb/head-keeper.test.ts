import { describe, expect, it } from "vitest";
import { chainRecordOf } from "../../test/support/chain-records.ts";
import { recordingLog } from "../../test/support/recording-log.ts";
import type { ChainRecord } from "../contracts/chain-record.ts";
import { BackbeatError } from "../errors.ts";
import type { ChainHead, ChainHeadStore, KnownEntry } from "../ports.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { HeadKeeper } from "./head-keeper.ts";
import type { Chain } from "./report-tail.ts";
import type { ChainEntry } from "./stored-record.ts";

class MemoryHeads implements ChainHeadStore {
  saved: ChainHead[] = [];
  isFull = false;
  async load(): Promise<ChainHead | undefined> {
    return this.saved.at(-1);
  }
  async save(head: ChainHead): Promise<void> {
    if (this.isFull) throw new BackbeatError("data-dir-unusable", "Cannot write: the disk is full");
    this.saved.push(head);
  }
}

function house(store = new MemoryHeads()) {
  const log = recordingLog();
  const clock = new FakeClock();
  const folded = new Map<string, KnownEntry>();
  const keeper = new HeadKeeper({ store, log, clock, folded: (chain) => folded.get(chain) });
  return { store, log, clock, folded, keeper };
}

const chainOf = (id: string, changes: Partial<ChainRecord> = {}): Chain => ({
  id,
  record: chainRecordOf(changes),
  seq: 1,
});
const recordAt = (seq: number, chain: Chain): ChainEntry => ({ kind: "chain", seq, chain });
const entryAt = (seq: number): KnownEntry => ({ journalId: "j", seq, timeMs: seq });

describe("HeadKeeper", () => {
  it("R1 what was read is on disk when it has settled, and is known to the next start", async () => {
    const made = house();
    const [c, d] = [chainOf("c"), chainOf("d", { profile: { algorithm: 2 } })];
    for (const seq of [1, 2, 3]) made.keeper.note(recordAt(seq, c), c);
    made.keeper.note(recordAt(4, d), d);
    await made.keeper.settled();
    const next = house(made.store);
    await next.keeper.load();
    expect(next.keeper.head).toMatchObject({
      chains: ["d", "c"],
      profile: { algorithm: 2 },
      record: { seq: 4, hash: "d" },
    });
    // Writes that wait are one.
    expect(made.store.saved.length).toBeLessThan(4);
  });

  it("R1 what is read again from further back lowers nothing", async () => {
    const { folded, keeper } = house();
    const c = chainOf("c");
    folded.set("c", entryAt(50));
    keeper.note(recordAt(4, c), c);
    expect(keeper.head).toMatchObject({ record: { seq: 4 }, entry: { seq: 50 } });
    folded.set("c", entryAt(20));
    keeper.note(recordAt(3, c), c);
    expect(keeper.head).toMatchObject({ record: { seq: 4 }, entry: { seq: 50 } });
  });

  it("R1 an adopted chain ends what was known of the journal; a changed profile does not", async () => {
    const { folded, keeper } = house();
    const [c, d] = [chainOf("c"), chainOf("d", { reason: "replaced-profile" })];
    folded.set("c", entryAt(50));
    keeper.note(recordAt(1, c), c);
    expect(keeper.head?.entry?.seq).toBe(50);
    keeper.note(recordAt(2, d), d);
    expect(keeper.head?.entry?.seq).toBe(50);
    const e = chainOf("e", { reason: "adopted" });
    keeper.note(recordAt(3, e), e);
    expect(keeper.head?.entry).toBeUndefined();
    folded.set("e", entryAt(7));
    expect(keeper.head?.entry?.seq).toBe(7);
  });

  it("R1 what was given up counts no more, and its chains are remembered", async () => {
    const { keeper } = house();
    const [c, d] = [chainOf("c"), chainOf("d", { reason: "adopted" })];
    keeper.note(recordAt(90, c), c);
    keeper.giveUp();
    expect(keeper.head).toBeUndefined();
    keeper.note(recordAt(5, d), d);
    expect(keeper.head).toMatchObject({ chains: ["d", "c"], record: { seq: 5, hash: "d" } });
  });

  it("R1 a head that cannot be written is told once, and is over when it can", async () => {
    const { keeper, log, store } = house();
    const c = chainOf("c");
    store.isFull = true;
    for (const seq of [1, 2]) {
      keeper.note(recordAt(seq, c), c);
      await keeper.settled();
    }
    expect(log.texts("error")).toEqual([expect.stringMatching(/disk is full.*older copy/)]);
    expect(keeper.failure?.text).toMatch(/disk is full/);
    store.isFull = false;
    await keeper.flush();
    expect(keeper.failure).toBeUndefined();
  });

  it("R1 the newest entry is written every ten seconds, also without a report", async () => {
    const { clock, folded, keeper, store } = house();
    const c = chainOf("c");
    keeper.note(recordAt(1, c), c);
    await keeper.settled();
    folded.set("c", entryAt(9));
    keeper.look();
    await keeper.settled();
    expect(store.saved.at(-1)?.entry).toBeUndefined();
    clock.advance(10_000);
    keeper.look();
    await keeper.settled();
    expect(store.saved.at(-1)?.entry?.seq).toBe(9);
  });
});
