/** Both HTTP APIs against their own OpenAPI documents: every path, every kind of answer. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { API_HEADERS } from "../../src/http/security-headers.ts";
import { type AskedApi, pulseApi, reverbApi } from "../support/http-api.ts";
import { type Judge, judgeOf, type OpenApiDocument } from "../support/openapi.ts";

const KNOWN_ID = "KNOWN";

const REVERB_PATHS = [
  "/",
  "/health",
  "/ready",
  "/metrics",
  "/openapi.json",
  "/api/v1/status",
  "/api/v1/windows",
  "/api/v1/windows/{windowId}",
  "/api/v1/reports",
  "/api/v1/reports/{windowId}",
  "/api/v1/agents",
  "/api/v1/agents/{agentId}",
  "/api/v1/score",
  "/api/v1/score/groups",
  "/api/v1/waits",
  "/api/v1/events",
];

/** Its answer has no end; event-stream.test.ts reads it. */
const ENDLESS = "/api/v1/events";

const PULSE_PATHS = [
  "/",
  "/health",
  "/ready",
  "/metrics",
  "/openapi.json",
  "/api/v1/status",
  "/api/v1/drift",
  "/api/v1/tempo",
  "/api/v1/leader",
];

/** Requests of each kind: the path as declared, and what is asked. `KNOWN` stands for an id that exists. */
const REQUESTS: readonly (readonly [declared: string, asked: string, status: number])[] = [
  ["/api/v1/windows", "/api/v1/windows?limit=1", 200],
  ["/api/v1/windows", "/api/v1/windows?limit=no&x", 400],
  ["/api/v1/windows/{windowId}", `/api/v1/windows/${KNOWN_ID}`, 200],
  ["/api/v1/windows/{windowId}", `/api/v1/windows/${"0".repeat(32)}`, 404],
  ["/api/v1/windows/{windowId}", "/api/v1/windows/zz", 400],
  ["/api/v1/windows/{windowId}", "/api/v1/windows/%zz", 400],
  ["/api/v1/reports", "/api/v1/reports?before=zz", 400],
  ["/api/v1/reports/{windowId}", `/api/v1/reports/${KNOWN_ID}`, 200],
  ["/api/v1/reports/{windowId}", `/api/v1/reports/${"0".repeat(32)}`, 404],
  ["/api/v1/reports/{windowId}", "/api/v1/reports/zz", 400],
  ["/api/v1/agents", "/api/v1/agents?state=blocked", 200],
  ["/api/v1/agents", "/api/v1/agents?state=asleep", 400],
  ["/api/v1/agents/{agentId}", "/api/v1/agents/builder:2", 200],
  ["/api/v1/agents/{agentId}", "/api/v1/agents/nobody", 404],
  ["/api/v1/agents/{agentId}", "/api/v1/agents/%20", 400],
  ["/api/v1/agents/{agentId}", `/api/v1/agents/${"a".repeat(400)}`, 414],
  ["/api/v1/status", "/api/v1/status?x=1", 400],
  [
    "/api/v1/score",
    "/api/v1/score?bars=8&limit=200&offset=1&sort=name&state=idle&presence=alive&trouble=any&prefix=a&search=b&group=c&sums=true",
    200,
  ],
  ["/api/v1/score", "/api/v1/score?bars=9", 400],
  ["/api/v1/score", "/api/v1/score?sums=1", 400],
  ["/api/v1/score", "/api/v1/score?limit=201", 400],
  ["/api/v1/score", "/api/v1/score?offset=10001", 400],
  ["/api/v1/score", "/api/v1/score?sort=age&trouble=much", 400],
  ["/api/v1/score/groups", "/api/v1/score/groups?search=x&limit=1&offset=2&sort=name", 200],
  ["/api/v1/score/groups", "/api/v1/score/groups?state=idle", 400],
  ["/api/v1/waits", "/api/v1/waits?limit=1", 200],
  ["/api/v1/waits", "/api/v1/waits?limit=0", 400],
  [ENDLESS, "/api/v1/events?x=1", 400],
];

interface Question {
  /** Default: the API of the suite. */
  readonly from?: AskedApi<unknown>;
  /** Default GET. */
  readonly method?: string;
  /** Default: the path as declared. */
  readonly asked?: string;
}

