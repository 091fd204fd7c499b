/**
 * Who may change something: whoever has the admin token where one is set, else only programs on this machine.
 *
 * A web page that a browser on this machine shows is none of them: a request that names a page of another origin is
 * refused, and so is one that was sent to a name that is not this machine's loopback.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { failure } from "./failures.ts";
import { isLoopback } from "./listen.ts";

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Whether a token is the admin's; compares in a time that says nothing about where it differs. */
export type AdminCheck = (token: string) => boolean;

/** A check to run before a changing route; answers 401 or 403 itself. */
export function adminOnly(isAdmin: AdminCheck | undefined) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (isAdmin !== undefined) {
      const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
      if (given !== undefined && isAdmin(given)) return undefined;
      const text =
        "Cannot change anything: the admin token is missing or wrong, expected Authorization: Bearer <token>";
      return reply.code(401).header("www-authenticate", "Bearer").send(failure(401, text));
    }
    const { host = "", origin } = request.headers;
    const isOwnPage = origin === undefined || origin === `http://${host}`;
    if (isLoopback(request.socket.remoteAddress ?? "") && LOOPBACK_HOST.test(host) && isOwnPage)
      return undefined;
    const text =
      "Cannot change anything from here: no admin token is set, so only this machine may; set --admin-token";
    return reply.code(403).send(failure(403, text));
  };
}
