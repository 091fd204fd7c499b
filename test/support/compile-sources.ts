/** Compiles what tests and benches run as JavaScript in processes of their own, once for a whole run; see compiled.ts. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

export default function compileSources(): void {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  // Type errors are the type check's business: the JavaScript is written all the same.
  spawnSync(process.execPath, [compiler, "-p", join(ROOT, "tsconfig.bench.json")], { cwd: ROOT });
}
