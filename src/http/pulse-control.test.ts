import { beforeEach, describe, expect, it } from "vitest";
import { fakePulse, fakePulseView } from "../../test/support/fake-pulse-view.ts";
import { judgeOf, type OpenApiDocument } from "../../test/support/openapi.ts";
import { silentLog } from "../../test/support/recording-log.ts";
import type { PulseCompany, PulseControl, TempoAnswer } from "../pulse/view.ts";
import { createPulseApi } from "./pulse-api.ts";

const COMPANY: PulseCompany = {
  authority: "others",
  leader: "node-2",
  acting: "node-3",
  rank: 2,
  others: ["node-3", "node-2"],
  next: { fromBeat: 25, tempoBpm: 66 },
  limits: { minBpm: 1, maxBpm: 60 },
  totals: { followed: 1, takeOvers: 2, terms: 3, repeated: 4, refused: 6, stale: 5 },
};
const TOKEN = "correct-horse-battery";

let answer: TempoAnswer;
let stepsDown: boolean;
let asked: unknown[];

beforeEach(() => {
  answer = { kind: "accepted", tempoBpm: 66, fromBeat: 25, overridden: false };
  stepsDown = true;
  asked = [];
});

const control: PulseControl = {
  changeTempo: async (tempoBpm, options) => {
    asked.push([tempoBpm, options]);
    return answer;
  },
  stepDown: async () => stepsDown,
};

