/**
 * Writes what is generated, where it is not what stands there; with `--check` compares it and changes nothing.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isCheck = process.argv.includes("--check");

/** What stands in a file of the project; empty where there is none. */
export function textOf(name) {
  const path = join(root, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Makes the file hold the text, or says that it does not. */
export function settle(name, text) {
  if (text === textOf(name)) return;
  if (isCheck) {
    console.error(`${name} differs from the code: run "npm run generate" and commit the result`);
    process.exitCode = 1;
    return;
  }
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${name}`);
}
