/** Stored reports by page and by window, over a real report stream, and what the API says of it. */
import { describe, expect, it } from "vitest";
import { encodeReport } from "../../src/contracts/encode.ts";
import { createReverbApi } from "../../src/http/reverb-api.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { reportsName } from "../../src/nats/stream-names.ts";
import type { ReportStore } from "../../src/ports.ts";
import { ReportHistory } from "../../src/reverb/history.ts";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

const idOf = (n: number) => `${"ab".repeat(14)}${n.toString(16).padStart(4, "0")}`;

const bodyOf = (n: number, agents = n) =>
  encodeReport({
    type: "backbeat.barreport.v1",
    window_id: idOf(n),
    from_beat: n,
    to_beat: n,
    agents_reporting: agents,
    on_time_reviews: 0,
    help_promises_fulfilled: 0,
    secret_rotations_ok: true,
    tempo_drift_ms: 0,
  });

/** A chain record, then the reports 1 to `count`, with a chain record after the third. */
async function fill(reports: ReportStore, count: number): Promise<void> {
  let seq = 0;
  const put = async (kind: "report" | "chain", body: Uint8Array) => {
    const result = await reports.commit({ kind, headers: { "Backbeat-Claims": "1" }, body }, seq);
    expect(result.kind).toBe("stored");
    seq += 1;
  };
  await put("chain", new Uint8Array([1]));
  for (let n = 1; n <= count; n += 1) {
    await put("report", bodyOf(n));
    if (n === 3) await put("chain", new Uint8Array([2]));
  }
}

const agentsOf = (page: { readonly items: readonly { report: { agents_reporting: number } }[] }) =>
  page.items.map(({ report }) => report.agents_reporting);

describe("ReportHistory on a report stream", () => {
  it("REQ-021 pages from the newest back, over chain records, and begins where it is told to", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const { reports } = await house.streams();
    const history = new ReportHistory(reports, subjects.commit);
    expect(await history.page({})).toEqual({ items: [], total: 0 });
    await fill(reports, 150);
    const first = await history.page({ limit: 4 });
    expect([agentsOf(first), first.total]).toEqual([[150, 149, 148, 147], 150]);
    expect(agentsOf(await history.page({ limit: 3, before: idOf(5).toUpperCase() }))).toEqual([4, 3, 2]);
    expect(agentsOf(await history.page({ before: idOf(3) }))).toEqual([2, 1]);
    expect(agentsOf(await history.page({ before: idOf(1) }))).toEqual([]);
    expect(agentsOf(await history.page({ before: idOf(999) }))).toEqual([]);
    expect(agentsOf(await history.page({}))).toHaveLength(150);
  });

  it("REQ-021 finds a window without case, of two reports the newest, and what came since", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const { reports } = await house.streams();
    const history = new ReportHistory(reports, subjects.commit);
    await fill(reports, 5);
    expect(await history.find(idOf(2).toUpperCase())).toMatchObject({
      seq: 3,
      report: { agents_reporting: 2 },
      headers: { "Backbeat-Claims": "1" },
    });
    expect(await history.find(idOf(9))).toBeUndefined();
    await reports.commit({ kind: "report", headers: {}, body: bodyOf(2, 77) }, 7);
    expect(await history.find(idOf(2))).toMatchObject({ seq: 8, report: { agents_reporting: 77 } });
    await reports.commit({ kind: "report", headers: {}, body: bodyOf(9) }, 8);
    expect((await history.find(idOf(9)))?.seq).toBe(9);
  });

  it("REQ-021 the API answers 503 with what is missing when the report stream is gone", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const replica = await house.start();
    await untilCommitting(replica);
    await house.beats(1, 6);
    await waitFor("a report", () => house.wire.length === 1);
    const api = createReverbApi(replica.reverb.view, { log: silentLog, metricsText: async () => "" });
    const get = async (path: string) => {
      const { body, statusCode } = await api.inject(path);
      return { status: statusCode, body: JSON.parse(body) };
    };
    const id = house.wire[0]?.report.window_id ?? "";
    expect(await get("/api/v1/reports")).toMatchObject({
      status: 200,
      body: { total_count: 1, reports: [{ report: { window_id: id }, headers: { "Backbeat-Claims": "0" } }] },
    });
    expect((await get(`/api/v1/reports/${id.toUpperCase()}`)).body.report).toEqual(house.wire[0]?.report);
    await new JetStreamApi(house.peer).ask(`STREAM.DELETE.${reportsName(CLUSTER)}`);
    for (const path of ["/api/v1/reports", `/api/v1/reports/${id}`])
      expect(await get(path)).toMatchObject({
        status: 503,
        body: { error: "not available", text: expect.stringMatching(/has none of that name/) },
      });
    await api.close();
  });
});
