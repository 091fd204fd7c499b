/**
 * Unknown paths and wrong methods, answered before a body is read: 404, or 405 with `Allow`.
 *
 * Fastify knows only "no route"; which methods a path has is learnt here as routes are added, so no path has
 * to be declared twice. Knows paths with `:values`, not with wildcards.
 */
import { failure } from "./failures.ts";
import type { HttpApp } from "./http-app.ts";

/** Installs the gate. Must be called before the first route is added. */
export function addMethodGate(app: HttpApp): void {
  const methodsOf = new Map<string, Set<string>>();

  app.addHook("onRoute", ({ url, method }) => {
    methodsOf.set(url, new Set([...(methodsOf.get(url) ?? []), ...[method].flat()]));
  });

  app.addHook("onRequest", async (request, reply) => {
    if (!request.is404) return;
    // A body may follow, of any length: it is not worth reading to its end.
    if (request.method !== "GET" && request.method !== "HEAD") reply.header("connection", "close");
    const path = request.url.split("?", 1)[0] ?? "";
    const known = [...methodsOf].find(([url]) => fits(url.split("/"), path.split("/")));
    if (known === undefined)
      return reply.code(404).send(failure(404, "Cannot answer: there is no such path; GET / lists them all"));
    const allow = [...known[1]].sort().join(", ");
    const text = `Cannot answer: this method is not known here, expected one of ${allow}`;
    return reply.code(405).header("allow", allow).send(failure(405, text));
  });
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, place) => part.startsWith(":") || part === path[place])
  );
}
