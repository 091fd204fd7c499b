import { describe, expect, it } from "vitest";
import { chainBody } from "../../test/support/chain-records.ts";
import { MemoryReportStore } from "../../test/support/memory-streams.ts";
import { silentLog } from "../../test/support/recording-log.ts";
import { ReportTail } from "./report-tail.ts";

const SUBJECTS = { commit: "c.report.commit", chain: "c.report.chain" };

function house() {
  const store = new MemoryReportStore(SUBJECTS);
  let chains = 0;
  const tail = new ReportTail({
    reports: store,
    subjects: SUBJECTS,
    log: silentLog,
    onChain: () => {
      chains += 1;
    },
    onBroken() {},
  });
  return { store, tail, chains: () => chains };
}

describe("ReportTail and chain records", () => {
  it("R1 a chain that another replica begins while the stream is being opened is not overlooked", async () => {
    const { store, tail } = house();
    const last = store.last.bind(store);
    let isFirst = true;
    store.last = async (kind) => {
      const found = await last(kind);
      if (kind === "chain" && isFirst) store.put({ kind: "chain", headers: {}, body: chainBody() });
      isFirst &&= kind !== "chain";
      return found;
    };
    await tail.open();
    await tail.until(1);
    expect(tail.chain?.seq).toBe(1);
    expect(tail.lastSeq).toBe(1);
  });

  it("R1 the record of the running chain, repeated, begins nothing; another one does", async () => {
    const { chains, store, tail } = house();
    store.put({ kind: "chain", headers: {}, body: chainBody() });
    await tail.open();
    const { chain } = tail;
    expect([chains(), tail.chainSeq]).toEqual([1, 1]);
    store.put({ kind: "chain", headers: {}, body: chainBody() });
    await tail.until(2);
    expect(tail.chain).toBe(chain);
    expect([chains(), tail.chainSeq]).toEqual([1, 2]);
    store.put({ kind: "chain", headers: {}, body: chainBody({ journal_id: "k" }) });
    await tail.until(3);
    expect(tail.chain?.record.journal_id).toBe("k");
    expect([chains(), tail.chainSeq]).toEqual([2, 3]);
  });
});