function api({
  token,
  company = COMPANY,
}: {
  readonly token?: string;
  readonly company?: PulseCompany | undefined;
} = {}) {
  const view = fakePulseView({ ...fakePulse(), company });
  const isAdmin = token === undefined ? undefined : (given: string) => given === token;
  const app = createPulseApi(view, { log: silentLog, metricsText: async () => "", control, isAdmin });
  const ask = async (
    method: "GET" | "PUT" | "POST",
    url: string,
    options: {
      readonly body?: string | object;
      readonly headers?: Record<string, string>;
      readonly remoteAddress?: string;
    } = {},
  ) => {
    const { body: payload, headers = {}, remoteAddress = "127.0.0.1" } = options;
    const type = typeof payload === "string" ? { "content-type": "application/json" } : {};
    const { body, statusCode } = await app.inject({
      method,
      url,
      headers: { host: "127.0.0.1:8081", ...type, ...headers },
      remoteAddress,
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: statusCode, body: JSON.parse(body) };
  };
  return { app, ask };
}

describe("BACKBEAT-REQ-004 /api/v1/tempo of a pulse", () => {
  it("tells the tempo, what is announced, and what may be asked for", async () => {
    expect((await api().ask("GET", "/api/v1/tempo")).body).toEqual({
      tempo_bpm: 60,
      next_tempo_bpm: 66,
      next_from_beat: 25,
      min_bpm: 1,
      max_bpm: 60,
    });
  });

  it("changes it", async () => {
    const { ask } = api();
    expect(await ask("PUT", "/api/v1/tempo", { body: { tempo_bpm: 66 } })).toEqual({
      status: 200,
      body: { tempo_bpm: 66, from_beat: 25, overridden: false },
    });
    await ask("PUT", "/api/v1/tempo", { body: { tempo_bpm: 90, override: true } });
    expect(asked).toEqual([
      [66, { override: false }],
      [90, { override: true }],
    ]);
  });

  it("says why it does not: 409 with the leader's name, 422 with the range, 503 without an answer", async () => {
    const { ask } = api();
    const put = () => ask("PUT", "/api/v1/tempo", { body: { tempo_bpm: 90 } });
    answer = { kind: "not-leader", leader: "node-2", text: "Cannot change tempo: pulse node-2 leads" };
    expect(await put()).toEqual({
      status: 409,
      body: { error: "not the leader", text: "Cannot change tempo: pulse node-2 leads", leader: "node-2" },
    });
    answer = { kind: "refused", text: "Cannot change tempo: too much" };
    expect(await put()).toEqual({
      status: 422,
      body: { error: "refused", text: "Cannot change tempo: too much" },
    });
    answer = { kind: "unknown", text: "Cannot say" };
    expect(await put()).toEqual({ status: 503, body: { error: "not available", text: "Cannot say" } });
  });

  it("lists every mistake of a body", async () => {
    const { ask } = api();
    const put = (body: string) => ask("PUT", "/api/v1/tempo", { body });
    expect((await put('{"tempo":66,"override":"yes"}')).body.mistakes).toEqual([
      { parameter: "tempo_bpm", text: "is needed, a number of beats per minute" },
      { parameter: "tempo", text: "is unknown, known are tempo_bpm, override" },
      { parameter: "override", text: "is wrong, expected true or false" },
    ]);
    for (const body of ["[]", "7", "null", "{", ""]) {
      const refused = await put(body);
      expect(refused.status, body).toBe(400);
      expect(refused.body.mistakes, body).toHaveLength(1);
    }
    expect(asked).toEqual([]);
  });
});

describe("BACKBEAT-REQ-001 /api/v1/leader of a pulse", () => {
  it("tells who leads, who publishes and who is there", async () => {
    expect((await api().ask("GET", "/api/v1/leader")).body).toEqual({
      leader: "node-2",
      is_leader: false,
      authority: "others",
      authority_reason: null,
      epoch: 1,
      acting: "node-3",
      rank: 2,
      pulses: ["node-1", "node-2", "node-3"],
    });
  });

  it("steps down, or says who leads", async () => {
    const { ask } = api();
    expect(await ask("POST", "/api/v1/leader/step-down")).toEqual({
      status: 200,
      body: { stepped_down: true },
    });
    stepsDown = false;
    expect(await ask("POST", "/api/v1/leader/step-down")).toMatchObject({
      status: 409,
      body: { leader: "node-2" },
    });
  });
});

describe("Who may change a pulse", () => {
  const body = { tempo_bpm: 66 };

  it("without a token: programs of this machine, no others and no web page", async () => {
    const { ask } = api();
    const put = (options: object) => ask("PUT", "/api/v1/tempo", { body, ...options });
    expect((await put({ remoteAddress: "::1" })).status).toBe(200);
    expect((await put({ headers: { origin: "http://127.0.0.1:8081" } })).status).toBe(200);
    for (const refused of [
      { remoteAddress: "10.0.0.7" },
      { headers: { origin: "http://evil.example" } },
      { headers: { host: "evil.example" } },
    ])
      expect(await put(refused)).toMatchObject({ status: 403, body: { error: "forbidden" } });
    expect(asked).toHaveLength(2);
  });

  it("with a token: whoever shows it, from anywhere", async () => {
    const { ask } = api({ token: TOKEN });
    const put = (authorization?: string) =>
      ask("PUT", "/api/v1/tempo", {
        body,
        remoteAddress: "10.0.0.7",
        headers: authorization === undefined ? {} : { authorization },
      });
    expect((await put(`Bearer ${TOKEN}`)).status).toBe(200);
    for (const wrong of [undefined, "Bearer nonsense", TOKEN])
      expect(await put(wrong)).toMatchObject({ status: 401, body: { error: "not authorized" } });
    expect((await ask("GET", "/api/v1/leader", { remoteAddress: "10.0.0.7" })).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it("stands in the OpenAPI document, and all GETs keep to it", async () => {
    const { ask } = api();
    const document = (await ask("GET", "/openapi.json")).body as OpenApiDocument;
    expect(Object.keys(document.paths["/api/v1/tempo"] ?? {}).toSorted()).toEqual(["get", "put"]);
    expect(document.paths["/api/v1/tempo"]?.put).toHaveProperty("requestBody");
    const judge = judgeOf(document);
    const { app } = api();
    for (const path of ["/api/v1/tempo", "/api/v1/leader"]) {
      const { body: text, headers, statusCode } = await app.inject({ method: "GET", url: path });
      expect(judge(path, { status: statusCode, headers, text, body: JSON.parse(text) })).toEqual([]);
    }
  });
});
