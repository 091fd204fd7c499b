/**
 * Programs on a machine that may be busy: how long they wait for what will come, and what they say only because
 * something takes long.
 */
import { DEADLINE_MS } from "./wait-for.ts";

/** Flags with which a program waits as long as a test does; its own defaults are for people. */
export const PATIENTLY = ["--wait", String(DEADLINE_MS / 1_000)] as const;

const OF_WAITING = [
  "waiting for .*, at most \\d+ s",
  "\\S+ is not reported for now: .*; it runs on",
  "reading .*: [\\d,]+ of [\\d,]+",
];
const LINES_OF_WAITING = new RegExp(`^(backbeat \\w+: )?(${OF_WAITING.join("|")})\\n`, "gm");

/** What a program said, without its words on what it waits for: whether it comes to them is the machine's. */
export function unhurried(said: string): string {
  return said.replace(LINES_OF_WAITING, "");
}
