/**
 * The OpenAPI 3.1 document, made from the schemas of the routes: what is not declared there is not documented,
 * and a test holds every answer against it.
 */
import swagger from "@fastify/swagger";
import type { HttpApp } from "./http-app.ts";

export interface ApiInfo {
  readonly title: string;
  /** What the service does, for readers of the document. */
  readonly description: string;
  readonly version: string;
}

/** Collects the routes that are added after it; `app.swagger()` then gives the document. */
export async function addOpenApi(app: HttpApp, info: ApiInfo): Promise<void> {
  await app.register(swagger, {
    openapi: { openapi: "3.1.0", info: { ...info, license: { name: "MIT", identifier: "MIT" } } },
    convertConstToEnum: false,
    // A schema with `$id` becomes a component of that name instead of `def-0`.
    refResolver: { buildLocalReference: (schema) => String(schema.$id) },
    transform: ({ schema, url }) => ({ schema: withMediaTypes(schema), url }),
  });
}

interface Response {
  readonly description?: string;
  readonly content?: unknown;
}

/** Only a schema inside something becomes a component, so each answer is put under its media type. */
function withMediaTypes<Schema extends { readonly response?: unknown } | undefined>(schema: Schema): Schema {
  const responses = Object.entries((schema?.response ?? {}) as Readonly<Record<string, Response>>);
  const response = responses.map(([status, answer]) => {
    if (answer.content !== undefined) return [status, answer];
    const { description = "The answer" } = answer;
    return [status, { description, content: { "application/json": { schema: answer } } }];
  });
  return { ...schema, response: Object.fromEntries(response) };
}
