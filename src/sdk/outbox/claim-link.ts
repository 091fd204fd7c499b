/**
 * How the claims of one connection reach the server, and how their senders learn that they did (BACKBEAT-REQ-041).
 *
 *   claim ──► published with an answer address of its own below one inbox ──► the stream that stores it answers there
 *
 * One subscription takes all answers of all agents that share the connection, so that a claim costs one message out
 * and one in. Whether the cluster has a journal is learnt anew on each connection: an answer says that it has; only
 * where none comes is the server asked, so that an agent that may not use the JetStream API need not.
 */
import type { Headers } from "../../contracts/report-headers.ts";
import { messageOf } from "../../errors.ts";
import type { Bus, BusMessage, BusSubscription, Clock, Log, Timer } from "../../ports.ts";
import { type Answer, answerOf, type JournalPresence, presenceIn } from "./stream-answers.ts";

/** Who sends claims over it. */
export interface LinkUser {
  /** The link was lost: nothing that was sent will be answered. */
  lost(): void;
  /** The link is there, its journal became known, or there is room again. */
  ready(): void;
}

interface UnderWay {
  /** 0 when its sender has given it up. */
  bytes: number;
  readonly onAnswer: (answer: Answer, token: number) => void;
}

/**
 * Bytes sent and not answered, of all agents of a connection. The client writes into its socket without an end, so
 * this is what bounds its memory; more than a round trip's worth of a fast link it need not be.
 */
export const UNDER_WAY_BYTES_MAX = 1_048_576;

/** A stream answers within a few milliseconds; without one, a tenth of a second is all that the first claim loses. */
const ASK_AFTER_MS = 100;
/**
 * How long after the first claim it is believed that there is none, where somebody hears claims and no stream
 * answered: the server speaks for itself, and the journal may be that of a hub at the far end of a leafnode's link.
 */
const NONE_BELIEVED_AFTER_MS = 500;
/** Each wait for an answer to the question is twice the one before. */
const ASK_AGAIN_FIRST_MS = 1_000;
const ASK_AGAIN_MAX_MS = 30_000;

/** Of the server that we are connected to. */
const OWN_API_PREFIX = "$JS.API";
const links = new WeakMap<Bus, Map<string, ClaimLink>>();

/** The link of a bus for claims on a subject: one for all its agents. To be given back by `leave`. */
export function claimLinkOf(
  bus: Bus,
  { clock, log, subject }: { readonly clock: Clock; readonly log: Log; readonly subject: string },
): ClaimLink {
  const ofBus = links.get(bus) ?? new Map<string, ClaimLink>();
  links.set(bus, ofBus);
  let link = ofBus.get(subject);
  if (link === undefined) {
    link = new ClaimLink({ bus, clock, log, subject, ended: () => ofBus.delete(subject) });
    ofBus.set(subject, link);
  }
  return link;
}

interface ClaimLinkParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly subject: string;
  readonly ended: () => void;
}

/** State: what is under way, and what is known of the journal on this connection. */
export class ClaimLink {
  readonly #parts: ClaimLinkParts;
  readonly #inbox: string;
  readonly #subscriptions: readonly BusSubscription[];
  readonly #users = new Set<LinkUser>();
  readonly #wantsRoom = new Set<LinkUser>();
  readonly #underWay = new Map<number, UnderWay>();
  #bytes = 0;
  #token = 0;
  #journal: JournalPresence = "unknown";
  /** A stream has answered on this or an earlier connection: that nobody does now says that it is away. */
  #hasHeardStream = false;
  #askTimer: Timer | undefined;
  /** When the first claim of this connection left, on the monotonic clock. */
  #firstSentAtMs: number | undefined;
  /** A claim was answered that nobody hears it, wherever: no journal is on its way to answer. */
  #hasNobody = false;
  #askAgainMs = ASK_AGAIN_FIRST_MS;
  #flush: Promise<void> | undefined;

