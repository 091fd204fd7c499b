/** Ids for agents and tasks that were not named: made from what the machine and the command are called. Pure. */
import { basename } from "node:path";

/** As on the wire. */
const ID_CHARACTERS_MAX = 128;
const NOT_IN_ID = /[^a-zA-Z0-9_:-]+/g;

/** `claim:<host>`. */
export function agentIdOfHost(prefix: string, host: string): string {
  return idFrom(`${prefix}:${host}`);
}

/** `exec:<host>-<process id>`: unique on a machine while the process lives. */
export function agentIdOfProcess(
  prefix: string,
  process: { readonly host: string; readonly pid: number },
): string {
  const ending = `-${process.pid}`;
  return idFrom(`${prefix}:${process.host}`).slice(0, ID_CHARACTERS_MAX - ending.length) + ending;
}

/** The name of a command without its folder: `./backup.sh` is `backup-sh`. */
export function taskIdOf(command: string): string {
  return idFrom(basename(command), "command");
}

/** Any text as an id: what does not belong there becomes a dash. `fallback` where nothing is left. */
function idFrom(text: string, fallback = "unnamed"): string {
  const id = text.replaceAll(NOT_IN_ID, "-").replaceAll(/^-+|-+$/g, "");
  return id.slice(0, ID_CHARACTERS_MAX) || fallback;
}
