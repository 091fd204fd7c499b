import { describe, expect, it } from "vitest";
import { chainBody } from "../../test/support/chain-records.ts";
import { MemoryReportStore } from "../../test/support/memory-streams.ts";
import { silentLog } from "../../test/support/recording-log.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { ChainKeeper } from "./chain-keeper.ts";
import { ReportTail } from "./report-tail.ts";

const SUBJECTS = { commit: "c.report.commit", chain: "c.report.chain" };

/** A chain record and ten other records, in a stream that is as full as is said. */
async function house(bytes: number) {
  const store = new MemoryReportStore(SUBJECTS);
  const state = store.state.bind(store);
  store.state = async () => ({ ...(await state()), bytes, bytesMax: 100 });
  store.put({ kind: "chain", headers: {}, body: chainBody() });
  for (let n = 0; n < 10; n += 1) store.put({ kind: "report", headers: {}, body: new Uint8Array() });
  const clock = new FakeClock();
  const options = { reports: store, subjects: SUBJECTS, log: silentLog, onChain() {}, onBroken() {} };
  const tail = new ReportTail(options);
  await tail.open();
  await tail.until(11);
  return {
    clock,
    keeper: new ChainKeeper({ reports: store, tail: () => tail, clock, log: silentLog }),
    store,
    tail,
  };
}

describe("ChainKeeper", () => {
  it("R1 the record of a chain is stored again, once, before it could be aged out", async () => {
    const { clock, keeper, store, tail } = await house(60);
    const { chain } = tail;
    await keeper.look();
    await keeper.look();
    await tail.until(12);
    expect(store.records.at(-1)).toMatchObject({ seq: 12, subject: SUBJECTS.chain, data: chainBody() });
    expect([tail.chain, tail.chainSeq]).toEqual([chain, 12]);
    await clock.run(60_000);
    await keeper.look();
    expect(store.records).toHaveLength(12);
  });

  it("R1 in a stream with room nothing is repeated", async () => {
    const { keeper, store } = await house(40);
    await keeper.look();
    expect(store.records).toHaveLength(11);
  });
});
