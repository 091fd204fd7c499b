import { describe, expect, it } from "vitest";
import { windowOf } from "../../test/support/fake-reverb-view.ts";
import { reverbApi } from "../../test/support/http-api.ts";

const NOW = "2030-01-02T03:04:05.678Z";

describe("BACKBEAT-REQ-020 GET /api/v1/windows", () => {
  it("lists all that are retained, newest first, with the members that peers know", async () => {
    const { get, fake } = reverbApi();
    const { status, body } = await get("/api/v1/windows");
    expect(status).toBe(200);
    expect(body).toEqual({
      windows: fake.windows.map(({ windowId, fromBeat, toBeat, open, stateCounts }) => ({
        window_id: windowId,
        from_beat: fromBeat,
        to_beat: toBeat,
        open,
        claims_count: 28,
        agents_reporting: 3,
        last_updated: NOW,
        state_counts: stateCounts,
        completed_tasks: 1,
        failed_tasks: 2,
        issues_count: 2,
      })),
      total_count: 3,
    });
    expect(fake.windows.map((window) => window.fromBeat)).toEqual([17, 9, 1]);
  });

  it("gives every bar without a limit, also more than a page", async () => {
    const { get, fake } = reverbApi();
    fake.windows = Array.from({ length: 1_200 }, (_, place) => windowOf(1_200 - place));
    const { body } = await get("/api/v1/windows");
    expect((body as { windows: unknown[] }).windows).toHaveLength(1_200);
  });

  it("pages by limit and before, in either case of the id", async () => {
    const { get, fake } = reverbApi();
    const ids = fake.windows.map((window) => window.windowId);
    const idsAt = async (query: string) => {
      const { body } = await get(`/api/v1/windows?${query}`);
      const { windows, total_count } = body as { windows: { window_id: string }[]; total_count: number };
      expect(total_count).toBe(3);
      return windows.map((window) => window.window_id);
    };
    expect(await idsAt("limit=2")).toEqual(ids.slice(0, 2));
    expect(await idsAt(`before=${ids[0]}`)).toEqual(ids.slice(1));
    expect(await idsAt(`before=${ids[0]?.toUpperCase()}&limit=1`)).toEqual(ids.slice(1, 2));
    expect(await idsAt(`before=${"f".repeat(32)}`)).toEqual([]);
  });

  it.each([
    ["limit=0", "limit", "is wrong, expected an integer from 1 to 1000"],
    ["limit=1001", "limit", "is wrong, expected an integer from 1 to 1000"],
    ["limit=1.5", "limit", "is wrong, expected an integer from 1 to 1000"],
    ["limit=1e2", "limit", "is wrong, expected an integer from 1 to 1000"],
    ["limit=", "limit", "is wrong, expected an integer from 1 to 1000"],
    ["limit=1&limit=2", "limit", "is wrong, expected an integer from 1 to 1000"],
    ["before=xyz", "before", "is wrong, expected 32 hexadecimal digits"],
    ["limt=5", "limt", "is unknown, known are limit, before"],
    ["__proto__=5", "__proto__", "is unknown, known are limit, before"],
  ])("refuses ?%s", async (query, parameter, text) => {
    const { get } = reverbApi();
    const { status, body } = await get(`/api/v1/windows?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual({
      error: "bad request",
      text: `Cannot answer: ${parameter} ${text}`,
      mistakes: [{ parameter, text }],
    });
  });
});

describe("BACKBEAT-REQ-021 GET /api/v1/windows/{windowId}", () => {
  it("tells all of one bar: counts, conservation, issues with names, the report", async () => {
    const { get, fake } = reverbApi();
    const window = fake.windows[0]!;
    const { status, body } = await get(`/api/v1/windows/${window.windowId}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      window_aggregation: {
        window_id: window.windowId,
        from_beat: 17,
        to_beat: 24,
        open: true,
        claims_count: 28,
        unique_agents: 3,
        state_counts: {
          idle: 0,
          planning: 1,
          executing: 2,
          reviewing: 3,
          completed: 4,
          failed: 5,
          blocked: 6,
          helping: 7,
        },
        completed_tasks: 1,
        failed_tasks: 2,
        last_updated: NOW,
        conservation: { received: 34, counted: 28, duplicate: 1, late: 2, refused: { "not-json": 3 } },
        issue_details: [
          {
            severity: "error",
            category: "wait_cycle",
            count: 2,
            agents: ["builder:1", "builder:2"],
            cycles: [["builder:1", "builder:2"]],
            text: "builder:1 and builder:2 wait for each other",
          },
          {
            severity: "warning",
            category: "late_claims",
            count: 2,
            agents: [],
            cycles: [],
            text: "2 claims came late",
          },
        ],
      },
      current_bar_report: window.report,
    });
  });

  it("takes an id in either case", async () => {
    const { get, fake } = reverbApi();
    const { status } = await get(`/api/v1/windows/${fake.windows[1]?.windowId.toUpperCase()}`);
    expect(status).toBe(200);
  });

  it("answers 404 with the error and the id for a bar that is not retained", async () => {
    const { get } = reverbApi();
    const id = "0123456789abcdefABCDEF0123456789";
    const { status, body } = await get(`/api/v1/windows/${id}`);
    expect(status).toBe(404);
    expect(body).toEqual({
      error: "window not found",
      window_id: id,
      text: "No such window: it is not known here, or no longer retained",
    });
  });

  it("answers 400 for what is no window id, and lists every mistake of the request", async () => {
    const { get } = reverbApi();
    const { status, body } = await get("/api/v1/windows/abc?x=1&y=2");
    expect(status).toBe(400);
    expect((body as { mistakes: unknown }).mistakes).toEqual([
      { parameter: "windowId", text: "is wrong, expected 32 hexadecimal digits" },
      { parameter: "x", text: "is unknown, none is known here" },
      { parameter: "y", text: "is unknown, none is known here" },
    ]);
  });
});
