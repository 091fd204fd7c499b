/** What a service says of its own paths: the OpenAPI document, and a short list for people at `/`. */
import Type from "typebox";
import { component, FAILURES } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import {
  type ApiInfo,
  type DeclaredRoute,
  type OpenApiDocument,
  openApiDocument,
  UNDOCUMENTED,
} from "./openapi.ts";

const PathList = component("PathList", "Every path of this service.", {
  title: Type.String(),
  paths: Type.Array(
    Type.Object({ path: Type.String(), text: Type.String({ description: "What it answers." }) }),
  ),
});

const Document = {
  description: "An OpenAPI 3.1 document.",
  content: { "application/json": { schema: Type.Record(Type.String(), Type.Unknown()) } },
};

/** Adds GET /openapi.json and, unless a page has its place, GET /. Must be called before any other route is added. */
export function addSelfDescription(
  app: HttpApp,
  info: ApiInfo,
  { hasIndex }: { readonly hasIndex: boolean },
): void {
  const routes: DeclaredRoute[] = [];
  let made: OpenApiDocument | undefined;
  const document = () => {
    made ??= openApiDocument(info, routes);
    return made;
  };
  app.addHook("onRoute", ({ config, url, method, schema }) => {
    if (config === UNDOCUMENTED) return;
    const methods = [method].flat().filter((one) => one !== "HEAD");
    routes.push(...methods.map((one) => ({ ...schema, url, method: one })));
  });

  const openapi = {
    summary: "This API as an OpenAPI 3.1 document",
    response: { 200: Document, ...FAILURES },
  };
  app.get("/openapi.json", { schema: openapi }, async () => ({ ...document() }));

  if (hasIndex) return;
  const index = { summary: "The paths of this service", response: { 200: PathList, ...FAILURES } };
  app.get("/", { schema: index }, async () => {
    const paths = Object.entries(document().paths);
    return {
      title: info.title,
      paths: paths.map(([path, operations]) => ({ path, text: Object.values(operations)[0]?.summary ?? "" })),
    };
  });
}
