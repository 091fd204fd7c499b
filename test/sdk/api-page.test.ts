/** The page that is made from docstrings, by its scripts: on a door of its own, and on the real one. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const run = promisify(execFile);
const ROOT = new URL("../../", import.meta.url);

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-api-page-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The page of a door; default: the real one, as it was built. */
async function pageOf(files?: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files ?? {})) writeFileSync(join(dir, name), text);
  const door =
    files === undefined ? "" : `new URL(${JSON.stringify(pathToFileURL(join(dir, "index.d.ts")).href)})`;
  const code = `import { sdkApiMarkdown } from "./scripts/sdk-api.mjs"; console.log(await sdkApiMarkdown(${door}));`;
  const args = ["--input-type=module", "-e", code];
  return (await run(process.execPath, args, { cwd: ROOT, maxBuffer: 4 * 1024 * 1024 })).stdout;
}

describe("scripts/sdk-api.mjs", () => {
  it("has a section for everything that the real door exports, and is the same each time", async () => {
    const page = await pageOf();
    const { stdout } = await run(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        'console.log(Object.keys(await import("@chorus-services/backbeat/sdk")).join())',
      ],
      { cwd: ROOT },
    );
    const names = stdout.trim().split(",");
    expect(names).toContain("connectAgent");
    for (const name of [...names, "Agent", "StatusClaim"]) expect(page).toContain(`\n### ${name}\n`);
    expect(page).toContain("| `agent_id` | yes |");
    expect(await pageOf()).toBe(page);
  });

  it("shows signatures, overloads, members and what is said of them, and leaves out what is private", async () => {
    const page = await pageOf({
      "index.d.ts":
        'export { Box, make, type Word } from "./box.ts";\nexport type { Shape as Form } from "./shape.ts";\n',
      "box.d.ts": [
        'import { type Size } from "./shape.ts";',
        "/** Holds\n * things, see {@link make}.\n *\n * And more. */",
        "export declare class Box extends Array<Size> {",
        "    #private;",
        "    /** How many.\n     * @throws BackbeatError `stopped`\n     */",
        "    count(of: {\n        readonly what: string;\n    }): number;",
        "    private hidden;",
        "}",
        "/**\n * Makes one.\n * @param size how big\n */",
        "export declare function make(size: number): Box;",
        "export declare function make(size: string): Box;",
        `export type Word = ${Array.from({ length: 20 }, (_, at) => `"word-${at}"`).join(" | ")};`,
      ].join("\n"),
      "shape.d.ts":
        "export interface Shape {\n    readonly size: Size;\n}\n/** In beats. */\nexport interface Size {\n    readonly beats: number;\n}\n",
    });
    expect(page).toContain(
      "### Box\n\n```ts\nclass Box extends Array<Size>\n```\n\nHolds things, see `make`.\n\nAnd more.\n",
    );
    expect(page).toContain(
      "- `count(of: { readonly what: string }): number`\n  <br>How many.\n  - Throws BackbeatError `stopped`\n",
    );
    expect(page).not.toMatch(/private/);
    expect(page).toContain(
      "function make(size: number): Box;\nfunction make(size: string): Box;\n```\n\nMakes one.\n\n- `size`: how big\n",
    );
    expect(page).toContain('type Word =\n  | "word-0"\n');
    expect(page).toContain("### Form\n\n```ts\ninterface Shape\n```\n");
    expect(page).toMatch(
      /## Types that are spoken of, and not exported\n\n### Size\n\n```ts\ninterface Size\n```\n\nIn beats\./,
    );
  });

  it("a form of export that it does not know is an error, not a gap", async () => {
    await expect(pageOf({ "index.d.ts": "declare const x = 1;\nexport default x;\n" })).rejects.toThrow(
      /an export of the form ExportDefaultDeclaration is not known here/,
    );
    await expect(
      pageOf({ "index.d.ts": 'export { gone } from "./a.ts";\n', "a.d.ts": "export {};\n" }),
    ).rejects.toThrow(/\.\/a\.ts has no gone/);
  });
});
