import { describe, expect, it } from "vitest";
import { agentOf } from "../../test/support/fake-reverb-view.ts";
import { reverbApi } from "../../test/support/http-api.ts";

interface List {
  readonly agents: readonly { readonly agent_id: string }[];
  readonly total_count: number;
}

async function idsAt(query: string): Promise<readonly [string[], number]> {
  const { get } = reverbApi();
  const { status, body } = await get(`/api/v1/agents${query}`);
  expect(status).toBe(200);
  const { agents, total_count } = body as List;
  return [agents.map((agent) => agent.agent_id), total_count];
}

describe("BACKBEAT-REQ-020 GET /api/v1/agents", () => {
  it("lists agents in order of their ids; what an agent does not say is null", async () => {
    const { get } = reverbApi();
    const { body } = await get("/api/v1/agents?prefix=tester:");
    const tester = {
      agent_id: "tester:1",
      presence: "progressing",
      state: "executing",
      task_id: "task:7",
      beat_index: 17,
      progress: 0.5,
      beats_left: 3,
      next_beat: 20,
      notes: 'a "note"',
      dependencies: [],
      age_beats: 1,
      last_claim_at: "2030-01-02T03:04:05.678Z",
      window_id: agentOf("x").windowId,
      claims_count: 2,
    };
    expect(body).toEqual({ agents: [tester], total_count: 1 });
    const nothing = { task_id: null, progress: null, beats_left: null, next_beat: null, notes: null };
    const { body: silentBuilder } = await get("/api/v1/agents/builder:1");
    expect(silentBuilder).toMatchObject({ ...tester, agent_id: "builder:1", ...nothing });
  });

  it.each([
    ["", ["builder:1", "builder:2", "tester:1"], 3],
    ["?state=blocked", ["builder:2"], 1],
    ["?presence=progressing", ["builder:1", "tester:1"], 2],
    ["?prefix=builder", ["builder:1", "builder:2"], 2],
    ["?limit=1", ["builder:1"], 3],
    ["?after=builder:1", ["builder:2", "tester:1"], 3],
    ["?after=builder:1&limit=1&prefix=builder:", ["builder:2"], 2],
    ["?state=executing&presence=silent", [], 0],
  ] as const)("filters and pages by %s", async (query, ids, total) => {
    expect(await idsAt(query)).toEqual([ids, total]);
  });

  it("gives 100 without a limit and at most 1000", async () => {
    const { get, fake } = reverbApi();
    fake.agents = Array.from({ length: 1_500 }, (_, place) => agentOf(`agent:${10_000 + place}`));
    const lengthAt = async (query: string) =>
      ((await get(`/api/v1/agents${query}`)).body as List).agents.length;
    expect(await lengthAt("")).toBe(100);
    expect(await lengthAt("?limit=1000")).toBe(1_000);
    expect((await get("/api/v1/agents?limit=1001")).status).toBe(400);
  });

  it("lists all mistakes of a request at once", async () => {
    const { get } = reverbApi();
    const { status, body } = await get(
      "/api/v1/agents?state=asleep&presence=gone&prefix=a%20b&after=&limit=x&q=1",
    );
    expect(status).toBe(400);
    expect((body as { mistakes: unknown }).mistakes).toEqual([
      {
        parameter: "state",
        text: "is wrong, expected one of idle, planning, executing, reviewing, completed, failed, blocked, helping",
      },
      { parameter: "presence", text: "is wrong, expected one of progressing, waiting, alive, silent" },
      { parameter: "prefix", text: "is wrong, expected 1 to 128 letters, digits or _ : -" },
      { parameter: "after", text: "is wrong, expected 1 to 128 letters, digits or _ : -" },
      { parameter: "limit", text: "is wrong, expected an integer from 1 to 1000" },
      { parameter: "q", text: "is unknown, known are state, presence, prefix, limit, after" },
    ]);
  });
});

describe("BACKBEAT-REQ-020 GET /api/v1/agents/{agentId}", () => {
  it("knows the longest id, also percent-encoded", async () => {
    const { get, fake } = reverbApi();
    const id = "a:".repeat(64);
    fake.agents = [agentOf(id)];
    const encoded = [...id].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");
    expect((await get(`/api/v1/agents/${encoded}`)).body).toMatchObject({ agent_id: id });
  });

  it("answers 404 with the id for an agent that has not claimed", async () => {
    const { get } = reverbApi();
    const { status, body } = await get("/api/v1/agents/nobody:1");
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: "agent not found", agent_id: "nobody:1" });
  });

  it("answers 400 for what is no agent id and 414 for what is far too long", async () => {
    const { get } = reverbApi();
    expect((await get("/api/v1/agents/a%20b")).status).toBe(400);
    expect((await get(`/api/v1/agents/${"a".repeat(129)}`)).status).toBe(400);
    const { status, body } = await get(`/api/v1/agents/${"a".repeat(400)}`);
    expect(status).toBe(414);
    expect(body).toMatchObject({ error: "path too long" });
  });
});
