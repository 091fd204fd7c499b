/**
 * What every HTTP service here has in common: limits, JSON failures, 404 and 405, checked input, security
 * headers, an OpenAPI document. Opens no socket (listen.ts does) and knows no service.
 *
 * Bodies are written by `JSON.stringify`: Fastify's generated writers leave out undeclared members without a
 * word. That bodies fit their schemas is held by their types and by tests.
 */
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyTypeProvider,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from "fastify";
import type Type from "typebox";
import type { Log } from "../ports.ts";
import { answerClientError } from "./client-failure.ts";
import { addFailureHandler, sendFrameworkFailure } from "./failures.ts";
import { addInputCheck } from "./input-check.ts";
import { HTTP_LIMITS, type HttpLimits, serverOptions } from "./limits.ts";
import { addMethodGate } from "./method-gate.ts";
import type { ApiInfo } from "./openapi.ts";
import { addPages, type Pages } from "./pages.ts";
import { harden } from "./security-headers.ts";
import { addSelfDescription } from "./self-description.ts";

/** Lets Fastify's types see what a TypeBox schema says. */
interface SchemaTypes extends FastifyTypeProvider {
  readonly validator: this["schema"] extends Type.TSchema ? Type.Static<this["schema"]> : unknown;
  readonly serializer: this["schema"] extends Type.TSchema ? Type.Static<this["schema"]> : unknown;
}

/** A service that can be asked with `inject()`, or listen. Handlers see what their schemas say. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  SchemaTypes
>;

export interface HttpAppOptions {
  readonly log: Log;
  /** What differs from {@link HTTP_LIMITS}. */
  readonly limits?: Partial<HttpLimits>;
  /** What is shown at `/` in place of the list of paths. */
  readonly pages?: Pages | undefined;
}

/** In place of Fastify's own, which are loaded and compiled at start: input is checked in input-check.ts. */
const COMPILERS = {
  // Typed as if only Ajv could check.
  buildValidator: (() => () => () => true) as never,
  buildSerializer: () => () => (body: unknown) => JSON.stringify(body),
};

/** An app whose only paths describe it. */
export function createHttpApp(info: ApiInfo, options: HttpAppOptions): HttpApp {
  const app: HttpApp = Fastify({
    ...serverOptions({ ...HTTP_LIMITS, ...options.limits }),
    // An open event stream must not hold up the end of the process.
    forceCloseConnections: true,
    // While it closes, a request is answered as ever or cut: no third kind of failure.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => sendFrameworkFailure(error, reply),
    schemaController: { compilersFactory: COMPILERS },
  }).withTypeProvider<SchemaTypes>();

  app.addHook("onRequest", async (_request, reply) => void harden(reply));
  addFailureHandler(app, options.log);
  addMethodGate(app);
  addInputCheck(app);
  addSelfDescription(app, info, { hasIndex: options.pages !== undefined });
  if (options.pages !== undefined) addPages(app, options.pages);
  return app;
}
