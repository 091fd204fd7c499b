/**
 * The three schemas as the files that other projects read (INT-001): JSON Schema draft-07, generated, never
 * edited by hand.
 */
import { BarReportSchema } from "./bar-report.ts";
import { BeatFrameSchema } from "./beat-frame.ts";
import { BEAT_INDEX_MAX } from "./fields.ts";
import { StatusClaimSchema } from "./status-claim.ts";

const DRAFT_07 = "http://json-schema.org/draft-07/schema#";

/** 2^63−1: as a JavaScript number it would be printed rounded. */
const BEAT_INDEX_MAX_TEXT = "9223372036854775807";

/** File names below `schemas/` and what stands in them. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["beatframe-v1.schema.json", draft07(BeatFrameSchema)],
    ["statusclaim-v1.schema.json", draft07(StatusClaimSchema)],
    ["barreport-v1.schema.json", draft07(BarReportSchema)],
  ]);
}

/** Members in the order in which people read them, after those that say what the file is. */
function draft07(schema: object): string {
  const { type, required, properties, ...head } = schema as Record<string, unknown>;
  const { additionalProperties, ...names } = head;
  const file = { $schema: DRAFT_07, ...names, type, required, properties, additionalProperties };
  const text = JSON.stringify(file, undefined, 2);
  return `${text.replaceAll(String(BEAT_INDEX_MAX), BEAT_INDEX_MAX_TEXT)}\n`;
}
