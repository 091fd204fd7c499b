/**
 * What travels with a stored report, in NATS headers: where it came from, and what it stands behind (R7).
 *
 * Each is a function of the journal, so every replica writes the same. `Backbeat-Hash` covers all of them and the
 * body; `Backbeat-Prev` is the hash of the report before: who changes one byte of the history must change all that
 * came after it.
 */
import { createHash } from "node:crypto";

/** State of the fold at a frame, which a fold that begins there cannot know by itself. */
export interface ReplayCarry {
  /** Beats per bar, as learnt. */
  readonly barLength: number;
  /** First beat of the bar that holds the frame. */
  readonly fromBeat: number;
  /** That first beat was announced, not guessed. */
  readonly fromIsExact: boolean;
  /** Windows that were closed before, newest last, as keys (lower case). */
  readonly closedIds: readonly string[];
  /** Claims that were held there and came before; left out where there were none. */
  readonly held?: HeldBefore;
}

/** Held claims that a fold does not see, because they came before its first frame. */
export interface HeldBefore {
  /** The highest beat that one of them speaks of: when it has come, all have found their bars. */
  readonly toBeat: number;
  /** The newest frame before it at which nothing was held. */
  readonly empty: ReplayStart;
}

/** Where to begin a fold that computes a report: an entry's sequence; without `carry` the begin of the chain. */
export interface ReplayStart {
  readonly seq: number;
  readonly carry?: ReplayCarry;
}

/** The facts behind a report that are not in its body. */
export interface ReportFacts {
  /** Number of the algorithm that computed it. */
  readonly algorithm: number;
  /** Chain id, see chain-record.ts. */
  readonly chain: string;
  /** Hash of the profile, see core/profile.ts. */
  readonly profile: string;
  /** `Backbeat-Hash` of the report before, of whatever chain; "" for the first of all. */
  readonly prev: string;
  /** Counted claims. */
  readonly claims: number;
  /** Journal sequence of the frame that opened the bar. */
  readonly firstSeq: number;
  /** Journal sequence of the entry that closed it. */
  readonly lastSeq: number;
  readonly replayFrom: ReplayStart;
}

/** Headers by name; never two of one name. */
export type Headers = Readonly<Record<string, string>>;

/** How headers of a message are read: "" for one that is not there. */
export interface HeaderSource {
  get(name: string): string;
}

export const REPORT_HEADERS = {
  algorithm: "Backbeat-Algorithm",
  chain: "Backbeat-Chain",
  profile: "Backbeat-Profile",
  prev: "Backbeat-Prev",
  claims: "Backbeat-Claims",
  firstSeq: "Backbeat-First-Sequence",
  lastSeq: "Backbeat-Last-Sequence",
  replayFrom: "Backbeat-Replay-From",
  replayCarry: "Backbeat-Replay-Carry",
  replayHeld: "Backbeat-Replay-Held",
} as const;

/**
 * Sequence of the record before, where the server compared with a count of its own instead (see nats/compare-and-set.ts);
 * not in the hash.
 */
export const AFTER_HEADER = "Backbeat-After";

/** SHA-256 over the other headers and the body, in hex. */
export const HASH_HEADER = "Backbeat-Hash";

const NAMES = Object.values(REPORT_HEADERS);

/** The headers of a report, its hash among them. */
export function reportHeaders(facts: ReportFacts, body: Uint8Array): Headers {
  const { carry } = facts.replayFrom;
  const headers: Record<string, string> = {
    [REPORT_HEADERS.algorithm]: String(facts.algorithm),
    [REPORT_HEADERS.chain]: facts.chain,
    [REPORT_HEADERS.profile]: facts.profile,
    ...(facts.prev === "" ? {} : { [REPORT_HEADERS.prev]: facts.prev }),
    [REPORT_HEADERS.claims]: String(facts.claims),
    [REPORT_HEADERS.firstSeq]: String(facts.firstSeq),
    [REPORT_HEADERS.lastSeq]: String(facts.lastSeq),
    [REPORT_HEADERS.replayFrom]: String(facts.replayFrom.seq),
    ...(carry === undefined ? {} : { [REPORT_HEADERS.replayCarry]: carryText(carry) }),
    ...(carry?.held === undefined ? {} : { [REPORT_HEADERS.replayHeld]: heldText(carry.held) }),
  };
  return { ...headers, [HASH_HEADER]: reportHash({ get: (name) => headers[name] ?? "" }, body) };
}

