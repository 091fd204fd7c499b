import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bodyOf, disagreements, type Sample, samples } from "../../schemas/conformance.mjs";
import {
  BENDS,
  createDecoder,
  type MessageKind,
  REFUSAL_REASONS,
  Refusal,
} from "../../src/contracts/decode.ts";
import { SCHEMA_VERSION } from "../../src/contracts/schema/fields.ts";

const folder = fileURLToPath(new URL("../../schemas/samples/", import.meta.url));

const KIND_OF: Readonly<Record<Sample["kind"], MessageKind>> = {
  beatframe: "frame",
  statusclaim: "claim",
  barreport: "report",
};

const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.includes(".json"),
);

describe("INT-001 golden samples", () => {
  it("are all in the index, and the index names nothing else", () => {
    expect(samples.map(({ file }) => file).sort()).toEqual(
      files.filter((name) => name !== "index.json").sort(),
    );
    const index = JSON.parse(readFileSync(`${folder}index.json`, "utf8"));
    expect(index.schema_version).toBe(SCHEMA_VERSION);
  });

  it.each(Object.keys(KIND_OF))(
    "of %s are at least 12 valid and 12 invalid ones, in their folders",
    (kind) => {
      for (const valid of [true, false]) {
        const some = samples.filter((sample) => sample.kind === kind && sample.valid === valid);
        expect(some.length).toBeGreaterThanOrEqual(12);
        for (const { file } of some) expect(file).toMatch(`${kind}/${valid ? "valid" : "invalid"}/`);
      }
    },
  );

  it.each(samples)("$file is read strictly as the index says", (sample) => {
    const decoder = createDecoder({ mode: "strict" });
    for (const outcome of [decoder[KIND_OF[sample.kind]](bodyOf(sample)), decoder.message(bodyOf(sample))]) {
      expect(outcome instanceof Refusal).toBe(!sample.valid);
      if (sample.valid) continue;
      expect(REFUSAL_REASONS).toContain(sample.reason);
      expect(outcome).toMatchObject({ reason: sample.reason, member: sample.member });
    }
  });

  it.each(samples)("$file is read leniently as the index says", (sample) => {
    const decoder = createDecoder();
    const outcome = decoder[KIND_OF[sample.kind]](bodyOf(sample));
    expect(outcome instanceof Refusal).toBe(!sample.valid && sample.lenient === "refused");
    expect(BENDS.filter((bend) => decoder.bends[bend] > 0)).toEqual(sample.bends ?? []);
  });
});

describe("INT-001 disagreements", () => {
  it.each(["strict", "lenient"] as const)("finds none with our own decoder, %s", async (mode) => {
    const decoder = createDecoder({ mode });
    expect(await disagreements((body) => !(decoder.message(body) instanceof Refusal), { mode })).toEqual([]);
  });

  it("names every sample that a reader judges otherwise", async () => {
    const invalid = samples.filter(({ valid }) => !valid);
    expect(await disagreements(() => true)).toEqual(
      invalid.map(({ file }) => ({ file, expected: "refused", observed: "accepted" })),
    );
  });

  it("takes a reader that throws, or answers later, at its word", async () => {
    const valid = samples.filter(({ valid }) => valid).map(({ file }) => file);
    const thrower = await disagreements(() => {
      throw new Error("unreadable");
    });
    expect(thrower.map(({ file }) => file)).toEqual(valid);
    expect(await disagreements(async (_body, sample) => sample.valid)).toEqual([]);
  });
});
