/**
 * Writes the published schemas from those in the code; with `--check` compares them and changes nothing.
 *
 * Runs after `npm run build`: Node 20 cannot read TypeScript.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { schemaFiles } from "../dist/contracts/json-schema.js";

const folder = fileURLToPath(new URL("../schemas/", import.meta.url));

function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause.code === "ENOENT") return undefined;
    throw cause;
  }
}

const stale = [...schemaFiles()].filter(([name, text]) => textOf(join(folder, name)) !== text);

if (process.argv.includes("--check")) {
  for (const [name] of stale)
    console.error(`schemas/${name} differs from src/contracts: run "npm run schemas" and commit the result`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of stale) {
    writeFileSync(join(folder, name), text);
    console.log(`wrote schemas/${name}`);
  }
}
