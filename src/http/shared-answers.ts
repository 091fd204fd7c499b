/**
 * Lists that many ask for at once are made once for all of them.
 *
 * A path says that its answers may be shared. What is asked for more often than any person asks is made once for all who
 * ask, until something happens, and for a moment at most. What is asked for now and then is always made anew.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { HttpApp } from "./http-app.ts";

/** Of a route whose answers may be a moment old. */
export const SHARED = { isShared: true } as const;

export interface SharedAnswers {
  /** Something happened that people see: an answer that is older than that is given to nobody. */
  forget(): void;
}

/** How long an answer is given, ms: what claims do is told no more often either. */
const KEPT_MS = 250;

/** Asked more often than so many times a second, an answer is worth keeping. */
const OFTEN_PER_SECOND = 4;

/** Beyond so many it is asked often; and what is counted at most: after two seconds without a request it is rare. */
const OFTEN_BEYOND = 3;
const COUNTED_MAX = 2 * OFTEN_PER_SECOND;

/** Requests whose frequency is known, and characters of each: as many as dashboards may differ in what they filter by. */
const KNOWN_MAX = 64;
const URL_CHARS_MAX = 512;

/** The longest answer that is kept; with `KNOWN_MAX` at most 16 MiB in all. */
const ANSWER_BYTES_MAX = 256 * 1024;

const JSON_TYPE = "application/json; charset=utf-8";

interface Known {
  /** Requests, less what a rare one is allowed since. */
  asked: number;
  askedMs: number;
  /** Whose answer will be kept, of several that are made at once, and when and at which event it was asked for. */
  maker: FastifyRequest | undefined;
  makerEvent: number;
  makerAskedMs: number;
  answer: Buffer | undefined;
  madeMs: number;
}

/** Must be called before routes are added; only GET is shared. */
export function addSharedAnswers(app: HttpApp): SharedAnswers {
  const known = new Map<string, Known>();
  let event = 0;

  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.method !== "GET" || request.url.length > URL_CHARS_MAX) return undefined;
    const one = noteAsked(known, request.url);
    if (one.answer !== undefined && one.askedMs - one.madeMs <= KEPT_MS)
      return reply.type(JSON_TYPE).send(one.answer);
    const isMade =
      one.maker !== undefined && one.makerEvent === event && one.askedMs - one.makerAskedMs <= KEPT_MS;
    if (isMade) return undefined;
    one.maker = request;
    one.makerEvent = event;
    one.makerAskedMs = one.askedMs;
    return undefined;
  };

  const keep = async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const one = known.get(request.url);
    if (one?.maker !== request || typeof payload !== "string") return payload;
    one.maker = undefined;
    if (one.asked <= OFTEN_BEYOND || one.makerEvent !== event || reply.statusCode !== 200) return payload;
    const answer = Buffer.from(payload);
    one.answer = answer.length > ANSWER_BYTES_MAX ? undefined : answer;
    one.madeMs = one.makerAskedMs;
    return answer;
  };

  app.addHook("onRoute", (route) => {
    if ((route.config as Partial<typeof SHARED> | undefined)?.isShared !== true) return;
    route.preHandler = serve;
    route.onSend = keep;
  });

  return {
    forget() {
      event += 1;
      for (const one of known.values()) one.answer = undefined;
    },
  };
}

function noteAsked(known: Map<string, Known>, url: string): Known {
  const nowMs = performance.now();
  const one = known.get(url) ?? {
    asked: 0,
    askedMs: nowMs,
    maker: undefined,
    makerEvent: 0,
    makerAskedMs: 0,
    answer: undefined,
    madeMs: 0,
  };
  const allowed = ((nowMs - one.askedMs) / 1_000) * OFTEN_PER_SECOND;
  one.asked = Math.min(COUNTED_MAX, Math.max(0, one.asked - allowed) + 1);
  one.askedMs = nowMs;
  // The one that was asked longest ago makes room.
  known.delete(url);
  known.set(url, one);
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value as string);
  return one;
}
