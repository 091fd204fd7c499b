/**
 * Whether one journal keeps the cluster, or several: a leafnode and its hub may each have one, from a time when each was
 * set up by itself, and then every bar is reported by both.
 */
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { encodeTick, NO_WINDOW_ID } from "../../contracts/tick.ts";
import { IMPOSSIBLE_SEQ } from "../journal-beyond.ts";
import type { Finding } from "./finding.ts";

/** How long further answers are waited for after each: a hub on another continent needs a fifth of a second. */
const STALL_MS = 500;
const ANSWER_MAX_MS = 2_000;

/** How many streams refuse a tick that none can store; 0 where the question itself fails. */
export async function countJournals(connection: NatsConnection, tick: string): Promise<number> {
  const impossible = headers();
  impossible.set("Nats-Expected-Last-Sequence", IMPOSSIBLE_SEQ);
  let count = 0;
  try {
    const answers = await connection.requestMany(tick, encodeTick(NO_WINDOW_ID, { node: "doctor" }), {
      headers: impossible,
      strategy: "stall",
      stall: STALL_MS,
      maxWait: ANSWER_MAX_MS,
    });
    for await (const { data } of answers) if (isOfStream(data)) count += 1;
  } catch {
    // Not allowed, nobody there, or the link is lost: what else is asked says so.
  }
  return count;
}

/** Only what is wrong is worth a line. Pure. */
export function judgeJournals(count: number): readonly Finding[] {
  if (count < 2) return [];
  return [
    {
      check: "journal",
      level: "problem",
      found: `${count} streams take what is published for this cluster`,
      means: "where each is the journal of a reverb, every bar is reported by each",
      fix: "stop the reverbs at all but one JetStream, give them its domain with --js-domain, and remove the other journals",
    },
  ];
}

function isOfStream(body: Uint8Array): boolean {
  try {
    const answer = JSON.parse(new TextDecoder().decode(body)) as { readonly stream?: unknown } | null;
    return typeof answer?.stream === "string";
  } catch {
    return false;
  }
}
