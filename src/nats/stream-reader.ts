/**
 * Reads a stream in order, from a place on, without a hole, whatever happens to links, servers and consumers (R1).
 *
 * Our own place is what counts: each attempt makes a consumer of its own (ephemeral, nothing to acknowledge) that
 * begins *at* the last message we had and compares it, so a stream that lost its end and grew again is found out.
 * Messages are pulled, a bounded number under way; a consumer that skips, falls silent or ends is given up and the
 * next attempt begins. Only a stream that does not hold what comes next ends the reading, with its fault.
 */
import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Log, ReadStart, StreamFault, StreamListener, StreamMessage, StreamReading } from "../ports.ts";
import { AckSubject } from "./ack-subject.ts";
import type { NatsBus } from "./bus.ts";
import { API_CODES, ApiRefusal, JetStreamApi } from "./jetstream-api.ts";
import { NS_PER_MS, stateOf, streamInfo } from "./stream-info.ts";

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

/** How long the server keeps a consumer that nobody asks. */
const CONSUMER_KEPT_MS = 30_000;

/** Pause before the next attempt. */
const TRY_AGAIN_MS = 250;

export interface ReaderOptions {
  readonly bus: NatsBus;
  readonly stream: string;
  readonly start: ReadStart;
  readonly listener: StreamListener;
  readonly log: Log;
  /** Headers are read, too; reading them costs a microsecond. */
  readonly withHeaders: boolean;
}

interface Attempt {
  readonly connection: NatsConnection;
  readonly next: string;
  readonly inbox: string;
  readonly ack: AckSubject;
  consumerSeq: number;
  /** Messages that the server was asked for and has not delivered. */
  underWay: number;
  /** Ends the attempt. */
  readonly end: (why: string) => void;
}

/** State: the last message that was delivered, and the attempt under way. */
export class StreamReader implements StreamReading {
  readonly #options: ReaderOptions;
  readonly #api: JetStreamApi;
  #lastSeq: number;
  /** Time of the last message; undefined where it was never read. */
  #lastTimeMs: number | undefined;
  #streamId: string | undefined;
  #pending: number | undefined;
  #heardAtMs: number | undefined;
  #attempt: Attempt | undefined;
  #isPaused = false;
  /** What arrives while paused: at most what is under way. */
  #waiting: Msg[] = [];
  #isStopped = false;
  #wake: () => void = () => undefined;

  /** Begins to read at once. */
  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#api = new JetStreamApi(options.bus);
    this.#lastSeq = options.start.seq - 1;
    const { after } = options.start;
    if (after?.seq === this.#lastSeq) this.#lastTimeMs = after.timeMs;
    options.bus.onLink((link) => {
      if (link === "lost") this.#attempt?.end("the link was lost");
      this.#wake();
    });
    void this.#run();
  }

  get pending(): number | undefined {
    return this.#pending;
  }

