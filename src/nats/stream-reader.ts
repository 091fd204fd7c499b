/**
 * Reads a stream in order, from a place on, without a hole, whatever happens to links, servers and consumers (R1).
 *
 * Our own place is what counts: each attempt makes a consumer of its own (ephemeral, nothing to acknowledge) that
 * begins *at* the last message we had and compares it, so a stream that lost its end and grew again is found out.
 * Messages are pulled, a bounded number under way; a consumer that skips, falls silent or ends is given up and the
 * next attempt begins. Only a stream that does not hold what comes next ends the reading, with its fault.
 */
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { REFUSAL_CODES } from "../contracts/stream-refusal.ts";
import { BackbeatError } from "../errors.ts";
import type {
  BusSubscription,
  Log,
  ReadFailure,
  ReadStart,
  StreamFault,
  StreamListener,
  StreamMessage,
  StreamReading,
} from "../ports.ts";
import type { AckSubject } from "./ack-subject.ts";
import type { NatsBus } from "./bus.ts";
import { ApiRefusal, type JetStreamApi, unknownOutcome } from "./jetstream-api.ts";
import { headersOf } from "./message-headers.ts";
import { PullConsumer } from "./pull-consumer.ts";
import { isServerBefore } from "./server-version.ts";
import { StreamHoles } from "./stream-holes.ts";
import { NS_PER_MS, stateOf, streamInfo } from "./stream-info.ts";

/** How long the server keeps a consumer that nobody asks. */
const CONSUMER_KEPT_MS = 30_000;

/** How long a fault must be seen before it is one. */
const BELIEVED_AFTER_MS = 2_000;

/** Pause before the next attempt. */
const TRY_AGAIN_MS = 250;

/** Why an attempt ended that found another stream than it read, or none: the listener is told once it is believed. */
const UNEXPECTED = "stopped, or not what was expected";

export interface ReaderOptions {
  readonly api: JetStreamApi;
  readonly bus: NatsBus;
  readonly stream: string;
  readonly start: ReadStart;
  readonly listener: StreamListener;
  readonly log: Log;
}

interface Suspicion {
  readonly kind: StreamFault["kind"];
  readonly sinceMs: number;
  readonly seenAtMs: number;
}

/** State: the last message that was delivered, and the attempt under way. */
export class StreamReader implements StreamReading {
  readonly #options: ReaderOptions;
  readonly #api: JetStreamApi;
  #lastSeq: number;
  /** Time of the last message; undefined where it was never read. */
  #lastTimeMs: number | undefined;
  #backlogEndSeq = 0;
  #streamId: string | undefined;
  /** The last consumer, which may have ended. */
  #consumer: PullConsumer | undefined;
  #isPaused = false;
  #isStopped = false;
  readonly #link: BusSubscription;
  #suspicion: Suspicion | undefined;
  readonly #holes = new StreamHoles();
  #failure: ReadFailure | undefined;
  readonly #beganAtMs = performance.now();
  #wake: () => void = () => undefined;

