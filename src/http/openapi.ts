/**
 * The OpenAPI 3.1 document, made from the schemas that the routes are declared with: TypeBox schemas are JSON
 * Schema already, so only their places change. What is not declared is not documented, and tests hold every
 * answer against the document.
 */

/** What a route declares. A schema with `$id` becomes a component of that name. */
export interface DeclaredRoute {
  /** As Fastify writes it, with `:name` for values. */
  readonly url: string;
  readonly method: string;
  readonly summary?: string;
  /** Object schemas, one member per parameter. */
  readonly params?: unknown;
  readonly querystring?: unknown;
  /** An object schema of JSON. */
  readonly body?: unknown;
  /** By status: a schema of JSON, or `description` and `content` by media type. */
  readonly response?: unknown;
}

/** Configuration of a route that is not documented, as a picture of a page. */
export const UNDOCUMENTED = { isDocumented: false } as const;

export interface ApiInfo {
  readonly title: string;
  /** What the service does, for readers of the document. */
  readonly description: string;
  readonly version: string;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string }>>>>;
  readonly components: { readonly schemas: object };
}

type Members = Readonly<Record<string, unknown>>;

/** The document of these routes. */
export function openApiDocument(info: ApiInfo, routes: readonly DeclaredRoute[]): OpenApiDocument {
  const components = new Map<string, Members>();
  const paths: Record<string, Record<string, { readonly summary?: string }>> = {};
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, "{$1}");
    const operation = hoisted(operationOf(route), components) as Members;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: { ...info, license: { name: "MIT", identifier: "MIT" } },
    paths,
    components: { schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

function operationOf({ body, summary, params, querystring, response }: DeclaredRoute): Members {
  const responses = Object.entries((response ?? {}) as Readonly<Record<string, Members>>);
  return {
    summary,
    parameters: [...parametersOf(params, "path"), ...parametersOf(querystring, "query")],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: Object.fromEntries(responses.map(([status, answer]) => [status, responseOf(answer)])),
  };
}

function parametersOf(schema: unknown, place: "path" | "query"): readonly Members[] {
  const { properties = {} } = (schema ?? {}) as { readonly properties?: Readonly<Record<string, Members>> };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path",
    description,
    schema: rest,
  }));
}

function responseOf(answer: Members): Members {
  if (answer.content !== undefined) return answer;
  return { description: answer.description, content: { "application/json": { schema: answer } } };
}

/** A copy in which each schema with `$id` is a reference; the schemas themselves go to `components`. */
function hoisted(value: unknown, components: Map<string, Members>): unknown {
  if (Array.isArray(value)) return value.map((part) => hoisted(part, components));
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [name, hoisted(part, components)] as const);
  const { $id, ...copy } = Object.fromEntries(parts) as Members;
  if (typeof $id !== "string") return copy;
  components.set($id, copy);
  return { $ref: `#/components/schemas/${$id}` };
}