describe.each([
  ["reverb", reverbApi, REVERB_PATHS],
  ["pulse", pulseApi, PULSE_PATHS],
] as const)("HTTP contract of %s", (name, createApi, paths) => {
  let api: AskedApi<unknown>;
  let judge: Judge;
  let document: OpenApiDocument;

  beforeAll(async () => {
    api = createApi();
    document = (await api.get("/openapi.json")).body as OpenApiDocument;
    judge = judgeOf(document);
  });

  const judged = async (declared: string, status: number, question: Question) => {
    const { from = api, method = "GET", asked = declared } = question;
    const answer = await from.ask(method, asked);
    expect(answer.status, asked).toBe(status);
    expect(answer.headers, asked).toMatchObject(API_HEADERS);
    expect(judge(declared, answer)).toEqual([]);
    return answer;
  };

  const exampleOf = (path: string) => {
    const windowId = name === "reverb" ? firstReportOf(api) : "";
    return path.replace("{windowId}", windowId).replace("{agentId}", "builder:1");
  };

  it("the document is valid OpenAPI 3.1 and declares every path, and no other", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...document });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe("3.1");
    expect(Object.keys(document.paths).sort()).toEqual([...paths].sort());
  });

  it("every operation has a sentence; every parameter and component a description", () => {
    for (const [path, { get }] of Object.entries(document.paths)) {
      expect(get?.summary, path).toMatch(/^[A-Z].+[^.]$/);
      for (const parameter of get?.parameters ?? []) expect(parameter).toHaveProperty("description");
    }
    for (const [component, schema] of Object.entries(document.components.schemas)) {
      expect(component).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(schema, component).toHaveProperty("description");
    }
  });

  it.each(paths.filter((path) => path !== ENDLESS))(
    "GET %s answers as declared, and HEAD the same without a body",
    async (path) => {
      const asked = exampleOf(path);
      const got = await judged(path, 200, { asked });
      const { status, text, headers } = await api.ask("HEAD", asked);
      expect(status).toBe(200);
      expect(text).toBe("");
      expect(headers["content-length"]).toBe(got.headers["content-length"]);
      expect(headers["content-type"]).toBe(got.headers["content-type"]);
    },
  );

  it.each(
    paths.flatMap((path) => ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"].map((m) => [m, path])),
  )("%s %s is refused with 405 and Allow", async (method = "", path = "") => {
    const { headers, body } = await judged(path, 405, { method, asked: exampleOf(path) });
    expect(headers.allow).toBe("GET, HEAD");
    expect(body).toMatchObject({ error: "method not allowed" });
  });

  it.each(["/nope", "/api", "/api/v1", "/api/v1/windows/a/b", "/HEALTH", "/health/", "//", "/api/v1/event"])(
    "%s is unknown: 404 in JSON, whatever the method",
    async (path) => {
      for (const method of ["GET", "POST", "DELETE"]) {
        const { status, body, headers } = await api.ask(method, path);
        expect(status).toBe(404);
        expect(body).toEqual({
          error: "not found",
          text: "Cannot answer: there is no such path; GET / lists them all",
        });
        expect(headers).toMatchObject(API_HEADERS);
      }
    },
  );

  it("each kind of refusal is declared", async () => {
    const asked = REQUESTS.filter(([declared]) => (paths as readonly string[]).includes(declared));
    expect(asked.length).toBeGreaterThan(0);
    for (const [declared, path, status] of asked)
      await judged(declared, status, { asked: path.replace(KNOWN_ID, exampleOf("{windowId}")) });
  });

  it("503 of /health and /ready, and 500, are declared", async () => {
    const from = createApi({
      wedged: () => "stuck",
      metricsText: async () => {
        throw new Error("no metrics");
      },
    });
    from.fake.readiness = { ready: false, reason: "no link" };
    await judged("/health", 503, { from });
    await judged("/ready", 503, { from });
    await judged("/metrics", 500, { from });
    if (name === "reverb") await judged(ENDLESS, 503, { from: reverbApi({ events: { clients: 0 } }) });
  });

  it("sends what the handlers returned, member for member", async () => {
    const watched = createApi();
    let returned: unknown;
    watched.app.addHook("preSerialization", async (_request, _reply, body) => {
      returned = body;
      return body;
    });
    for (const path of paths.filter((path) => path !== "/metrics" && path !== ENDLESS)) {
      const { body } = await watched.get(exampleOf(path));
      expect(body, path).toEqual(returned);
    }
  });

  it("/ lists every path with its sentence", async () => {
    const { body } = await api.get("/");
    const listed = Object.entries(document.paths).map(([path, { get }]) => ({ path, text: get?.summary }));
    expect(body).toEqual({ title: `BACKBEAT ${name}`, paths: listed });
  });
});

function firstReportOf(api: AskedApi<unknown>): string {
  const { reports } = api.fake as { reports: readonly { report: { window_id: string } }[] };
  return reports[0]?.report.window_id ?? "";
}
