import fc from "fast-check";
import Type from "typebox";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { damagedMessages } from "../../test/contracts/arbitrary-messages.ts";
import { checks, schemas } from "./generated/message-checks.ts";
import { MESSAGE_SCHEMAS } from "./schema/messages.ts";
import { faultFinderOf } from "./schema-fault.ts";

/** The same schema, compiled now: unknown members are not its business. */
function compiled(kind: keyof typeof MESSAGE_SCHEMAS) {
  const { type, required, properties } = MESSAGE_SCHEMAS[kind];
  return Compile(Type.Unsafe({ type, required, properties }));
}

const ORACLES = { frame: compiled("frame"), claim: compiled("claim"), report: compiled("report") };
const FINDERS = {
  frame: faultFinderOf(schemas.frame),
  claim: faultFinderOf(schemas.claim),
  report: faultFinderOf(schemas.report),
};

/** A damaged message, or anything at all in place of one of its members. */
const values = fc.oneof(
  damagedMessages,
  fc.tuple(damagedMessages, fc.nat(), fc.anything()).map(([[kind, value], place, instead]) => {
    const names = Object.keys(MESSAGE_SCHEMAS[kind].properties);
    const name = names[place % names.length] as string;
    return [kind, { ...(value as object), [name]: instead }] as const;
  }),
);

describe("OBS-003 checks of messages", () => {
  it("generated take exactly what the schemas, compiled now, take", () => {
    fc.assert(
      fc.property(values, ([kind, value]) => {
        expect(checks[kind](value)).toBe(ORACLES[kind].Check(value));
      }),
      { numRuns: 3_000 },
    );
  });

  it("name the same first fault as typebox, in its words", () => {
    fc.assert(
      fc.property(values, ([kind, value]) => {
        const [error] = ORACLES[kind].Errors(value);
        const fault = FINDERS[kind](value);
        expect(fault?.keyword).toBe(error?.keyword);
        if (error === undefined || fault === undefined) return;
        const missing = error.keyword === "required" ? `/${error.params.requiredProperties[0]}` : "";
        expect(fault.pointer).toBe(`${error.instancePath}${missing}`);
        if (error.keyword !== "required" && error.keyword !== "enum")
          expect(fault.expected).toBe(error.message);
      }),
      { numRuns: 3_000 },
    );
  });

  it("refuse a schema that demands what they do not know", () => {
    expect(() => faultFinderOf({ type: "string", contentEncoding: "base64" })).toThrow("contentEncoding");
    expect(() => faultFinderOf({ type: "object", properties: { at: { format: "uri" } } })).toThrow("uri");
    expect(() => faultFinderOf({ type: "null" })).toThrow("null");
  });
});
