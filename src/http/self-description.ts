/** What a service says of its own paths: the OpenAPI document, and a short list for people at `/`. */
import Type from "typebox";
import { component, FAILURES } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";

const PathList = component("PathList", "Every path of this service.", {
  service: Type.String(),
  paths: Type.Array(
    Type.Object({ path: Type.String(), text: Type.String({ description: "What it answers." }) }),
  ),
});

const Document = {
  description: "An OpenAPI 3.1 document",
  content: { "application/json": { schema: Type.Record(Type.String(), Type.Unknown()) } },
};

/** Adds GET /openapi.json and GET /. */
export function addSelfDescription(app: HttpApp, service: string): void {
  const openapi = {
    summary: "This API as an OpenAPI 3.1 document",
    response: { 200: Document, ...FAILURES },
  };
  app.get("/openapi.json", { schema: openapi }, async () => ({ ...app.swagger() }));

  const index = { summary: "The paths of this service", response: { 200: PathList, ...FAILURES } };
  app.get("/", { schema: index }, async () => {
    const paths = Object.entries(app.swagger().paths ?? {});
    return {
      service,
      paths: paths.map(([path, item]) => ({ path, text: item?.get?.summary ?? "" })),
    };
  });
}
