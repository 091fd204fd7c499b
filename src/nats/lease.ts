/**
 * The port `Lease` on a JetStream stream of its own (BACKBEAT-REQ-001; P2).
 *
 * A write names the sequence that the whole stream must end with: nats-server below 2.9.21 does not check the
 * sequence of a subject where a stream has replicas, and lets several win. No message ids, no expiry by the server.
 */
import { randomUUID } from "node:crypto";
import { REFUSAL_CODES } from "../contracts/stream-refusal.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { BackbeatError } from "../errors.ts";
import type { CommitResult, Lease, LeaseAnswer, LeaseRecord, Log } from "../ports.ts";
import type { NatsBus } from "./bus.ts";
import { storeAfter } from "./compare-and-set.ts";
import { ApiRefusal, JetStreamApi, NotAllowed, unknownOutcome } from "./jetstream-api.ts";
import { adviceOn, BeyondProbe, beyondText } from "./journal-beyond.ts";
import type { StreamInfo } from "./stream-info.ts";
import { journalName, leaseName } from "./stream-names.ts";
import { leasePlan } from "./stream-plans.ts";
import { hasJetStream, hasStream, proveCompareAndSet, provide } from "./streams.ts";

/** On one server nothing but the holder can be gone: soon enough for whoever waits to change the tempo. */
const DURATION_MS = 4_000;

/**
 * Where a stream has replicas it may be without a leader for 8 s after a server died: a shorter lease would be lost
 * with every NATS server, and the holder change for nothing.
 */
const DURATION_REPLICATED_MS = 12_000;

/** The holder writes every second: an answer that takes longer is not waited for. */
const ANSWER_TIMEOUT_MS = 1_000;

/** Without a lease store it is asked for again and again: a leafnode that was cut off may have its hub again. */
const LOOK_BEYOND_EVERY_MS = 5_000;

/** Refusals that do not pass by themselves. */
const LASTING: readonly string[] = ["journal-refused", "mode-refused"];

const FORMAT = 1;

/** The server says that there is no journal, or no frame in it. */
const NO_FRAME: ReadonlySet<number> = new Set([
  REFUSAL_CODES.messageNotFound,
  REFUSAL_CODES.streamNotFound,
  REFUSAL_CODES.off,
  REFUSAL_CODES.offForAccount,
]);

export interface LeaseParts {
  readonly bus: NatsBus;
  readonly log: Log;
  readonly clusterId: string;
  readonly subjects: Subjects;
  /** Of a stream that is made; default 1. */
  readonly replicas?: number;
}

