import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disagreements, type Sample, samples } from "../../schemas/conformance.mjs";
import { createDecoder, type MessageKind, Refusal } from "../../src/contracts/decode.ts";
import { bodyOf, damagedMessages, messages } from "./arbitrary-messages.ts";

/** A validator of another make, of draft-07. Its tolerance for multiples is a setting. */
const ajv = new Ajv({ strict: true, allErrors: false, multipleOfPrecision: 6 });
addFormats.default(ajv);

const published = (name: Sample["kind"]): object =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}-v1.schema.json`, import.meta.url), "utf8"));

const SCHEMAS = {
  frame: published("beatframe"),
  claim: published("statusclaim"),
  report: published("barreport"),
};

const VALIDATORS: Readonly<Record<MessageKind, ValidateFunction>> = {
  frame: ajv.compile(SCHEMAS.frame),
  claim: ajv.compile(SCHEMAS.claim),
  report: ajv.compile(SCHEMAS.report),
};

const KIND_OF = { beatframe: "frame", statusclaim: "claim", barreport: "report" } as const;

describe("INT-001 published schemas", () => {
  it.each(Object.entries(SCHEMAS))("the one of a %s is valid draft-07", (_kind, schema) => {
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
  });

  it("say of every golden sample what the index says", async () => {
    expect(samples.length).toBeGreaterThan(72);
    const accepts = (body: Uint8Array, { kind }: Sample) =>
      VALIDATORS[KIND_OF[kind]](JSON.parse(new TextDecoder().decode(body)));
    expect(await disagreements(accepts, { mode: "schema" })).toEqual([]);
  });

  it("take every valid message", () => {
    fc.assert(
      fc.property(messages, ([kind, message]) => {
        const read = JSON.parse(JSON.stringify(message));
        expect(VALIDATORS[kind](read), ajv.errorsText(VALIDATORS[kind].errors)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("agree with the strict decoder on damaged messages, but for the limit of 2^53-1", () => {
    const decoder = createDecoder({ mode: "strict" });
    fc.assert(
      fc.property(damagedMessages, ([kind, value]) => {
        const outcome = decoder[kind](bodyOf(value));
        if (outcome instanceof Refusal && outcome.reason === "beat-index-too-large") return;
        const read = JSON.parse(JSON.stringify(value));
        expect(VALIDATORS[kind](read)).toBe(!(outcome instanceof Refusal));
      }),
      { numRuns: 5_000 },
    );
  });
});
