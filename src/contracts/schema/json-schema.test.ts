import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { schemaFiles } from "./json-schema.ts";

describe("INT-001 schemaFiles", () => {
  it.each([...schemaFiles()])("%s stands in schemas/ as it is generated", (name, text) => {
    const published = readFileSync(new URL(`../../../schemas/${name}`, import.meta.url), "utf8");
    expect(published, 'run "npm run generate"').toBe(text);
  });

  it("prints the largest beat index exactly", () => {
    const indexes = [...schemaFiles().values()].flatMap((text) => text.match(/"maximum": 9\d+/g) ?? []);
    expect(indexes).toEqual(Array.from({ length: 4 }, () => '"maximum": 9223372036854775807'));
  });

  it("prints steps of a tenth for the tempo and closes the root of each message", () => {
    expect(schemaFiles().get("beatframe-v1.schema.json")).toContain('"multipleOf": 0.1');
    for (const text of schemaFiles().values()) {
      expect(JSON.parse(text)).toMatchObject({
        $schema: "http://json-schema.org/draft-07/schema#",
        additionalProperties: false,
      });
    }
  });
});
