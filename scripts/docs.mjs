/**
 * Writes docs/sdk-api.md and the generated tables of docs/operations.md; with `--check` compares them and changes
 * nothing.
 *
 * A table stands between two markers, `<!-- name:begin -->` and `<!-- name:end -->`; everything else in the file
 * is written by hand. Runs after `npm run build`: Node 20 cannot read TypeScript.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { metricsTableMarkdown } from "../dist/runtime/metrics/show.js";
import { settingsTableMarkdown } from "../dist/runtime/settings/show.js";
import { sdkApiMarkdown } from "./sdk-api.mjs";

const TABLES = { settings: settingsTableMarkdown, metrics: metricsTableMarkdown };

const isCheck = process.argv.includes("--check");

function pathOf(name) {
  return fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
}

function textOf(name) {
  return existsSync(pathOf(name)) ? readFileSync(pathOf(name), "utf8") : "";
}

function settle(name, text) {
  if (text === textOf(name)) return;
  if (isCheck) {
    console.error(`docs/${name} differs from the code: run "npm run generate" and commit the result`);
    process.exitCode = 1;
  } else {
    writeFileSync(pathOf(name), text);
    console.log(`wrote docs/${name}`);
  }
}

function operations() {
  let text = textOf("operations.md");
  for (const [name, tableMarkdown] of Object.entries(TABLES)) {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) {
      console.error(`docs/operations.md has no place for the ${name}: expected ${begin} and ${end} in it`);
      process.exit(1);
    }
    text = `${text.slice(0, from + begin.length)}\n\n${tableMarkdown()}\n\n${text.slice(to)}`;
  }
  return text;
}

settle("operations.md", operations());
settle("sdk-api.md", await sdkApiMarkdown());
