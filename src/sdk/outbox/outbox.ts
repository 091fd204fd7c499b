/**
 * The claims of one agent on their way to the server, held until it is known that they arrived (BACKBEAT-REQ-041; S3).
 *
 *   add ──► queue ──► link ──► acknowledged ──► the promise of the claim resolves
 *             ▲         │
 *             └─────────┘ link lost, no answer in time, the stream refused: again, in order, the same bytes
 *
 * What cannot be kept is never dropped in silence: its promise rejects, it is counted, and a line says so.
 */
import type { Headers } from "../../contracts/report-headers.ts";
import type { StatusClaim } from "../../contracts/status-claim.ts";
import { REFUSAL_CODES, refusalWords, type StreamRefusal } from "../../contracts/stream-refusal.ts";
import { messageOf } from "../../errors.ts";
import { RareLine } from "../../nats/rare-line.ts";
import type { Bus, Clock, Log, Timer } from "../../ports.ts";
import { abandoned, ClaimError, expired, refused, replaced, unsendable } from "./claim-ends.ts";
import { type ClaimLink, claimLinkOf, type LinkUser } from "./claim-link.ts";
import { bodyOf, claimOf, type Entry, entryOf, FLUSHED, putAway, UNSENT } from "./outbox-entry.ts";
import { type OutboxLimits, OutboxQueue, SENT_MAX } from "./outbox-queue.ts";
import { RetryPause } from "./retry-pause.ts";
import type { Answer } from "./stream-answers.ts";

/** An hour of one claim a second and a bit more; what waits for longer speaks of bars that nobody can look up any more. */
export const CLAIMS_WAITING_MAX = 4_096;
/** Of bodies: a kilobyte for each of them, some four times what a claim has as a rule. */
export const CLAIM_BYTES_MAX = 4 * 1_048_576;
/** Twice as long as reverb keeps a closed bar to be looked up: after it a claim for such a bar tells nobody anything. */
export const CLAIM_AGE_MAX_MS = 600_000;

/** A cluster of NATS servers finds a new leader within some eight seconds; a stream that is there answers in some ms. */
const ANSWER_TIMEOUT_MS = 5_000;
/** A stream that is slower than that is not made faster by sending it everything again. */
const ANSWER_TIMEOUT_MAX_MS = 60_000;
/** Sendings of one claim whose answers are still listened to. */
const LATE_TOKENS_MAX = 4;
/** A stream may refuse each of thousands of claims. */
const LINE_MS = 10_000;

export interface OutboxParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly subject: string;
  /** Signs a body that is sent now: each time, for a signature grows old; default: none is. */
  readonly sign?: ((body: Uint8Array) => Headers) | undefined;
  readonly limits: OutboxLimits;
  /** How long a claim may wait; only one whose bar is over is given up for it. */
  readonly claimAgeMaxMs: number;
  /** Whether the bar of a beat is over for certain, as far as is known. */
  readonly isBarOver: (beatIndex: number) => boolean;
}

/** How often what became of claims. */
export interface OutboxCounts {
  /** The journal stored it, or without one the server took it. */
  readonly acknowledged: number;
  /** Sent once more: the link was lost or no answer came. It is the same claim, reverb counts it once. */
  readonly sentAgain: number;
  /** Not taken: the outbox was full. */
  readonly refusedFull: number;
  /** Gave way, in a full outbox, to a later claim of the same task and state. */
  readonly replaced: number;
  /** Waited for too long for a bar that is over. */
  readonly expired: number;
  /** Refused by the server for good. */
  readonly rejected: number;
  /** Not known to have arrived when the agent was stopped. */
  readonly abandoned: number;
}