  constructor(parts: ClaimLinkParts) {
    this.#parts = parts;
    this.#inbox = parts.bus.inbox();
    this.#subscriptions = [
      parts.bus.subscribe(`${this.#inbox}.*`, (message) => this.#answered(message)),
      parts.bus.onLink((link) => (link === "lost" ? this.#lost() : this.#tellReady())),
    ];
  }

  get connected(): boolean {
    return this.#parts.bus.connected;
  }

  get journal(): JournalPresence {
    return this.#journal;
  }

  join(user: LinkUser): void {
    this.#users.add(user);
  }

  /** The last one to leave ends it. */
  leave(user: LinkUser): void {
    this.#users.delete(user);
    this.#wantsRoom.delete(user);
    if (this.#users.size > 0) return;
    this.#askTimer?.cancel();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#parts.ended();
  }

  /** Whether so many bytes more may be sent; if not, `user` is told when there is room. */
  hasRoomFor(bytes: number, user: LinkUser): boolean {
    if (this.#bytes === 0 || this.#bytes + bytes <= UNDER_WAY_BYTES_MAX) return true;
    this.#wantsRoom.add(user);
    return false;
  }

  /**
   * Sends a claim. Answers its token; undefined where the link ended in this very turn, of which `lost` will tell.
   * @throws BackbeatError `bad-message` where the server would refuse it for its size
   */
  send(
    { body, headers }: { readonly body: Uint8Array; readonly headers?: Headers | undefined },
    onAnswer: (answer: Answer, token: number) => void,
  ): number | undefined {
    this.#token += 1;
    const token = this.#token;
    const replyTo = `${this.#inbox}.${token}`;
    const { bus, subject } = this.#parts;
    if (!bus.publish(subject, body, headers === undefined ? { replyTo } : { replyTo, headers }))
      return undefined;
    this.#underWay.set(token, { bytes: body.length, onAnswer });
    this.#bytes += body.length;
    this.#firstSentAtMs ??= this.#parts.clock.monotonicMs();
    if (this.#journal === "unknown") this.#askIn(ASK_AFTER_MS);
    return token;
  }

  /** Its sender waits for this answer no longer. */
  forget(token: number): void {
    this.release(token);
    this.#underWay.delete(token);
  }

  /** Its sender takes it for lost, but would like to hear if it was not: it counts no longer as under way. */
  release(token: number): void {
    const underWay = this.#underWay.get(token);
    if (underWay === undefined || underWay.bytes === 0) return;
    this.#bytes -= underWay.bytes;
    underWay.bytes = 0;
    if (this.#wantsRoom.size > 0 && this.#bytes <= UNDER_WAY_BYTES_MAX / 2) this.#tellRoom();
  }

  /** As `Bus.flush`, one for all who ask in the same turn. */
  flush(): Promise<void> {
    if (this.#flush === undefined) {
      this.#flush = Promise.resolve().then(() => {
        this.#flush = undefined;
        return this.#parts.bus.flush();
      });
    }
    return this.#flush;
  }

  #answered({ data, subject }: BusMessage): void {
    const token = subject.slice(this.#inbox.length + 1);
    if (token === "journal") {
      this.#heardOfJournal(data);
      return;
    }
    const answer = answerOf(data);
    if (answer === undefined) return;
    // Nobody at all: it is asked at once whether that is a journal that is away.
    if (answer.kind !== "nobody") {
      this.#hasHeardStream = true;
      this.#know("journal");
    } else if (this.#journal === "unknown") {
      this.#hasNobody = true;
      this.#ask();
    }
    const underWay = this.#underWay.get(Number(token));
    if (underWay === undefined) return;
    this.forget(Number(token));
    underWay.onAnswer(answer, Number(token));
  }

  #askIn(delayMs: number): void {
    this.#askTimer ??= this.#parts.clock.after(delayMs, () => {
      this.#askTimer = undefined;
      this.#ask();
    });
  }

  #ask(): void {
    const { bus, subject } = this.#parts;
    if (this.#journal !== "unknown" || !bus.connected) return;
    const body = new TextEncoder().encode(JSON.stringify({ subject }));
    try {
      bus.publish(`${this.#apiPrefix}.STREAM.NAMES`, body, { replyTo: `${this.#inbox}.journal` });
    } catch (thrown) {
      // The connection is about to end: the next one is asked.
      this.#parts.log.debug(`Not asked for streams: ${messageOf(thrown)}`);
    }
    this.#askTimer?.cancel();
    this.#askTimer = undefined;
    this.#askIn(this.#askAgainMs);
    this.#askAgainMs = Math.min(2 * this.#askAgainMs, ASK_AGAIN_MAX_MS);
  }

  get #apiPrefix(): string {
    return this.#parts.bus.apiPrefix ?? OWN_API_PREFIX;
  }

  #heardOfJournal(data: Uint8Array): void {
    // Nobody there says much of the server's own JetStream, and of one behind a leafnode that it is away now.
    if (data.length === 0 && this.#apiPrefix !== OWN_API_PREFIX) return;
    const presence = presenceIn(data);
    // Who cannot say what streams there are does not outweigh one that was heard: only a list without it does.
    if (presence === "unknown" || (presence === "no-jetstream" && this.#hasHeardStream)) return;
    if (presence === "journal") this.#know("journal");
    else this.#believeNone();
  }

  #believeNone(): void {
    const { clock } = this.#parts;
    const sinceMs = clock.monotonicMs() - (this.#firstSentAtMs ?? Number.NEGATIVE_INFINITY);
    if (this.#hasNobody || sinceMs >= NONE_BELIEVED_AFTER_MS) {
      this.#know("none");
      return;
    }
    this.#askTimer?.cancel();
    this.#askTimer = clock.after(NONE_BELIEVED_AFTER_MS - sinceMs, () => {
      this.#askTimer = undefined;
      this.#know("none");
    });
  }

  #know(presence: "journal" | "none"): void {
    if (this.#journal === presence || (presence === "none" && this.#journal === "journal")) return;
    this.#journal = presence;
    this.#askTimer?.cancel();
    this.#askTimer = undefined;
    this.#tellReady();
  }

  #lost(): void {
    this.#underWay.clear();
    this.#bytes = 0;
    this.#journal = "unknown";
    this.#firstSentAtMs = undefined;
    this.#hasNobody = false;
    this.#askTimer?.cancel();
    this.#askTimer = undefined;
    this.#askAgainMs = ASK_AGAIN_FIRST_MS;
    this.#wantsRoom.clear();
    for (const user of [...this.#users]) user.lost();
  }

  #tellReady(): void {
    for (const user of [...this.#users]) user.ready();
  }

  #tellRoom(): void {
    const users = [...this.#wantsRoom];
    this.#wantsRoom.clear();
    for (const user of users) user.ready();
  }
}
