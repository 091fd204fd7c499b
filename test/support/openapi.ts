/** Answers held against an OpenAPI document, more strictly than the document is: no undeclared member passes. */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Answer } from "./http-api.ts";

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly unknown[];
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, unknown>> }>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** What is wrong with an answer of a declared path to GET; empty if the document declares it just so. */
export type Judge = (path: string, answer: Answer) => readonly string[];

/** A judge of answers by this document. */
export function judgeOf(document: OpenApiDocument): Judge {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
  addFormats.default(ajv);
  ajv.addVocabulary(Object.keys(document));
  ajv.addSchema(closed(document) as object, "api");

  return (path, { status, headers, text }) => {
    const mediaType = String(headers["content-type"]).split(";")[0] ?? "";
    const responses = document.paths[path]?.get?.responses ?? {};
    const declared = String(status) in responses ? String(status) : "default";
    if (responses[declared]?.content[mediaType] === undefined)
      return [`${path} declares no ${mediaType} for ${status}`];
    const steps = ["paths", path, "get", "responses", declared, "content", mediaType, "schema"];
    const pointer = steps.map((step) => step.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
    const check = ajv.compile({ $ref: `api#/${pointer}` });
    check(mediaType === "application/json" ? JSON.parse(text) : text);
    return (check.errors ?? []).map((error) => `${path} ${status} ${error.instancePath} ${error.message}`);
  };
}

/** A copy in which no object schema with named members takes others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closed(part)]));
  return copy.type === "object" && copy.properties !== undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}
