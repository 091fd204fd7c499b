import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { reverbApi } from "../../test/support/http-api.ts";
import { mediaTypeOf, type Page, type Pages } from "./pages.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const pageOf = (text: string): Page => ({
  body: bytes(text),
  gzip: gzipSync(text),
  tag: `tag-${text.length}`,
});

const PAGES: Pages = new Map([
  ["/", pageOf("<!doctype html><title>BACKBEAT</title>")],
  ["/favicon.svg", { body: bytes("<svg/>"), tag: "icon" }],
  ["/assets/index-1a2b.js", pageOf("export const beat = 1;")],
  ["/assets/index-1a2b.js.map", pageOf("{}")],
]);

const { app, get, ask } = reverbApi({ pages: PAGES });

describe("pages", () => {
  it("shows the dashboard at /, loads only from here, runs nothing that stands in the page", async () => {
    const { headers, status, text } = await get("/");
    expect(status).toBe(200);
    expect(text).toBe("<!doctype html><title>BACKBEAT</title>");
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "content-security-policy":
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
  });

  it("lets assets be kept for ever, and asks again for all else", async () => {
    const script = await get("/assets/index-1a2b.js");
    expect(script.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
    });
    const icon = await get("/favicon.svg");
    expect(icon.headers).toMatchObject({
      "content-type": "image/svg+xml",
      "cache-control": "no-cache",
      etag: '"icon"',
    });
    const again = await app.inject({ url: "/favicon.svg", headers: { "if-none-match": '"icon"' } });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
  });

  it("sends a smaller form to who takes it, where there is one", async () => {
    const asking = { headers: { "accept-encoding": "br, gzip" } };
    const page = await app.inject({ url: "/", ...asking });
    expect(page.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(page.rawPayload).toString()).toContain("BACKBEAT");
    const icon = await app.inject({ url: "/favicon.svg", ...asking });
    expect([icon.headers["content-encoding"], icon.body]).toEqual([undefined, "<svg/>"]);
  });

  it.each([
    "/assets/index-1a2b.js.map",
    "/assets/",
    "/assets/..%2findex.html",
    "/../package.json",
    "/assets/../../package.json",
    "/%2e%2e/package.json",
    "/index.html",
    "/assets/index-1a2b.js/x",
    "/assets//index-1a2b.js",
  ])("%s is no page: 404 in JSON", async (path) => {
    const { body, status } = await get(path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: "not found" });
  });

  it("answers GET and HEAD only", async () => {
    for (const path of PAGES.keys()) {
      if (mediaTypeOf(path) === undefined) continue;
      const { headers, status } = await ask("POST", path);
      expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
      expect((await ask("HEAD", path)).text).toBe("");
    }
  });

  it("documents the dashboard, and none of its files", async () => {
    const { paths } = (await get("/openapi.json")).body as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toContain("/");
    expect(
      Object.keys(paths).filter((path) => path.startsWith("/assets") || path.startsWith("/fav")),
    ).toEqual([]);
  });

  it.each([
    ["/a.css", "text/css; charset=utf-8"],
    ["/a.woff2", "font/woff2"],
    ["/a.exe", undefined],
    ["/noending", undefined],
    ["/a.js.map", undefined],
  ])("%s has the type %s", (path, type) => {
    expect(mediaTypeOf(path)).toBe(type);
  });
});