/** State: whether the stream was found or made, and on how many servers it is. */
export class StreamLease implements Lease {
  readonly writer = randomUUID();
  readonly #parts: LeaseParts;
  readonly #api: JetStreamApi;
  readonly #beyond: BeyondProbe;
  /** Until when, on the monotonic clock, it is believed that no lease is kept elsewhere. */
  #noneUntilMs = Number.NEGATIVE_INFINITY;
  #replicas: number | undefined;
  #refusal: string | undefined;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.#api = new JetStreamApi(parts.bus);
    this.#beyond = new BeyondProbe({ api: this.#api, log: parts.log });
  }

  get durationMs(): number {
    return (this.#replicas ?? this.#parts.replicas ?? 1) > 1 ? DURATION_REPLICATED_MS : DURATION_MS;
  }

  async read(): Promise<LeaseAnswer> {
    try {
      if (this.#replicas === undefined && !(await this.#open())) return { kind: "none" };
      return await this.#newest();
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === REFUSAL_CODES.messageNotFound)
        return { kind: "free", seq: 0 };
      // Removed meanwhile, or another server answers now: looked for again with the next read.
      if (error instanceof ApiRefusal) this.#replicas = undefined;
      this.#sayRefusal(error);
      return unknownOutcome(error);
    }
  }

  async write(record: LeaseRecord, expectedSeq: number): Promise<CommitResult> {
    const body = new TextEncoder().encode(JSON.stringify({ format: FORMAT, ...record }));
    const { clusterId, subjects } = this.#parts;
    return storeAfter(
      { api: this.#api, stream: leaseName(clusterId) },
      { body, subject: subjects.lease, timeoutMs: ANSWER_TIMEOUT_MS },
      expectedSeq,
    );
  }

  async newestFrame(): Promise<Uint8Array | "unknown" | undefined> {
    const { clusterId, subjects } = this.#parts;
    try {
      const { message } = await this.#get(journalName(clusterId), subjects.beat);
      return Buffer.from(message.data ?? "", "base64");
    } catch (error) {
      const isNone = error instanceof ApiRefusal && NO_FRAME.has(error.code);
      return isNone || error instanceof NotAllowed ? undefined : "unknown";
    }
  }

  /** False: there is no JetStream for us, and no lease elsewhere. */
  async #open(): Promise<boolean> {
    const hasOwn = await hasJetStream(this.#api);
    if (!hasOwn || !(await hasStream(this.#api, leaseName(this.#parts.clusterId))))
      await this.#refuseBeyond(hasOwn);
    if (!hasOwn) return false;
    const { config } = await this.#provide();
    await proveCompareAndSet(this.#api, this.#parts.subjects.lease);
    this.#replicas = config.num_replicas;
    this.#refusal = undefined;
    return true;
  }

  /** @throws BackbeatError `mode-refused` where the lease, or the journal beside it, is kept beyond our JetStream */
  async #refuseBeyond(hasOwn: boolean): Promise<void> {
    if (performance.now() < this.#noneUntilMs) return;
    const { clusterId, subjects } = this.#parts;
    const [journal, lease] = await Promise.all([
      hasOwn ? undefined : this.#beyond.journal(subjects),
      this.#beyond.lease(subjects),
    ]);
    const found = journal ?? lease;
    if (found === undefined) {
      this.#noneUntilMs = performance.now() + LOOK_BEYOND_EVERY_MS;
      return;
    }
    throw new BackbeatError(
      "mode-refused",
      `Cannot lead the pulses of cluster ${clusterId}: ${beyondText(found, this.#api)}, expected to share the lease that is kept there; ${adviceOn(found)}`,
    );
  }

  #provide(): Promise<StreamInfo> {
    const { clusterId, log, replicas, subjects } = this.#parts;
    const retention = replicas === undefined ? {} : { replicas };
    // What an operator has set on a stream stays: a pulse without the setting must not take its copies away.
    const plan = leasePlan({ clusterId, subjects, retention });
    return provide(this.#api, plan, { log, mayChange: false });
  }

  async #newest(): Promise<LeaseAnswer> {
    const { clusterId, subjects } = this.#parts;
    let message: { readonly seq: number; readonly data?: string };
    try {
      ({ message } = await this.#get(leaseName(clusterId), subjects.lease));
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.code !== REFUSAL_CODES.messageNotFound) throw error;
      // Nothing there: new, made anew behind our back, or purged.
      const { state } = await this.#provide();
      return { kind: "free", seq: state.last_seq };
    }
    const record = recordFrom(Buffer.from(message.data ?? "", "base64"), clusterId);
    if (record === undefined)
      return {
        kind: "unknown",
        why: `what stands on ${subjects.lease} at ${message.seq} is no lease of this version; remove the stream ${leaseName(clusterId)}`,
      };
    return { kind: "held", seq: message.seq, record };
  }

  #get(stream: string, subject: string) {
    return this.#api.request<{ readonly message: { readonly seq: number; readonly data?: string } }>(
      this.#api.subjectOf(`STREAM.MSG.GET.${stream}`),
      new TextEncoder().encode(JSON.stringify({ last_by_subj: subject })),
      { timeoutMs: ANSWER_TIMEOUT_MS },
    );
  }

  /** What will not pass by itself is said once. */
  #sayRefusal(error: unknown): void {
    if (!(error instanceof BackbeatError) || !LASTING.includes(error.code)) return;
    if (this.#refusal !== error.message)
      this.#parts.log.error(
        error.code === "mode-refused"
          ? `${error.message}. Until then this pulse follows the others, and changes no tempo`
          : `${error.message}. Until then no pulse can lead, and no tempo be changed`,
      );
    this.#refusal = error.message;
  }
}

function recordFrom(body: Uint8Array, clusterId: string): LeaseRecord | undefined {
  try {
    const read = JSON.parse(new TextDecoder().decode(body)) as Partial<
      LeaseRecord & { format: number }
    > | null;
    if (read?.format !== FORMAT || typeof read.holder !== "string" || typeof read.writer !== "string")
      return undefined;
    const { holder, released, writer } = read;
    const timeline = timelineFrom(read.timeline);
    if (timeline?.clusterId !== clusterId) return undefined;
    return { holder, writer, released: released === true, timeline };
  } catch {
    return undefined;
  }
}

type Timeline = LeaseRecord["timeline"];

function timelineFrom(read: Partial<Timeline> | undefined): Timeline | undefined {
  if (read === undefined) return undefined;
  const { barLength, barOrigin, epoch, firstBeat, lastBeat, next, originWallMs, tempoBpm } = read;
  const numbers = [epoch, firstBeat, originWallMs, barLength, barOrigin, lastBeat];
  const tempos = next === undefined ? [tempoBpm] : [tempoBpm, next.tempoBpm];
  const isTempo = (bpm: unknown) => typeof bpm === "number" && bpm >= 0.1 && bpm <= 1_000;
  return numbers.every(Number.isFinite) && tempos.every(isTempo) ? (read as Timeline) : undefined;
}
