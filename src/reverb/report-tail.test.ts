import { describe, expect, it } from "vitest";
import { chainBody } from "../../test/support/chain-records.ts";
import { subjects } from "../../test/support/real-reverb.ts";
import { silentLog } from "../../test/support/recording-log.ts";
import type { ReportStore, StreamMessage, StreamState } from "../ports.ts";
import { ReportTail } from "./report-tail.ts";

const chain = chainBody({ cluster_id: "test", node: "node-2" });

/** A store to which another replica commits a chain record at the n-th question. */
function busyStore(at: number): ReportStore {
  const stored: StreamMessage[] = [];
  let questions = 0;
  const asked = <T>(answer: () => T): Promise<T> => {
    questions += 1;
    if (questions === at) stored.push({ seq: 1, timeMs: 0, subject: subjects.chain, data: chain });
    return Promise.resolve(answer());
  };
  return {
    state: () => asked((): StreamState => ({ id: "r", firstSeq: 1, lastSeq: stored.length, bytes: 0 })),
    last: (kind) => asked(() => (kind === "chain" ? stored.at(-1) : undefined)),
    read(start, listener) {
      for (const message of stored.filter(({ seq }) => seq >= start.seq)) listener.message(message);
      return { pending: 0, heardAtMs: 0, backlogEndSeq: 0, pause() {}, resume() {}, stop() {} };
    },
    get: () => Promise.resolve(undefined),
    count: () => Promise.resolve(0),
    commit: () => Promise.resolve({ kind: "conflict" }),
  };
}

describe("ReportTail", () => {
  it.each([1, 2, 3])("R1 passes over no chain that is stored at question %i of its start", async (at) => {
    const reports = busyStore(at);
    const options = {
      reports,
      subjects,
      log: silentLog,
      onChain: () => undefined,
      onBroken: () => undefined,
    };
    const tail = new ReportTail(options);
    await tail.open();
    expect([tail.lastSeq, tail.chain?.seq]).toEqual([1, 1]);
  });
});