/** State: the queue, and when it is looked at again. */
export class Outbox implements LinkUser {
  readonly #parts: OutboxParts;
  readonly #link: ClaimLink;
  readonly #queue: OutboxQueue<Entry>;
  readonly #line: RareLine;
  readonly #drained = new Set<() => void>();
  readonly #counts = {
    acknowledged: 0,
    sentAgain: 0,
    refusedFull: 0,
    replaced: 0,
    expired: 0,
    rejected: 0,
    abandoned: 0,
  };
  #timer: Timer | undefined;
  /** Nothing is sent meanwhile: the stream refused, or nobody was there. */
  readonly #pause: RetryPause;
  #answerTimeoutMs = ANSWER_TIMEOUT_MS;
  /** Nobody took a claim while it was not known whether there is a journal. */
  #isUnanswered = false;
  /** What the stream said last instead of storing; undefined since it stored something. */
  #refusal: StreamRefusal | undefined;
  #isStopped = false;

  constructor(parts: OutboxParts) {
    const { clock } = parts;
    this.#parts = parts;
    this.#link = claimLinkOf(parts.bus, parts);
    this.#link.join(this);
    this.#queue = new OutboxQueue(parts.limits);
    this.#pause = new RetryPause(clock);
    this.#line = new RareLine(LINE_MS, () => clock.monotonicMs());
  }

  get counts(): OutboxCounts {
    return this.#counts;
  }

  /** Claims that wait, those sent and unanswered, and the bytes of both. */
  get size(): { readonly waiting: number; readonly sent: number; readonly bytes: number } {
    const { bytes, sent, waiting } = this.#queue;
    return { bytes, sent, waiting };
  }

  /** Why the journal does not store claims now; undefined while it does. */
  get refusal(): StreamRefusal | undefined {
    return this.#refusal;
  }

  get journal(): ClaimLink["journal"] {
    return this.#link.journal;
  }

  /**
   * Resolves with the claim when it arrived.
   * @throws ClaimError `outbox-full`, `claim-expired`, `claim-refused`, `stopped`
   */
  add(claim: StatusClaim, body: Uint8Array): Promise<StatusClaim> {
    return new Promise((resolve, reject) => {
      const isPutAway = !this.#link.connected;
      const entry = entryOf({ claim, body, isPutAway, queuedAtMs: this.#nowMs(), resolve, reject });
      if (this.#isStopped) {
        reject(abandoned(this.#refusal));
        return;
      }
      const offered = this.#queue.offer(entry);
      if (offered.kind === "full") {
        this.#counts.refusedFull += 1;
        reject(this.#full());
        return;
      }
      for (const before of offered.replaced) {
        this.#counts.replaced += 1;
        before.reject(replaced(claim));
      }
      this.#pump();
    });
  }

  /** Resolves when nothing is left to send or to be answered. Never rejects. */
  drained(): Promise<void> {
    if (this.#isEmpty()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.add(resolve);
    });
  }

  /** What is left is given up, each with an error. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#pause.cancel();
    for (const entry of this.#queue.takeAll()) {
      this.#forget(entry);
      this.#counts.abandoned += 1;
      entry.reject(abandoned(this.#refusal));
    }
    this.#link.leave(this);
    this.#tellDrained();
  }

  lost(): void {
    this.#pause.cancel();
    this.#pause.forget();
    this.#isUnanswered = false;
    this.#answerTimeoutMs = ANSWER_TIMEOUT_MS;
    this.#again();
    this.#queue.each((entry) => {
      entry.lateTokens = undefined;
      putAway(entry);
    });
  }

  ready(): void {
    if (this.#isUnanswered && this.#link.journal === "journal") {
      this.#isUnanswered = false;
      this.#again();
    }
    this.#pump();
  }

  #pump(): void {
    if (this.#isStopped || this.#pause.isOn) return;
    this.#expire();
    if (!this.#link.connected) return;
    const nowMs = this.#nowMs();
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (!this.#link.hasRoomFor(next.bytes, this)) break;
      this.#queue.next();
      this.#send(next, nowMs);
    }
    if (this.#link.journal === "none") this.#confirmByFlush();
    this.#watchAnswers();
  }

  #send(entry: Entry, nowMs: number): void {
    entry.sentAtMs = nowMs;
    try {
      const body = bodyOf(entry);
      const headers = this.#parts.sign?.(body);
      const onAnswer = (answer: Answer, token: number) => this.#answered(entry, { answer, token });
      entry.token = this.#link.send({ body, headers }, onAnswer) ?? UNSENT;
    } catch (thrown) {
      this.#queue.settle(entry);
      this.#counts.rejected += 1;
      this.#forget(entry);
      entry.reject(unsendable(messageOf(thrown), thrown));
    }
  }

  #answered(entry: Entry, { answer, token }: { readonly answer: Answer; readonly token: number }): void {
    const isLate = entry.token !== token;
    if (!isLate) entry.token = UNSENT;
    if (answer.kind === "stored") this.#arrived(entry);
    // Of a sending that was given up only a good end is news.
    else if (isLate) return;
    else if (answer.kind === "refused" && answer.refusal.code === REFUSAL_CODES.messageTooLarge) {
      if (!this.#queue.settle(entry)) return;
      this.#counts.rejected += 1;
      this.#forget(entry);
      entry.reject(refused(answer.refusal));
    } else if (answer.kind === "nobody" && this.#link.journal !== "journal") {
      this.#isUnanswered = true;
      return;
    } else if (answer.kind === "refused") {
      this.#refusal = answer.refusal;
      this.#later(refusalWords(answer.refusal));
    } else this.#later("its journal is away");
    if (this.#queue.sent <= REFILL_BELOW) this.#pump();
    if (this.#isEmpty()) this.#tellDrained();
  }

  #arrived(entry: Entry): void {
    this.#pause.forget();
    this.#answerTimeoutMs = ANSWER_TIMEOUT_MS;
    this.#refusal = undefined;
    if (!this.#queue.settle(entry)) return;
    this.#forget(entry);
    this.#counts.acknowledged += 1;
    entry.resolve(claimOf(entry));
  }

  /** Without a journal: what the server has when it answers a flush has arrived. */
  #confirmByFlush(): void {
    const batch = this.#queue.sentOnes.filter(({ token }) => token !== FLUSHED);
    if (batch.length === 0) return;
    for (const entry of batch) {
      this.#forget(entry);
      entry.token = FLUSHED;
    }
    this.#link.flush().then(
      () => {
        for (const entry of batch) if (entry.token === FLUSHED) this.#arrived(entry);
        this.#pump();
        if (this.#isEmpty()) this.#tellDrained();
      },
      // The link is lost, and `lost` is told of it.
      () => undefined,
    );
  }

  /** Sends nothing for a while, then all that is unanswered again. */
  #later(why: string): void {
    this.#line.say((keptBack) =>
      this.#parts.log.warn(`Claims are not stored for now: ${why}; they are sent again`, { keptBack }),
    );
    // First: what makes room calls for more to be sent, and nothing may overtake what is sent again.
    this.#pause.begin(() => this.#pump());
    this.#again();
  }

  #again(): void {
    const given = this.#queue.sentOnes;
    this.#counts.sentAgain += this.#queue.unsend();
    for (const entry of given) {
      if (entry.token >= 0) {
        const late = [...(entry.lateTokens ?? []), entry.token];
        for (const token of late.splice(0, late.length - LATE_TOKENS_MAX)) this.#link.forget(token);
        entry.lateTokens = late;
        this.#link.release(entry.token);
      }
      entry.token = UNSENT;
    }
  }

  /** Nobody waits for an answer to any of its sendings. */
  #forget(entry: Entry): void {
    if (entry.token >= 0) this.#link.forget(entry.token);
    for (const token of entry.lateTokens ?? []) this.#link.forget(token);
  }

  /** The oldest that is unanswered decides when everything is sent again. */
  #watchAnswers(): void {
    if (this.#timer !== undefined || this.#queue.sent === 0) return;
    const [oldest] = this.#queue.sentOnes;
    const { clock } = this.#parts;
    const waitedMs = clock.monotonicMs() - (oldest?.sentAtMs ?? 0);
    this.#timer = clock.after(Math.max(1, this.#answerTimeoutMs - waitedMs), () => {
      this.#timer = undefined;
      const [first] = this.#queue.sentOnes;
      const isLate = first !== undefined && clock.monotonicMs() - first.sentAtMs >= this.#answerTimeoutMs;
      if (isLate && this.#link.connected && !this.#pause.isOn) {
        this.#answerTimeoutMs = Math.min(2 * this.#answerTimeoutMs, ANSWER_TIMEOUT_MAX_MS);
        this.#later("no answer came");
      } else this.#watchAnswers();
    });
  }

  /** Gives up what waited for too long for a bar that is over. */
  #expire(): void {
    const { claimAgeMaxMs, isBarOver } = this.#parts;
    const nowMs = this.#nowMs();
    const stale = this.#queue.takeStale(
      ({ beatIndex, queuedAtMs }) => nowMs - queuedAtMs > claimAgeMaxMs && isBarOver(beatIndex),
    );
    if (stale.length === 0) return;
    this.#counts.expired += stale.length;
    for (const { beatIndex, reject } of stale) reject(expired(beatIndex, claimAgeMaxMs, this.#refusal));
    this.#line.say((keptBack) =>
      this.#parts.log.warn(`${stale.length} claims waited too long for bars that are over`, { keptBack }),
    );
    if (this.#isEmpty()) this.#tellDrained();
  }

  #nowMs(): number {
    return Math.round(this.#parts.clock.monotonicMs());
  }

  #isEmpty(): boolean {
    return this.#queue.waiting + this.#queue.sent === 0;
  }

  #tellDrained(): void {
    for (const resolve of this.#drained) resolve();
    this.#drained.clear();
  }

  #full(): ClaimError {
    const { claimsMax, bytesMax } = this.#parts.limits;
    const { bytes, sent, waiting } = this.#queue;
    const why = this.#link.connected ? "the server does not confirm them" : "the link to NATS is down";
    this.#line.say((keptBack) =>
      this.#parts.log.warn("The outbox is full: claims are refused", { keptBack, waiting, bytes }),
    );
    return new ClaimError(
      "outbox-full",
      `Cannot claim: ${waiting + sent} claims (${bytes} bytes) wait because ${why}, and the outbox holds at most ${claimsMax} (${bytesMax} bytes); wait for claims to be acknowledged before you make more`,
      { data: { waiting, sent, bytes }, refusal: this.#refusal },
    );
  }
}

/** So many are under way when more are sent: in one write to the socket, not in one for each answer. */
const REFILL_BELOW = SENT_MAX / 2;
