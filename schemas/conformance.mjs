/**
 * An importable test: does a reader of BACKBEAT's messages agree with the golden samples?
 *
 * Plain JavaScript without a test framework; call it from the tests of any project.
 */
import { readFileSync } from "node:fs";

const folder = new URL("samples/", import.meta.url);

/** Every golden sample, as samples/index.json lists it. */
export const samples = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")).samples;

/** The bytes of a sample's one message. */
export function bodyOf(sample) {
  return readFileSync(new URL(sample.file, folder));
}

/**
 * The samples that a reader judges otherwise than BACKBEAT does; none when it conforms. `accepts` gets the bytes
 * and the sample, and answers whether it takes the message; throwing counts as refusing.
 *
 * `mode`: `strict` (default) is the schema and the limits beyond it; `lenient` is how BACKBEAT reads in
 * production; `schema` is what a validator of the JSON Schema alone can know.
 */
export async function disagreements(accepts, { mode = "strict" } = {}) {
  const found = [];
  for (const sample of samples) {
    if (mode === "schema" && sample.beyond_schema === true) continue;
    const expected = sample.valid || (mode === "lenient" && sample.lenient === "accepted");
    const observed = await judged(accepts, sample);
    if (observed !== expected) found.push({ file: sample.file, expected: word(expected), observed: word(observed) });
  }
  return found;
}

async function judged(accepts, sample) {
  try {
    return (await accepts(bodyOf(sample), sample)) === true;
  } catch {
    return false;
  }
}

function word(accepted) {
  return accepted ? "accepted" : "refused";
}
