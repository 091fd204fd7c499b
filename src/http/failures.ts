/**
 * Every answer that is not the asked one, in one shape: `error` for programs, `text` for people.
 *
 * Nothing of a request is repeated in it but names that were checked, and nothing of an unexpected error: that
 * goes to the log.
 */
import type { FastifyReply } from "fastify";
import Type from "typebox";
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { HttpApp } from "./http-app.ts";
import { harden } from "./security-headers.ts";

/** Any failure. `error` is one of a few stable phrases, `text` says what to do next. */
export const Failure = Type.Object(
  { error: Type.String(), text: Type.String() },
  { $id: "Failure", description: "The request failed; error is a stable phrase, text a sentence." },
);

const Mistake = Type.Object(
  { parameter: Type.String(), text: Type.String() },
  { $id: "Mistake", description: "A parameter, and what is wrong with it." },
);

/** 400: every mistake of the request at once. */
export const BadRequest = Type.Object(
  { error: Type.Literal("bad request"), text: Type.String(), mistakes: Type.Array(Mistake) },
  { $id: "BadRequest", description: "The request has mistakes, all of which are listed." },
);

export type Mistake = Type.Static<typeof Mistake>;

const PHRASES: Readonly<Record<number, string>> = {
  400: "bad request",
  401: "not authorized",
  403: "forbidden",
  404: "not found",
  405: "method not allowed",
  408: "request timeout",
  413: "body too large",
  414: "path too long",
  415: "unknown content type",
  422: "refused",
  431: "headers too large",
  503: "not available",
};

/** The body of a failure with this status. */
export function failure(status: number, text: string): Type.Static<typeof Failure> {
  return { error: PHRASES[status] ?? (status < 500 ? "bad request" : "internal error"), text };
}

/** The body of a 400 that lists what is wrong. */
export function badRequest(mistakes: Mistake[]): Type.Static<typeof BadRequest> {
  const text = mistakes.map((mistake) => `${mistake.parameter} ${mistake.text}`).join("; ");
  return { error: "bad request", text: `Cannot answer: ${text}`, mistakes };
}

/** What the framework says before a route is found: a path that is no path, or too long. */
export function sendFrameworkFailure(error: { readonly statusCode?: number }, reply: FastifyReply): void {
  const status = error.statusCode ?? 400;
  const body =
    status === 400
      ? badRequest([{ parameter: "path", text: "cannot be decoded, expected a valid URL path" }])
      : failure(status, "Cannot answer: the path is longer than any that exists; GET / lists them");
  harden(reply).code(status).send(body);
}

/** How the framework says that a body cannot be read. */
const NOT_JSON: readonly string[] = ["FST_ERR_CTP_INVALID_JSON_BODY", "FST_ERR_CTP_EMPTY_JSON_BODY"];

/** Turns whatever a handler throws into a 500 without details, which go to `log`. */
export function addFailureHandler(app: HttpApp, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const status = (error as { readonly statusCode?: number }).statusCode ?? 500;
    const { code = "" } = error as { readonly code?: string };
    // Declared there as every other mistake of the request.
    if (NOT_JSON.includes(code) && request.routeOptions.schema?.body !== undefined)
      return reply
        .code(400)
        .send(badRequest([{ parameter: "body", text: "is not JSON, expected a JSON object" }]));
    if (status < 500) return reply.code(status).send(failure(status, `Cannot answer: ${messageOf(error)}`));
    const path = request.routeOptions.url ?? "unknown path";
    const { stack } = error as { readonly stack?: string };
    log.error(`Cannot answer ${request.method} ${path}: ${messageOf(error)}`, { stack });
    return reply.code(500).send(failure(500, "The service could not answer; its log says why"));
  });
}
