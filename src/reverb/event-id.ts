/**
 * Places of events in their stream: in journal mode the last entry that was folded when the event was made, and which
 * of the events of that entry it is; in core mode the process, and a counter.
 *
 * Places grow, so "everything after this one" has a meaning; with a journal for every replica.
 */

export interface EventId {
  /** As it is written: `<sequence>.<n>` or `<boot>.<counter>`. */
  readonly text: string;
  /** Who counts: a journal, or a process by its name. Places of different counters cannot be compared. */
  readonly counter: string;
  readonly seq: number;
  readonly n: number;
}

export const JOURNAL_COUNTER = "journal";

/** More digits than a sequence has keep `Number` exact. */
const FORM = /^(\w{1,16}?)(?:\.(\d{1,15}))?$/;
const DIGITS = /^\d{1,15}$/;

/** The nth event at an entry of the journal. */
export function journalEventId(seq: number, n: number): EventId {
  return { text: `${seq}.${n}`, counter: JOURNAL_COUNTER, seq, n };
}

/** The nth event of a process. */
export function processEventId(boot: string, n: number): EventId {
  return { text: `${boot}.${n}`, counter: boot, seq: n, n: 0 };
}

/** Reads what a client sends back. A sequence alone means all that happened up to that entry. Undefined: it is none of ours. */
export function readEventId(text: string): EventId | undefined {
  const [, first = "", second] = FORM.exec(text) ?? [];
  if (DIGITS.test(first))
    return second === undefined
      ? { text, counter: JOURNAL_COUNTER, seq: Number(first), n: Number.POSITIVE_INFINITY }
      : journalEventId(Number(first), Number(second));
  return first === "" || second === undefined ? undefined : processEventId(first, Number(second));
}