  get heardAtMs(): number | undefined {
    return this.#heardAtMs;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    // A listener may pause again: the rest waits on.
    for (const [at, message] of waiting.entries()) {
      if (this.#isPaused) {
        this.#waiting = [...waiting.slice(at), ...this.#waiting];
        return;
      }
      this.#receive(message);
    }
    this.#heardAtMs = performance.now();
    if (this.#attempt !== undefined) this.#ask(this.#attempt);
  }

  stop(): void {
    this.#isStopped = true;
    this.#attempt?.end("stopped");
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const { connection } = this.#api;
        if (connection !== undefined) {
          const why = await this.#read(connection);
          if (this.#isStopped) return;
          this.#options.log.debug(`Reading ${this.#options.stream} again: ${why}`);
        }
      } catch (error) {
        this.#options.log.debug(`Cannot read ${this.#options.stream} now: ${messageOf(error)}`);
      }
      if (!this.#isStopped) await this.#pauseBriefly();
    }
  }

  /** One attempt. Resolves with the reason why it ended. */
  async #read(connection: NatsConnection): Promise<string> {
    const fromSeq = await this.#check();
    if (fromSeq === undefined || this.#isStopped) return "stopped";
    const { stream } = this.#options;
    const inbox = createInbox();
    const ended = deferred();
    const consumer = await this.#makeConsumer(fromSeq);
    const attempt: Attempt = {
      connection,
      next: `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
      inbox,
      ack: new AckSubject(),
      consumerSeq: 0,
      underWay: 0,
      end: (why) => {
        // At once: more messages of this attempt may lie in the same turn.
        if (this.#attempt === attempt) this.#attempt = undefined;
        ended.resolve(why);
      },
    };
    if (this.#isStopped || connection.isClosed()) return "the link was lost";
    const subscription = connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error === null) this.#onMessage(attempt, message);
        else attempt.end(error.message);
      },
    });
    this.#attempt = attempt;
    this.#heardAtMs = performance.now();
    const watch = setInterval(() => this.#watchSilence(attempt), HEARTBEAT_MS);
    this.#ask(attempt);
    const why = await ended.promise;
    clearInterval(watch);
    this.#waiting = [];
    subscription.unsubscribe();
    if (!connection.isClosed())
      void this.#api.ask(`CONSUMER.DELETE.${stream}.${consumer}`).catch(() => undefined);
    return why;
  }

  /** Where the next attempt begins; undefined: the stream does not hold what comes next. @throws what passes */
  async #check(): Promise<number | undefined> {
    try {
      const { firstSeq, id, lastSeq } = stateOf(await streamInfo(this.#api, this.#options.stream));
      this.#streamId ??= id;
      if (id !== this.#streamId)
        return this.#break({
          kind: "replaced",
          text: `the stream ${this.#options.stream} was deleted and made again`,
        });
      if (lastSeq < this.#lastSeq)
        return this.#break({
          kind: "went-back",
          text: `the stream ${this.#options.stream} ends at ${lastSeq}, it was read up to ${this.#lastSeq}`,
        });
      if (firstSeq > this.#lastSeq + 1) return this.#cut(firstSeq);
      return this.#lastTimeMs !== undefined && firstSeq <= this.#lastSeq ? this.#lastSeq : this.#lastSeq + 1;
    } catch (error) {
      if (error instanceof BackbeatError && error.code === "stream-missing")
        return this.#break({ kind: "deleted", text: `the stream ${this.#options.stream} was deleted` });
      throw error;
    }
  }

