/**
 * Transcripts: a scenario and its exact output in one text file.
 *
 * A line that begins with `> ` is a step, one with `#` a remark; what follows a step is what it made appear:
 * `out` on stdout, `err` on stderr, `end` when it came to its end, `srv` and `log` what a server
 * and a log of claims got. Running a file gives its text again; where it
 * does not, the test shows the difference, and `vitest -u` writes what came instead.
 */
import { readFileSync } from "node:fs";

/** A step of a scenario: `> report 1-4 agents=3` has the name `report`, one word and one option. */
export interface Step {
  readonly name: string;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** All that follows the name, as it stands. */
  readonly rest: string;
}

/** Does a step; answers with the lines that it made appear. */
export type Perform = (step: Step) => Promise<readonly string[]>;

/** The text of a file after its steps were done anew. */
export async function retell(path: string, perform: Perform): Promise<string> {
  const told: string[] = [];
  for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) {
    const isStep = line.startsWith("> ");
    if (isStep || line === "" || line.startsWith("#")) told.push(line);
    if (isStep) told.push(...(await perform(stepOf(line.slice(2)))).map((shown) => shown.trimEnd()));
  }
  return `${told.join("\n")}\n`;
}

function stepOf(text: string): Step {
  const [name = "", ...parts] = text.split(" ");
  const rest = text.slice(name.length + 1);
  const options = parts.filter((part) => part.includes("=")).map((part) => part.split(/=(.*)/s).slice(0, 2));
  return {
    name,
    words: parts.filter((part) => !part.includes("=")),
    options: Object.fromEntries(options),
    rest,
  };
}
