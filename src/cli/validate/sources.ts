/**
 * What is named on the command line, as things to read. Every mistake is collected; none ends the search.
 *
 * Directories are searched to any depth, in the order of names; a directory that links to itself is entered once.
 * Names are held, contents are not.
 */
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { BackbeatError, messageOf } from "../../errors.ts";
import type { Layout } from "./splitter.ts";

/** Something to read messages from. */
export interface Source {
  readonly name: string;
  readonly layout: Layout;
  /** Begins to read; to be called once. @throws BackbeatError `bad-file`, while reading */
  open(): AsyncIterable<Uint8Array>;
}

export interface Sources {
  readonly sources: readonly Source[];
  /** Sentences for people; whoever reads the sources adds what is wrong with those. */
  readonly mistakes: string[];
}

const LAYOUTS: ReadonlyMap<string, Layout> = new Map([
  [".json", "detect"],
  [".jsonl", "lines"],
  [".ndjson", "lines"],
]);

/** Files and directories by their names; `-` is standard input. */
export async function sourcesOf(
  names: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<Sources> {
  const search = new Search(stdin);
  for (const name of names) await search.add(name);
  if (search.sources.length + search.mistakes.length === 0)
    search.mistakes.push(cannot("", `there is nothing to read, ${EXPECTED}`));
  return search;
}

/** The one wording of every mistake. */
export function cannot(name: string, why: string): string {
  return `Cannot validate${name === "" ? "" : ` ${name}`}: ${why}`;
}

const EXPECTED = "expected files, directories or - for standard input";

class Search implements Sources {
  readonly sources: Source[] = [];
  readonly mistakes: string[] = [];
  readonly #stdin: AsyncIterable<Uint8Array>;
  readonly #seen = new Set<string>();

  constructor(stdin: AsyncIterable<Uint8Array>) {
    this.#stdin = stdin;
  }

  async add(name: string): Promise<void> {
    if (name === "-") {
      if (!this.#isNew("-")) return;
      this.sources.push({ name: "stdin", layout: "detect", open: () => readable(this.#stdin) });
      return;
    }
    try {
      if (!(await stat(name)).isDirectory()) this.#addFile(name);
      else await this.#addDirectory(name);
    } catch (cause) {
      this.#unreadable(name, cause);
    }
  }

  #addFile(name: string): void {
    if (!this.#isNew(resolve(name))) return;
    const layout = LAYOUTS.get(extname(name)) ?? "detect";
    this.sources.push({ name, layout, open: () => readable(createReadStream(name)) });
  }

  async #addDirectory(name: string): Promise<void> {
    const found = await this.#walk(name);
    const endings = [...LAYOUTS.keys()].join(", ");
    if (found === 0) this.mistakes.push(cannot(name, `it holds no file to read, expected ${endings} in it`));
  }

  /** How many files of ours a directory holds, at any depth; one that was entered before counts as one. */
  async #walk(directory: string): Promise<number> {
    if (!this.#isNew(`${await realpath(directory)}/`)) return 1;
    let found = 0;
    for (const entry of (await readdir(directory)).sort()) {
      const name = join(directory, entry);
      const kind = await this.#kindOf(name);
      if (kind === "directory")
        found += await this.#walk(name).catch((cause) => this.#unreadable(name, cause));
      if (kind !== "file" || !LAYOUTS.has(extname(name))) continue;
      found += 1;
      this.#addFile(name);
    }
    return found;
  }

  /** One mistake for a name; it counts as found, so that it is not also said to be missing. */
  #unreadable(name: string, cause: unknown): 1 {
    this.mistakes.push(cannot(name, `${reasonOf(cause)}, ${EXPECTED}`));
    return 1;
  }

  async #kindOf(name: string): Promise<"file" | "directory" | "other"> {
    try {
      const found = await stat(name);
      if (found.isDirectory()) return "directory";
      return found.isFile() ? "file" : "other";
    } catch (cause) {
      this.#unreadable(name, cause);
      return "other";
    }
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}

async function* readable(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    throw new BackbeatError("bad-file", reasonOf(cause), { cause });
  }
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "it may not be read"],
  ["EPERM", "it may not be read"],
]);

/** Why something could not be read, in words. */
function reasonOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return REASONS.get(code) ?? messageOf(cause);
}
