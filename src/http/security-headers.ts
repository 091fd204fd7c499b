/** Headers that every answer carries: nothing is stored, guessed, framed or run. */
import type { FastifyReply } from "fastify";

/** For JSON and text: a browser that shows an answer as a page must load and run nothing. */
export const API_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Sets them on an answer. A page may set a policy of its own afterwards. */
export function harden(reply: FastifyReply): FastifyReply {
  return reply.headers(API_HEADERS);
}
