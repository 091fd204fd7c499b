/** Prints the slowest tests of a run, from the file that vitest's JSON reporter wrote: `slowest-tests.mjs FILE`. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const SHOWN = 5;

const { testResults } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const tests = testResults.flatMap(({ assertionResults, name }) =>
  assertionResults.map(({ duration = 0, fullName }) => ({ file: relative("", name), fullName, duration })),
);
tests.sort((one, other) => other.duration - one.duration);
console.log(`The ${SHOWN} slowest of ${tests.length} tests:`);
for (const { duration, file, fullName } of tests.slice(0, SHOWN))
  console.log(`${(duration / 1_000).toFixed(1).padStart(7)} s  ${file}: ${fullName}`);
