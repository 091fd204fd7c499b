import Type from "typebox";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "./openapi.ts";

const INFO = { title: "Test", description: "For tests.", version: "1.2.3" };

const Inner = Type.Object({ a: Type.String() }, { $id: "Inner", description: "Inside." });
const Outer = Type.Object(
  { inner: Inner, list: Type.Array(Inner) },
  { $id: "Outer", description: "Around." },
);

describe("openApiDocument", () => {
  it("makes a component of each schema with an id, and references to it", () => {
    const route = { url: "/a", method: "GET", summary: "A", response: { 200: Outer, default: Inner } };
    const { paths, components } = openApiDocument(INFO, [route]);
    const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(components.schemas).toEqual({
      Inner: {
        type: "object",
        required: ["a"],
        properties: { a: { type: "string" } },
        description: "Inside.",
      },
      Outer: {
        type: "object",
        required: ["inner", "list"],
        properties: { inner: reference("Inner"), list: { type: "array", items: reference("Inner") } },
        description: "Around.",
      },
    });
    expect(paths["/a"]?.get).toEqual({
      summary: "A",
      parameters: [],
      responses: {
        200: { description: "Around.", content: { "application/json": { schema: reference("Outer") } } },
        default: { description: "Inside.", content: { "application/json": { schema: reference("Inner") } } },
      },
    });
  });

  it("takes path values and query parameters from their schemas", () => {
    const params = Type.Object({ id: Type.String({ description: "Which." }) });
    const querystring = Type.Object({ limit: Type.Optional(Type.Integer({ description: "How many." })) });
    const route = { url: "/a/:id/b", method: "GET", params, querystring };
    const operation = openApiDocument(INFO, [route]).paths["/a/{id}/b"]?.get;
    expect(operation).toMatchObject({
      parameters: [
        { name: "id", in: "path", required: true, description: "Which.", schema: { type: "string" } },
        {
          name: "limit",
          in: "query",
          required: false,
          description: "How many.",
          schema: { type: "integer" },
        },
      ],
    });
  });

  it("puts the methods of one path together and leaves other media types as they are", () => {
    const text = { description: "Text.", content: { "text/plain": { schema: Type.String() } } };
    const routes = ["GET", "PUT"].map((method) => ({ url: "/a", method, response: { 200: text } }));
    const { paths } = openApiDocument(INFO, routes);
    expect(Object.keys(paths["/a"] ?? {})).toEqual(["get", "put"]);
    expect(paths["/a"]?.put).toMatchObject({ responses: { 200: text } });
  });

  it("does not change the schemas of the routes", () => {
    const before = structuredClone(Outer);
    openApiDocument(INFO, [{ url: "/a", method: "GET", response: { 200: Outer } }]);
    expect(structuredClone(Outer)).toEqual(before);
  });
});
