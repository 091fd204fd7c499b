import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reverbApi } from "../../test/support/http-api.ts";

interface Refused {
  readonly mistakes: readonly { readonly parameter: string; readonly text: string }[];
}

describe("Input check", () => {
  it("takes as a limit the whole numbers 1 to 1000 and nothing else", async () => {
    const { get } = reverbApi();
    const value = fc.oneof(
      fc.integer({ min: -5, max: 1_010 }).map(String),
      fc.double().map(String),
      fc.string(),
      fc.constantFrom("0x10", "1e2", " 5", "5 ", "+5", "٣", "true", "null", "1_000", "9".repeat(30)),
    );
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        const isLimit = /^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= 1_000;
        const { status } = await get(`/api/v1/agents?limit=${encodeURIComponent(text)}`);
        expect(status).toBe(isLimit ? 200 : 400);
      }),
    );
  });

  it("answers any query with 200 or 400, never with a crash", async () => {
    const { get, log } = reverbApi();
    const name = fc.oneof(
      fc.constantFrom(
        "limit",
        "state",
        "after",
        "prefix",
        "presence",
        "constructor",
        "__proto__",
        "toString",
      ),
      fc.string(),
    );
    const pair = fc.tuple(name, fc.string()).map((both) => both.map(encodeURIComponent).join("="));
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { maxLength: 6 }), async (pairs) => {
        const { status } = await get(`/api/v1/agents?${pairs.join("&")}`);
        expect([200, 400]).toContain(status);
      }),
    );
    expect(log.lines).toEqual([]);
  });

  it("lists 20 mistakes and counts the rest; long names are cut", async () => {
    const { get } = reverbApi();
    const names = Array.from({ length: 50 }, (_, place) => `${place}${"n".repeat(60)}`);
    const { body } = await get(`/api/v1/windows?${names.join("&")}`);
    const { mistakes } = body as Refused;
    expect(mistakes).toHaveLength(21);
    expect(mistakes[0]?.parameter).toBe(names[0]?.slice(0, 40));
    expect(mistakes[20]).toEqual({ parameter: "…", text: "and 30 more mistakes" });
  });

  it("lets no route be added whose body or headers would go unchecked", () => {
    const { app } = reverbApi();
    const schema = { type: "object" };
    expect(() => app.put("/a", { schema: { body: schema } }, async () => ({}))).toThrow("not be checked");
    expect(() => app.get("/b", { schema: { headers: schema } }, async () => ({}))).toThrow("not be checked");
  });
});
