import { describe, expect, it } from "vitest";
import { windowOf } from "../../test/support/fake-reverb-view.ts";
import { reverbApi } from "../../test/support/http-api.ts";

interface List {
  readonly reports: readonly { readonly report: { readonly window_id: string } }[];
  readonly total_count: number;
}

describe("BACKBEAT-REQ-021 GET /api/v1/reports", () => {
  it("lists reports with their headers, newest first, without the names behind their issues", async () => {
    const { get, fake } = reverbApi();
    const { status, body } = await get("/api/v1/reports");
    expect(status).toBe(200);
    expect(body).toEqual({
      reports: fake.reports.map(({ report, headers }) => ({ report, headers })),
      total_count: 2,
    });
  });

  it("gives 100 without a limit, and the rest by before", async () => {
    const { get, fake } = reverbApi();
    fake.reports = Array.from({ length: 150 }, (_, place) => ({
      report: windowOf(150 - place).report,
      headers: {},
    }));
    const first = (await get("/api/v1/reports")).body as List;
    expect(first.reports).toHaveLength(100);
    expect(first.total_count).toBe(150);
    const last = first.reports.at(-1)?.report.window_id;
    const second = (await get(`/api/v1/reports?before=${last}&limit=1000`)).body as List;
    expect(second.reports).toHaveLength(50);
    expect(second.reports[0]?.report).toEqual(fake.reports[100]?.report);
  });

  it("refuses what it does not know", async () => {
    const { get } = reverbApi();
    const { status, body } = await get("/api/v1/reports?after=x&limit=-1");
    expect(status).toBe(400);
    expect((body as { mistakes: unknown }).mistakes).toEqual([
      { parameter: "after", text: "is unknown, known are limit, before" },
      { parameter: "limit", text: "is wrong, expected an integer from 1 to 1000" },
    ]);
  });
});

describe("BACKBEAT-REQ-021 GET /api/v1/reports/{windowId}", () => {
  it("gives the report, its headers and its issues with names", async () => {
    const { get, fake } = reverbApi();
    const stored = fake.reports[0]!;
    const { status, body } = await get(`/api/v1/reports/${stored.report.window_id.toUpperCase()}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      report: stored.report,
      headers: { "Backbeat-Claims": "28" },
      issue_details: stored.issueDetails?.map((issue) => ({ cycles: [], ...issue })),
    });
  });

  it("says null for the names once the window is let go", async () => {
    const { get, fake } = reverbApi();
    const { report, headers } = fake.reports[1]!;
    fake.reports[1] = { report, headers };
    const { body } = await get(`/api/v1/reports/${report.window_id}`);
    expect(body).toEqual({ report, headers, issue_details: null });
  });

  it("answers 404 for a bar without a report", async () => {
    const { get, fake } = reverbApi();
    const { status, body } = await get(`/api/v1/reports/${fake.windows[0]?.windowId}`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: "window not found", window_id: fake.windows[0]?.windowId });
  });
});
