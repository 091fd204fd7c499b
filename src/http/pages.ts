/**
 * The files of the dashboard, each under its own path: a fixed map, read before the service starts.
 *
 * No path leads to a file system, so none leads out of a folder. What is loaded may come from here only, and nothing
 * that stands in a page is run. Names below `/assets/` change with their contents and may be kept for ever.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { FAILURES } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { UNDOCUMENTED } from "./openapi.ts";

export interface Page {
  readonly body: Uint8Array;
  /** Left out where it would save nothing. */
  readonly gzip?: Uint8Array | undefined;
  /** Changes with the body. */
  readonly tag: string;
}

/** By path, as in `/assets/index-1a2b.js`; the page of `/` stands under that. */
export type Pages = ReadonlyMap<string, Page>;

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

const POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

const KEEP_FOR_EVER = "public, max-age=31536000, immutable";

/** The media type of a path by its ending; undefined for a file that is not served. */
export function mediaTypeOf(path: string): string | undefined {
  return path === "/" ? TYPES.html : TYPES[/\.([a-z0-9]+)$/.exec(path)?.[1] ?? ""];
}

const INDEX = {
  summary: "The dashboard",
  response: {
    200: { description: "A page for people.", content: { "text/html": { schema: Type.String() } } },
    ...FAILURES,
  },
};

/** Adds a path for each file. */
export function addPages(app: HttpApp, pages: Pages): void {
  for (const [path, page] of pages) {
    const type = mediaTypeOf(path);
    if (type === undefined) continue;
    const answer = async (request: FastifyRequest, reply: FastifyReply) =>
      sendPage(page, { request, reply, type, isHashed: path.startsWith("/assets/") });
    if (path === "/") app.get(path, { schema: INDEX }, answer);
    else app.get(path, { config: UNDOCUMENTED }, answer);
  }
}

interface Answer {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly type: string;
  readonly isHashed: boolean;
}

function sendPage({ body, gzip, tag }: Page, { isHashed, reply, request, type }: Answer): FastifyReply {
  reply
    .header("content-security-policy", POLICY)
    .header("cache-control", isHashed ? KEEP_FOR_EVER : "no-cache")
    .header("etag", `"${tag}"`)
    .header("vary", "accept-encoding");
  if (request.headers["if-none-match"] === `"${tag}"`) return reply.code(304).send();
  reply.type(type);
  const takesGzip = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  if (gzip === undefined || !takesGzip) return reply.send(body);
  return reply.header("content-encoding", "gzip").send(gzip);
}
