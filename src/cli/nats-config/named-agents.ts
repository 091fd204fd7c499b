/** The agents that get a user: from a list and a file, with everything that is wrong with them. Pure. */
import { ROLES } from "../../nats/rights.ts";

/** As many as anybody would list; their file has some six megabytes. */
export const AGENTS_MAX = 10_000;

/** The longest list of the longest ids, with room for remarks. */
export const AGENTS_FILE_BYTES_MAX = 4 * 1024 * 1024;

/** So many mistakes of one file are shown; who sees them knows what the others are. */
const SHOWN_MAX = 20;

/** As on the wire. */
const AGENT_ID = /^[a-zA-Z0-9_:-]{1,128}$/;

/** Users of their own: an agent of that name could not be told from them. */
const TAKEN = ROLES.filter((role) => role !== "agent") as readonly string[];

export interface NamedAgents {
  /** Each once, in the order in which they were named. */
  readonly agents: readonly string[];
  readonly mistakes: readonly string[];
}

export function namedAgents(
  listed: readonly string[],
  file?: { readonly path: string; readonly text: string },
): NamedAgents {
  const mistakes: string[] = [];
  const agents = new Set(listed);
  let left = 0;
  for (const [at, line] of (file?.text ?? "").split("\n").entries()) {
    const id = line.trim();
    if (id === "" || id.startsWith("#")) continue;
    if (AGENT_ID.test(id)) agents.add(id);
    else if (mistakes.length < SHOWN_MAX)
      mistakes.push(
        `${file?.path} line ${at + 1} is ${JSON.stringify(shortened(id))}, expected 1 to 128 letters, digits, _, : or -`,
      );
    else left += 1;
  }
  if (left > 0) mistakes.push(`${file?.path} has ${left} more lines that are no agent's id`);
  for (const name of TAKEN)
    if (agents.has(name))
      mistakes.push(`the agent ${name} is called as the user of ${name} is, expected another name`);
  if (agents.size > AGENTS_MAX)
    mistakes.push(`${agents.size} agents are named, expected at most ${AGENTS_MAX}`);
  if (agents.size === 0 && mistakes.length === 0)
    mistakes.push("no agent is named, expected --agents or --agents-file");
  return { agents: [...agents], mistakes };
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