/** What `Backbeat-Hash` must be: over every header above, in that order, and the body as stored. */
export function reportHash(headers: HeaderSource, body: Uint8Array): string {
  const hash = createHash("sha256");
  for (const name of NAMES) hash.update(`${name}: ${headers.get(name)}\n`);
  return hash.update("\n").update(body).digest("hex");
}

/** A report's place in the history: its own hash, and that of the one before; "" for the first of all. */
export interface ReportLinks {
  readonly hash: string;
  readonly prev: string;
}

/** Undefined for a report that was not stored (core mode, other peers), or is not what its hash says. */
export function readReportLinks(headers: HeaderSource, body: Uint8Array): ReportLinks | undefined {
  const hash = headers.get(HASH_HEADER);
  if (hash === "" || hash !== reportHash(headers, body)) return undefined;
  return { hash, prev: headers.get(REPORT_HEADERS.prev) };
}

/** The facts in a report's headers; undefined where one is missing or is none. */
export function readReportFacts(headers: HeaderSource): ReportFacts | undefined {
  const number = (name: string) => (/^\d{1,15}$/.test(headers.get(name)) ? Number(headers.get(name)) : -1);
  const seq = number(REPORT_HEADERS.replayFrom);
  const ownCarry = readCarry(headers.get(REPORT_HEADERS.replayCarry));
  const held = readHeld(headers.get(REPORT_HEADERS.replayHeld));
  const carry = ownCarry && held ? { ...ownCarry, held } : ownCarry;
  const facts: ReportFacts = {
    algorithm: number(REPORT_HEADERS.algorithm),
    chain: headers.get(REPORT_HEADERS.chain),
    profile: headers.get(REPORT_HEADERS.profile),
    prev: headers.get(REPORT_HEADERS.prev),
    claims: number(REPORT_HEADERS.claims),
    firstSeq: number(REPORT_HEADERS.firstSeq),
    lastSeq: number(REPORT_HEADERS.lastSeq),
    replayFrom: carry === undefined ? { seq } : { seq, carry },
  };
  const numbers = [facts.algorithm, facts.claims, facts.firstSeq, facts.lastSeq, seq];
  const isWhole = numbers.every((value) => value >= 0) && facts.chain !== "" && facts.profile !== "";
  return isWhole ? facts : undefined;
}

function carryText({ barLength, closedIds, fromBeat, fromIsExact }: ReplayCarry): string {
  return [barLength, fromBeat, fromIsExact ? "exact" : "guessed", ...closedIds].join(" ");
}

function readCarry(text: string): ReplayCarry | undefined {
  const [barLength = "", fromBeat = "", certainty, ...closedIds] = text.split(" ");
  if (!/^\d{1,15}$/.test(barLength) || !/^\d{1,16}$/.test(fromBeat)) return undefined;
  return {
    barLength: Number(barLength),
    fromBeat: Number(fromBeat),
    fromIsExact: certainty === "exact",
    closedIds,
  };
}

function heldText({ empty, toBeat }: HeldBefore): string {
  const place = `${toBeat} ${empty.seq}`;
  return empty.carry === undefined ? place : `${place} ${carryText(empty.carry)}`;
}

function readHeld(text: string): HeldBefore | undefined {
  const [, toBeat, seq, rest] = /^(\d{1,16}) (\d{1,15})(?: (.+))?$/.exec(text) ?? [];
  if (toBeat === undefined) return undefined;
  const carry = readCarry(rest ?? "");
  const empty = carry === undefined ? { seq: Number(seq) } : { seq: Number(seq), carry };
  return { toBeat: Number(toBeat), empty };
}
