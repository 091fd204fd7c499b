/**
 * Whether the journal takes entries. One in which a beat was stored a moment ago does; into another an entry is put
 * that means nothing: a tick of a bar that cannot be.
 */
import { encodeTick, NO_WINDOW_ID } from "../../contracts/tick.ts";
import { messageOf } from "../../errors.ts";
import { ApiRefusal, type JetStreamApi, NotAllowed } from "../jetstream-api.ts";
import type { Finding } from "./finding.ts";

export type JournalAnswer =
  /** An entry of somebody else's, so long ago by the server's clock. */
  | { readonly kind: "seen"; readonly agoMs: number }
  | { readonly kind: "stored"; readonly seq: number }
  | { readonly kind: "refused"; readonly words: string }
  | { readonly kind: "forbidden" }
  | { readonly kind: "silent"; readonly why: string };

/** Named in the tick, for people who read the journal. */
const WHO = "doctor";

/** Beats come at least so often into a journal that takes them. */
const FRESH_BEATS = 2;

export interface NewestEntry {
  /** How long ago it was stored, by the server's clock; undefined where there is none. */
  readonly agoMs: number | undefined;
  /** Undefined where no beat is known. */
  readonly beatMs: number | undefined;
}

/** What the newest entry says; undefined where it does not say that entries are taken. */
export function seenIn({ agoMs, beatMs }: NewestEntry): JournalAnswer | undefined {
  if (agoMs === undefined || beatMs === undefined || agoMs > FRESH_BEATS * beatMs) return undefined;
  return { kind: "seen", agoMs };
}

/**
 * The same where nothing is known of this user's rights: tried only on a server without users, for another one may log
 * a violation. Never rejects.
 */
export async function tryJournalOpenly(api: JetStreamApi, tickSubject: string): Promise<JournalAnswer> {
  return api.connection?.info?.auth_required === true ? { kind: "forbidden" } : tryJournal(api, tickSubject);
}

/** Never rejects. */
export async function tryJournal(api: JetStreamApi, tickSubject: string): Promise<JournalAnswer> {
  try {
    const { seq } = await api.request<{ readonly seq: number }>(
      tickSubject,
      encodeTick(NO_WINDOW_ID, { node: WHO }),
    );
    return { kind: "stored", seq };
  } catch (error) {
    if (error instanceof ApiRefusal) return { kind: "refused", words: error.words };
    return error instanceof NotAllowed ? { kind: "forbidden" } : { kind: "silent", why: messageOf(error) };
  }
}

export function judgeJournalWrite(answer: JournalAnswer): Finding {
  const check = "journal";
  switch (answer.kind) {
    case "seen":
      return { check, level: "ok", found: `it takes entries: one was stored ${seconds(answer.agoMs)} s ago` };
    case "stored":
      return {
        check,
        level: "ok",
        found: `it takes entries: a tick that means nothing is stored at ${answer.seq}`,
      };
    case "refused":
      return {
        check,
        level: "problem",
        found: `it takes no entries: ${answer.words}`,
        means: "beats and claims are lost to reverb until it does",
        fix: "do what is said above, then look again",
      };
    case "forbidden":
      return {
        check,
        level: "note",
        found: "whether it takes entries is left open: this user may not publish ticks",
        means: "examine as the user of reverb to know it",
      };
    default:
      return {
        check,
        level: "problem",
        found: `it acknowledges nothing: ${answer.why}`,
        means: "beats and claims are lost to reverb until it does",
        fix: "look at the JetStream servers: do a majority of them run, has their disk room, what do their logs say?",
      };
  }
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1_000).toFixed(1);
}
