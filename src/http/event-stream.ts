/** GET /api/v1/events: what happens, as server-sent events (event-hub.ts). The answer is written past the framework. */
import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import type { EventHub } from "./event-hub.ts";
import { Failure, failure } from "./failures.ts";
import { INPUT_FAILURES } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { API_HEADERS } from "./security-headers.ts";

/** When a client that was refused should try again. */
const RETRY_AFTER_SECONDS = 5;

const EVENT_STREAM = "text/event-stream; charset=utf-8";

const Query = Type.Object({
  last_event_id: Type.Optional(
    Type.String({
      title: "the id of an event, at most 40 characters",
      description: "As the header Last-Event-ID: send what came after that event.",
      maxLength: 40,
    }),
  ),
});

const Stream = {
  description:
    "Events hello, beat, claims, report, leader and tempo; data is JSON. Begins with hello, which says whether all that was missed follows. docs/events.md describes them.",
  content: { "text/event-stream": { schema: Type.String() } },
};

/** Adds the path. */
export function addEventStream(app: HttpApp, hub: EventHub): void {
  const events = {
    summary: "What happens, as server-sent events",
    querystring: Query,
    response: { 200: Stream, 503: Failure, ...INPUT_FAILURES },
  };
  app.get("/api/v1/events", { schema: events }, async (request, reply) => {
    if (request.method === "HEAD") return reply.type(EVENT_STREAM).send("");
    // An answer that waits for another one on its connection: a stream before it has no end.
    if (reply.raw.socket === null) {
      reply.header("connection", "close");
      return reply
        .code(503)
        .send(failure(503, "Cannot send events: one connection carries one stream; open another"));
    }
    if (!hub.admits()) {
      const { clients, clientsMax } = hub.counts;
      const text = `Cannot send events: ${clients} clients listen already, at most ${clientsMax} may; try again later, or raise --event-clients-max`;
      // Whoever wants only this has no use for the connection, and others have.
      reply.header("connection", "close").header("retry-after", RETRY_AFTER_SECONDS);
      return reply.code(503).send(failure(503, text));
    }
    hub.add(begin(reply), lastIdOf(request, request.query.last_event_id));
    return reply;
  });
  app.addHook("preClose", async () => hub.close());
}

/** An answer without an end, and without chunks: what is written goes out as it is, and the end is that of the connection. */
function begin(reply: FastifyReply): FastifyReply["raw"] {
  reply.hijack();
  const { raw } = reply;
  raw.removeHeader("transfer-encoding");
  raw.writeHead(200, {
    ...API_HEADERS,
    "content-type": EVENT_STREAM,
    // A proxy that gathers a whole answer would never send this one.
    "x-accel-buffering": "no",
    connection: "close",
  });
  return raw;
}

function lastIdOf(request: FastifyRequest, asked: string | undefined): string | undefined {
  const header = request.headers["last-event-id"];
  return typeof header === "string" && header !== "" ? header : asked;
}
