/**
 * One consumer of a stream, pulled: messages under way are bounded, what is missing is noticed, silence ends it.
 *
 * It knows nothing of what came before or comes after it: a consumer that skips a message, falls silent or ends is
 * over, and whoever reads makes another one (stream-reader.ts).
 */
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { AckSubject } from "./ack-subject.ts";
import { NS_PER_MS } from "./stream-info.ts";

/** Messages under way: half a megabyte of claims, enough to never wait for the server on one machine. */
const UNDER_WAY_MAX = 2_000;

/** Bytes under way of one request, whatever is published: the server gives a client up that is 64 MB behind. */
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;

/** How long a request waits for messages before it ends and is made anew. */
const REQUEST_EXPIRES_MS = 5_000;

/** How often the server gives a sign of life while there is nothing to deliver. */
const HEARTBEAT_MS = 1_000;

/** Silence after which a consumer is given up: two signs of life and a half. */
const SILENCE_MAX_MS = 2_500;

export interface PullOptions {
  readonly connection: NatsConnection;
  readonly stream: string;
  /** Where its messages are asked for: `CONSUMER.MSG.NEXT.…` of the API. */
  readonly nextSubject: string;
  readonly isPaused: boolean;
  /** Subject of its own, where messages come. */
  readonly inbox: string;
  readonly log: Log;
  /** Called for each message with its place, which is valid only now. False: it is not what was wanted, end. */
  readonly deliver: (message: Msg, place: AckSubject) => boolean;
}

/** State: what is under way, what waits while paused, and when the server was last heard. */
export class PullConsumer {
  /** Resolves with the reason why it ended. */
  readonly ended: Promise<string>;
  readonly #options: PullOptions;
  readonly #next: string;
  readonly #ack = new AckSubject();
  readonly #subscription: Subscription;
  readonly #watch: NodeJS.Timeout;
  #resolve: (why: string) => void = () => undefined;
  #consumerSeq = 0;
  /** Messages that the server was asked for and has not delivered. */
  #underWay = 0;
  #isPaused: boolean;
  /** What arrives while paused: at most what is under way. */
  #waiting: Msg[] = [];
  #isEnded = false;
  #heardAtMs = performance.now();
  #pending: number | undefined;

  /** Asks for messages at once, unless paused. */
  constructor(options: PullOptions) {
    const { connection, inbox, isPaused } = options;
    this.#options = options;
    this.#next = options.nextSubject;
    this.#isPaused = isPaused;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#subscription = connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error === null) this.#onMessage(message);
        else this.end(error.message);
      },
    });
    this.#watch = setInterval(() => this.#watchSilence(), HEARTBEAT_MS);
    this.#ask();
  }

  /** When the server was last heard, a message or a sign of life, on the monotonic clock. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Messages of the stream behind the last one; undefined before the first. */
  get pending(): number | undefined {
    return this.#pending;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    // Whoever takes them may pause again: the rest waits on.
    for (const [at, message] of waiting.entries()) {
      if (this.#isPaused) {
        this.#waiting = [...waiting.slice(at), ...this.#waiting];
        return;
      }
      this.#receive(message);
    }
    this.#heardAtMs = performance.now();
    this.#ask();
  }

  /** At once: more messages may lie in the same turn. Again is harmless. */
  end(why: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearInterval(this.#watch);
    this.#waiting = [];
    this.#subscription.unsubscribe();
    this.#resolve(why);
  }

  /** Keeps enough messages under way. */
  #ask(): void {
    const { connection, inbox } = this.#options;
    const isEnough = this.#underWay > UNDER_WAY_MAX / 2;
    if (this.#isEnded || this.#isPaused || isEnough || connection.isClosed()) return;
    const batch = UNDER_WAY_MAX - this.#underWay;
    this.#underWay += batch;
    const bytesMax = Math.max(REQUEST_BYTES_MAX, 2 * (connection.info?.max_payload ?? 0));
    const request = {
      batch,
      max_bytes: bytesMax,
      expires: REQUEST_EXPIRES_MS * NS_PER_MS,
      idle_heartbeat: HEARTBEAT_MS * NS_PER_MS,
    };
    connection.publish(this.#next, JSON.stringify(request), { reply: inbox });
  }

  /** nats.js ends the reader of the whole connection for a callback that throws. */
  #onMessage(message: Msg): void {
    if (this.#isEnded) return;
    try {
      if (!message.reply) this.#onStatus(message);
      else if (this.#isPaused) this.#waiting.push(message);
      else this.#receive(message);
    } catch (thrown) {
      this.#options.log.error(`Cannot take a message of ${this.#options.stream}: ${messageOf(thrown)}`);
      this.end("a message could not be taken");
    }
  }

  #receive(message: Msg): void {
    if (this.#isEnded) return;
    if (!this.#ack.read(message.reply ?? "")) {
      this.end("a message without a place");
      return;
    }
    this.#underWay -= 1;
    this.#consumerSeq += 1;
    this.#heardAtMs = performance.now();
    this.#pending = this.#ack.pending;
    if (this.#ack.consumerSeq !== this.#consumerSeq) this.end("the consumer skipped a message");
    else if (!this.#options.deliver(message, this.#ack)) this.end("it delivered what was not wanted");
    this.#ask();
  }

  /** 100: a sign of life; all others end one request, and say how much of it was left. */
  #onStatus(message: Msg): void {
    this.#heardAtMs = performance.now();
    const code = message.headers?.code ?? 0;
    if (code === 100) return;
    const left = Number(message.headers?.get("Nats-Pending-Messages"));
    this.#underWay = Number.isSafeInteger(left) && left > 0 ? Math.max(0, this.#underWay - left) : 0;
    const description = message.headers?.description ?? "";
    if (code === 408 || description.includes("MaxBytes")) this.#ask();
    else this.end(`${code} ${description}`);
  }

  #watchSilence(): void {
    if (this.#isPaused) return;
    if (performance.now() - this.#heardAtMs > SILENCE_MAX_MS) this.end("the consumer fell silent");
  }
}