  /** Begins to read at once. */
  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#api = options.api;
    this.#lastSeq = options.start.seq - 1;
    const { after } = options.start;
    if (after?.seq === this.#lastSeq) this.#lastTimeMs = after.timeMs;
    this.#link = options.bus.onLink((link) => {
      if (link === "lost") {
        this.#holes.linkLost();
        this.#consumer?.end("the link was lost");
      }
      this.#wake();
    });
    void this.#run();
  }

  get pending(): number | undefined {
    return this.#consumer?.pending;
  }

  get backlogEndSeq(): number {
    return this.#backlogEndSeq;
  }

  get heardAtMs(): number {
    return this.#consumer?.heardAtMs ?? this.#beganAtMs;
  }

  get failure(): ReadFailure | undefined {
    return this.#failure;
  }

  pause(): void {
    this.#isPaused = true;
    this.#consumer?.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#consumer?.resume();
  }

  stop(): void {
    this.#isStopped = true;
    this.#link.unsubscribe();
    this.#consumer?.end("stopped");
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
        const sinceMs = this.#failure?.sinceMs ?? performance.now();
        this.#failure = { ...unknownOutcome(error), sinceMs };
        this.#options.log.debug(`Cannot read ${this.#options.stream} now: ${this.#failure.why}`);
      }
      if (!this.#isStopped) await this.#pauseBriefly();
    }
  }

  /** One attempt. Resolves with the reason why it ended. */
  async #read(connection: NatsConnection): Promise<string> {
    const fromSeq = await this.#check();
    if (fromSeq === undefined || this.#isStopped) return UNEXPECTED;
    const { bus, log, stream } = this.#options;
    const name = await this.#makeConsumer(fromSeq);
    if (name === undefined) return UNEXPECTED;
    if (this.#isStopped || connection.isClosed()) return "the link was lost";
    const consumer = new PullConsumer({
      connection,
      stream,
      nextSubject: this.#api.subjectOf(`CONSUMER.MSG.NEXT.${stream}.${name}`),
      isPaused: this.#isPaused,
      inbox: bus.inbox(),
      log,
      deliver: (message, place) => this.#place(message, place),
    });
    this.#consumer = consumer;
    this.#failure = undefined;
    const why = await consumer.ended;
    if (!connection.isClosed())
      void this.#api.ask(`CONSUMER.DELETE.${stream}.${name}`).catch(() => undefined);
    return why;
  }

  /** Where the next attempt begins; undefined: the stream does not seem to hold what comes next. @throws what passes */
  async #check(): Promise<number | undefined> {
    try {
      const info = await streamInfo(this.#api, this.#options.stream);
      const { firstSeq, id, lastSeq } = stateOf(info);
      this.#streamId ??= id;
      if (id !== this.#streamId)
        return this.#suspect({
          kind: "replaced",
          text: `the stream ${this.#options.stream} was deleted and made again`,
          byState: true,
        });
      if (lastSeq < this.#lastSeq)
        return this.#suspect({
          kind: "went-back",
          text: `the stream ${this.#options.stream} ends at ${lastSeq}, it was read up to ${this.#lastSeq}`,
          byState: true,
        });
      if (firstSeq > this.#lastSeq + 1) return this.#suspect({ ...this.#cutAt(firstSeq), byState: true });
      this.#backlogEndSeq = lastSeq;
      const mayPass = isServerBefore(this.#api, 2, 10);
      this.#holes.looked(info.state, { lastSeq: this.#lastSeq, mayPass });
      return this.#lastTimeMs !== undefined && firstSeq <= this.#lastSeq ? this.#lastSeq : this.#lastSeq + 1;
    } catch (error) {
      if (error instanceof BackbeatError && error.code === "stream-missing")
        return this.#suspect(this.#deleted());
      throw error;
    }
  }

  /** Its name; undefined: the stream is not there. @throws what passes */
  async #makeConsumer(fromSeq: number): Promise<string | undefined> {
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
      if (error instanceof ApiRefusal && error.code === REFUSAL_CODES.streamNotFound)
        return this.#suspect(this.#deleted());
      throw error;
    }
  }

  /** False: this consumer is of no more use. */
  #place(message: Msg, place: AckSubject): boolean {
    const { streamSeq } = place;
    if (streamSeq === this.#lastSeq + 1 || this.#mayPassTo(streamSeq)) this.#deliver(message, place);
    else if (streamSeq === this.#lastSeq) return this.#isSame(place);
    else {
      if (streamSeq > this.#lastSeq) this.#suspect(this.#cutAt(streamSeq));
      return false;
    }
    return true;
  }

  /** A hole that the server told of at the last look; of a newer one it tells at the next. */
  #mayPassTo(streamSeq: number): boolean {
    if (streamSeq <= this.#lastSeq) return false;
    const hole = this.#holes.between(this.#lastSeq, streamSeq);
    return hole !== undefined && this.#options.listener.hole?.(hole) === true;
  }

  #deliver(message: Msg, { streamSeq: seq, timeMs }: AckSubject): void {
    this.#suspicion = undefined;
    this.#lastSeq = seq;
    this.#lastTimeMs = timeMs;
    this.#holes.read(seq);
    const delivered: StreamMessage = {
      seq,
      timeMs,
      subject: message.subject,
      data: message.data,
      headers: headersOf(message),
    };
    this.#options.listener.message(delivered);
  }

  /** The last message that we had, again: is it still the same? */
  #isSame({ timeMs }: AckSubject): boolean {
    if (timeMs === this.#lastTimeMs) return true;
    this.#suspect({
      kind: "went-back",
      text: `the stream ${this.#options.stream} has another message at ${this.#lastSeq} than was read there`,
    });
    return false;
  }

  #cutAt(foundSeq: number): StreamFault {
    return {
      kind: "cut",
      nextSeq: foundSeq,
      text: `the stream ${this.#options.stream} goes on at ${foundSeq}, it was read up to ${this.#lastSeq}`,
    };
  }

  #deleted(): StreamFault {
    return { kind: "deleted", text: `the stream ${this.#options.stream} was deleted`, byState: true };
  }

  /**
   * One odd answer is not believed: a server that has just lost its lead may give it. The same for so long is; until
   * then the next attempt looks again.
   */
  #suspect(fault: StreamFault): undefined {
    if (this.#isStopped) return undefined;
    const nowMs = performance.now();
    const { kind, seenAtMs = 0, sinceMs = nowMs } = this.#suspicion ?? {};
    const isSame = kind === fault.kind && nowMs - seenAtMs < 2 * BELIEVED_AFTER_MS;
    this.#suspicion = { kind: fault.kind, sinceMs: isSame ? sinceMs : nowMs, seenAtMs: nowMs };
    if (nowMs - this.#suspicion.sinceMs < BELIEVED_AFTER_MS) return undefined;
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