  async #makeConsumer(fromSeq: number): Promise<string> {
    const { stream } = this.#options;
    try {
      const { name } = await this.#api.ask<{ readonly name: string }>(`CONSUMER.CREATE.${stream}`, {
        stream_name: stream,
        config: {
          ack_policy: "none",
          deliver_policy: "by_start_sequence",
          opt_start_seq: fromSeq,
          replay_policy: "instant",
          inactive_threshold: CONSUMER_KEPT_MS * NS_PER_MS,
          mem_storage: true,
          num_replicas: 1,
        },
      });
      return name;
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === API_CODES.streamNotFound)
        this.#break({ kind: "deleted", text: `the stream ${stream} was deleted` });
      throw error;
    }
  }

  /** Keeps enough messages under way. */
  #ask(attempt: Attempt): void {
    if (
      this.#isStopped ||
      this.#isPaused ||
      attempt.underWay > UNDER_WAY_MAX / 2 ||
      attempt.connection.isClosed()
    )
      return;
    const batch = UNDER_WAY_MAX - attempt.underWay;
    attempt.underWay += batch;
    const bytesMax = Math.max(REQUEST_BYTES_MAX, 2 * (attempt.connection.info?.max_payload ?? 0));
    attempt.connection.publish(
      attempt.next,
      JSON.stringify({
        batch,
        max_bytes: bytesMax,
        expires: REQUEST_EXPIRES_MS * NS_PER_MS,
        idle_heartbeat: HEARTBEAT_MS * NS_PER_MS,
      }),
      { reply: attempt.inbox },
    );
  }

  /** nats.js ends the reader of the whole connection for a callback that throws. */
  #onMessage(attempt: Attempt, message: Msg): void {
    if (attempt !== this.#attempt) return;
    try {
      if (!message.reply) this.#onStatus(attempt, message);
      else if (this.#isPaused) this.#waiting.push(message);
      else this.#receive(message);
    } catch (thrown) {
      this.#options.log.error(`Cannot take a message of ${this.#options.stream}: ${messageOf(thrown)}`);
      attempt.end("a message could not be taken");
    }
  }

  #receive(message: Msg): void {
    const attempt = this.#attempt;
    if (attempt !== undefined) this.#place(attempt, message);
  }

  #place(attempt: Attempt, message: Msg): void {
    const { ack } = attempt;
    if (!ack.read(message.reply ?? "")) {
      attempt.end("a message without a place");
      return;
    }
    attempt.underWay -= 1;
    attempt.consumerSeq += 1;
    this.#heardAtMs = performance.now();
    this.#pending = ack.pending;
    if (ack.consumerSeq !== attempt.consumerSeq) attempt.end("the consumer skipped a message");
    else if (ack.streamSeq === this.#lastSeq + 1) this.#deliver(message, ack);
    else if (ack.streamSeq === this.#lastSeq) this.#compare(ack);
    else if (ack.streamSeq > this.#lastSeq) this.#cut(ack.streamSeq);
    else attempt.end("the consumer began too early");
    this.#ask(attempt);
  }

  #deliver(message: Msg, { streamSeq: seq, timeMs }: AckSubject): void {
    this.#lastSeq = seq;
    this.#lastTimeMs = timeMs;
    const { listener, withHeaders } = this.#options;
    const delivered: StreamMessage = {
      seq,
      timeMs,
      subject: message.subject,
      data: message.data,
      headers: withHeaders ? message.headers : undefined,
    };
    listener.message(delivered);
  }

  /** The last message that we had, again: is it still the same? */
  #compare({ timeMs }: AckSubject): void {
    if (timeMs === this.#lastTimeMs) return;
    this.#break({
      kind: "went-back",
      text: `the stream ${this.#options.stream} has another message at ${this.#lastSeq} than was read there`,
    });
  }

  /** 100: a sign of life; all others end one request, and say how much of it was left. */
  #onStatus(attempt: Attempt, message: Msg): void {
    this.#heardAtMs = performance.now();
    const code = message.headers?.code ?? 0;
    if (code === 100) return;
    const left = Number(message.headers?.get("Nats-Pending-Messages"));
    attempt.underWay = Number.isSafeInteger(left) && left > 0 ? Math.max(0, attempt.underWay - left) : 0;
    const description = message.headers?.description ?? "";
    if (code === 408 || description.includes("MaxBytes")) this.#ask(attempt);
    else attempt.end(`${code} ${description}`);
  }

  #watchSilence(attempt: Attempt): void {
    if (this.#isPaused) return;
    if (performance.now() - (this.#heardAtMs ?? 0) > SILENCE_MAX_MS) attempt.end("the consumer fell silent");
  }

  #cut(foundSeq: number): undefined {
    return this.#break({
      kind: "cut",
      nextSeq: foundSeq,
      text: `the stream ${this.#options.stream} goes on at ${foundSeq}, it was read up to ${this.#lastSeq}`,
    });
  }

  #break(fault: StreamFault): undefined {
    if (this.#isStopped) return undefined;
    this.stop();
    this.#options.listener.broken(fault);
    return undefined;
  }

  #pauseBriefly(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, TRY_AGAIN_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

interface Deferred {
  readonly promise: Promise<string>;
  readonly resolve: (why: string) => void;
}

function deferred(): Deferred {
  let resolve: (why: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
