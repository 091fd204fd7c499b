/**
 * Writes the generated tables of docs/operations.md; with `--check` compares them and changes nothing.
 *
 * A table stands between two markers, `<!-- name:begin -->` and `<!-- name:end -->`; everything else in the file
 * is written by hand. Runs after `npm run build`: Node 20 cannot read TypeScript.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { metricsTableMarkdown } from "../dist/runtime/metrics/show.js";
import { settingsTableMarkdown } from "../dist/runtime/settings/show.js";

const TABLES = { settings: settingsTableMarkdown, metrics: metricsTableMarkdown };

const file = fileURLToPath(new URL("../docs/operations.md", import.meta.url));
const before = readFileSync(file, "utf8");
let after = before;
for (const [name, tableMarkdown] of Object.entries(TABLES)) {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [after.indexOf(begin), after.indexOf(end)];
  if (from < 0 || to < from) {
    console.error(`docs/operations.md has no place for the ${name}: expected ${begin} and ${end} in it`);
    process.exit(1);
  }
  after = `${after.slice(0, from + begin.length)}\n\n${tableMarkdown()}\n\n${after.slice(to)}`;
}

if (after !== before) {
  if (process.argv.includes("--check")) {
    console.error('docs/operations.md differs from the code: run "npm run generate" and commit the result');
    process.exitCode = 1;
  } else {
    writeFileSync(file, after);
    console.log("wrote docs/operations.md");
  }
}
