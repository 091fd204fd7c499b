/**
 * Everything that a service may ask of the world, on one page.
 *
 * Services are `runX(settings, ports)`; adapters (nats/, store/, runtime/) and the fakes of tests fill these
 * in. One compliance suite per port runs over the fake and the real thing alike (test/compliance/).
 */
import type { Profile } from "./contracts/chain-record.ts";
import type { HeaderSource, Headers } from "./contracts/report-headers.ts";
import type { StreamRefusal } from "./contracts/stream-refusal.ts";
import type { StoredTimeline } from "./core/timeline.ts";
import type { BackbeatError } from "./errors.ts";

/** Time. Only services read it; the core is told. */
export interface Clock {
  /** Milliseconds since some start, with fractions; never goes back, no jump enters. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch: wall time at start + monotonic time, slewed, so jumps do not enter. */
  wallMs(): number;
  /** Calls `action` once, `delayMs` from now or later; may be early by up to 1 ms, so look again. */
  after(delayMs: number, action: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Chance, for ids and jitter. */
export interface Random {
  /** A number in [0, 1). */
  fraction(): number;
}

/** A message as it arrived. `respond` answers a request; false where nobody asked. True promises no more than `publish`. */
export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Undefined where it carries none. */
  readonly headers?: HeaderSource | undefined;
  respond(body: Uint8Array): boolean;
}

export interface PublishOptions {
  /** Where an answer goes, if anybody gives one: a stream that stores the message acknowledges there. */
  readonly replyTo?: string;
  /** Names are told apart by case. */
  readonly headers?: Headers;
}

/**
 * One connection to the message bus. Messages of all its subscriptions arrive in one order. It exists before the
 * first server answers and survives every loss; after `close` nothing arrives and nothing is taken.
 */
export interface Bus {
  /** The server has our subscriptions and takes what is published. */
  readonly connected: boolean;
  /**
   * What subjects of the JetStream API begin with, without a dot at the end; undefined: `$JS.API`, which is that of the
   * server that we are connected to.
   */
  readonly apiPrefix?: string | undefined;
  /**
   * Hands a message to the connection. False: the link is down and the message was *not* taken; nothing is
   * buffered across a reconnect, so the caller decides whether it is still worth sending. True: handed on; it
   * may still be lost with the link (`flush` tells).
   * @throws BackbeatError `bad-message` when the server would refuse it for its size
   */
  publish(subject: string, body: Uint8Array, options?: PublishOptions): boolean;
  /** A subject that nobody else uses; answers go to it and to what is below it. */
  inbox(): string;
  /**
   * Resolves when the server has all that was published since the link was last restored; rejects
   * `nats-unreachable` if the link is down or is lost before the answer. Call it in the same turn as `publish`:
   * what was published before a loss is not known to a flush that begins after it.
   */
  flush(): Promise<void>;
  /**
   * A handler that throws is logged and harms nobody else. Made as soon as there is a link, and again by itself
   * after each loss. `flush` after it tells that the server has it.
   */
  subscribe(subject: string, handler: (message: BusMessage) => void): BusSubscription;
  /** The first answer, or undefined when nobody answers within `timeoutMs`, at once when the link is down or is lost. */
  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<BusMessage | undefined>;
  /**
   * Hears `lost` when the link goes down and `restored` when subscriptions are back; `restored` also for the
   * first link, if that comes later than this call. Whoever lives shorter than the bus takes its listener back.
   */
  onLink(listener: (link: "lost" | "restored") => void): BusSubscription;
  /** Stops subscriptions, delivers what was published, closes. Never rejects. */
  close(): Promise<void>;
}

export interface BusSubscription {
  unsubscribe(): void;
}

/** A message that a stream has stored, at its place. */
export interface StreamMessage {
  /** Place in the stream, from 1. */
  readonly seq: number;
  /** When the server stored it, by the server's wall clock: ms since the Unix epoch, with microseconds as fractions. */
  readonly timeMs: number;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers?: HeaderSource | undefined;
}

export interface StreamState {
  /** Which stream this is: another one once it was deleted and made again, under whatever name. */
  readonly id: string;
  /** Of the oldest message that is kept; `lastSeq + 1` where none is. */
  readonly firstSeq: number;
  /** 0 before the first message. */
  readonly lastSeq: number;
  readonly bytes: number;
  /** Limits of what is kept; undefined: none. */
  readonly bytesMax?: number;
  readonly ageMaxMs?: number;
}

/** Where to read from. */
export interface ReadStart {
  readonly seq: number;
  /** The message before it, as it was read then: a stream that now has another in its place went back. */
  readonly after?: { readonly seq: number; readonly timeMs: number };
}

/** What is wrong with a stream that cannot be read on. */
export interface StreamFault {
  readonly kind: "deleted" | "replaced" | "went-back" | "cut";
  /** Of `cut`: the place at which it goes on. */
  readonly nextSeq?: number;
  /** A sentence for the operator. */
  readonly text: string;
  /** It shows in what the server says of the stream: whether it passes can be seen there. */
  readonly byState?: true;
}

/** Sequences inside a stream that hold nothing, both inclusive. */
export interface StreamHole {
  readonly fromSeq: number;
  readonly toSeq: number;
  /** It came into being while it was read: what is not there was never delivered to anybody. */
  readonly isLive: boolean;
}

export interface StreamListener {
  /** Called for each message in order, without a hole; must not throw. */
  message(message: StreamMessage): void;
  /**
   * Called for a hole that an old server leaves where it refuses a message for want of room in the account. True: it
   * is passed over. Default: it ends the reading, as every other hole.
   */
  hole?(hole: StreamHole): boolean;
  /** Reading has ended for good: what comes next is not there. */
  broken(fault: StreamFault): void;
}

/** Why a stream is not read now, and since when, on the monotonic clock. */
export interface ReadFailure extends UnknownOutcome {
  readonly sinceMs: number;
}

/** Reading under way. It survives lost links, lost servers and lost consumers by itself. */
export interface StreamReading {
  /** Messages of the stream behind the last one that was delivered, as last heard; undefined before anything was. */
  readonly pending: number | undefined;
  /** Last message that was stored already when reading began or was taken up again: up to it all is past; 0 before. */
  readonly backlogEndSeq: number;
  /** When the server was last heard, a message or a sign of life, on the monotonic clock; before that, when reading began. */
  readonly heardAtMs: number;
  /** Why the last attempt to read came to nothing; undefined while it is under way. */
  readonly failure?: ReadFailure | undefined;
  /** Delivers nothing until `resume`; at most what was asked of the server waits meanwhile. */
  pause(): void;
  resume(): void;
  stop(): void;
}

/** The journal: one stream of beats, claims and ticks as published. The stream decides the order. */
export interface Journal {
  /** @throws BackbeatError `nats-unreachable`, `stream-missing` */
  state(): Promise<StreamState>;
  read(start: ReadStart, listener: StreamListener): StreamReading;
  /**
   * Publishes on a captured subject; resolves with its sequence when it is stored.
   * @throws BackbeatError `nats-unreachable` where that is not known, `stream-missing`; `stream-refused` where the
   *   server says why it does not store it (`data.serverCode`, `data.serverText`)
   */
  append(subject: string, body: Uint8Array): Promise<number>;
}

/** What is not known to be stored; `refusal`: the server says why it does not store it. */
export interface UnknownOutcome {
  readonly kind: "unknown";
  /** For people; with the server's words and what to do, where it refused. */
  readonly why: string;
  readonly refusal?: StreamRefusal;
}

/** `unknown`: no answer in time, the link was lost, or the server refused; it may be stored, now or later. */
export type CommitResult =
  | { readonly kind: "stored"; readonly seq: number }
  | { readonly kind: "conflict" }
  | UnknownOutcome;

/** Reports and chain records, in the order in which they were stored; nothing is ever changed (R3). */
export interface ReportStore {
  /** @throws BackbeatError `nats-unreachable`, `stream-missing` */
  state(): Promise<StreamState>;
  /** Follows what is stored, from a place on. `subject` tells reports from chain records. */
  read(start: ReadStart, listener: StreamListener): StreamReading;
  /** What stands at a place; undefined where nothing does. @throws BackbeatError `nats-unreachable`, `stream-missing` */
  get(seq: number): Promise<StreamMessage | undefined>;
  /** How many records of a kind are kept. @throws as `get` */
  count(kind: RecordKind): Promise<number>;
  /** The newest record of all, or of one kind; undefined where there is none. @throws as `get` */
  last(kind?: RecordKind): Promise<StreamMessage | undefined>;
  /** Stores a record if the newest one of all has this sequence (0: there is none). Never rejects. */
  commit(record: NewRecord, expectedLastSeq: number): Promise<CommitResult>;
}

export type RecordKind = "report" | "chain";

export interface NewRecord {
  readonly kind: RecordKind;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What may be promised of what is stored. Never more than was probed. */
export type Durability = "best-effort" | "process-crash-safe" | "power-safe";

/** What a server keeps for a cluster. */
export interface Streams {
  readonly journal: Journal;
  readonly reports: ReportStore;
  readonly durability: Durability;
  /** Why it is this class and no better one; completes "because …". */
  readonly durabilityReason: string;
}

/**
 * Opens the streams of a cluster, making what is not there. Waits for the server as long as it takes; "none": the
 * server says that it has no JetStream for this account.
 */
export interface StreamsOpener {
  /** Why the last try came to nothing; undefined before the first, and once there was an answer. */
  readonly failure: string | undefined;
  /**
   * @throws BackbeatError `journal-refused` where a stream exists that cannot serve, or may not be made; `mode-refused`
   * where the journal is kept by a JetStream that we do not ask, such as that of a hub behind a leafnode
   */
  open(signal: AbortSignal): Promise<Streams | "none">;
  /**
   * Whether the cluster has a journal stream, which then nobody may report beside. Makes nothing, waits likewise;
   * false where the server has no JetStream for this account, or does not let us ask. @throws as `open`
   */
  hasJournal(signal: AbortSignal): Promise<boolean>;
}

/** Who may change the timeline of a cluster, and the timeline. */
export interface LeaseRecord {
  /** Node id of the pulse that may. */
  readonly holder: string;
  /** The process that wrote this, see `Lease.writer`: a pulse that comes back is another writer. */
  readonly writer: string;
  /** It gave the lease up: anybody may take it at once. */
  readonly released: boolean;
  readonly timeline: StoredTimeline;
}

/** `free`: nobody ever took it. `none`: there is no lease store for us. `unknown`: no answer in time. */
export type LeaseAnswer =
  | { readonly kind: "held"; readonly seq: number; readonly record: LeaseRecord }
  | { readonly kind: "free"; readonly seq: number }
  | { readonly kind: "none" }
  | UnknownOutcome;

/** The lease of a cluster: one record that is only replaced by who has read it. It judges nothing. */
export interface Lease {
  /** Stands for this process in records, and as `boot` in frames and presence; no other process has it. */
  readonly writer: string;
  /** An unchanged record that was watched for so long has lost its holder, ms; known after the first answer. */
  readonly durationMs: number;
  /** Makes the store where there is none. Never rejects. */
  read(): Promise<LeaseAnswer>;
  /** Replaces the record that has this sequence (`seq` of an answer). Never rejects; `unknown`: read again, and see. */
  write(record: LeaseRecord, expectedSeq: number): Promise<CommitResult>;
  /**
   * The newest frame that the journal keeps: where a timeline is found that no pulse has any more. Undefined where there
   * is no journal, or no frame in it; "unknown": no answer in time. Never rejects.
   */
  newestFrame(): Promise<Uint8Array | "unknown" | undefined>;
}

/** What a checkpoint belongs to: it is used only where all of this is so. */
export interface CheckpointHeader {
  /** Hash of the profile and chain id of the reports that the state computes. */
  readonly profile: string;
  readonly chain: string;
  readonly journalId: string;
  /** The last journal entry that is in it, and its time. */
  readonly seq: number;
  readonly timeMs: number;
  /** Journal sequence that the newest bar began with whose report is stored; 0 where none is. */
  readonly reportedFirstSeq: number;
}

export interface Checkpoint {
  readonly header: CheckpointHeader;
  /** As the core wrote it, see core/snapshot.ts. */
  readonly state: Uint8Array;
}

/** Keeps the newest checkpoint: a cache. Losing it costs time, never a report. */
export interface CheckpointStore {
  /** Undefined where there is none. @throws BackbeatError `bad-file` where it is damaged or of another version */
  load(): Promise<Checkpoint | undefined>;
  /** Replaces it as a whole or not at all. @throws BackbeatError `data-dir-unusable` */
  save(header: CheckpointHeader, state: readonly Uint8Array[]): Promise<void>;
}

/** A timeline was saved and is gone: a full disk or a crash of the machine left its place without content. */
export interface LostTimeline {
  /** To be raised where nobody else of the cluster knows the timeline. */
  readonly lost: BackbeatError;
}

/** The newest record of the report stream that a replica knows to be stored. */
export interface KnownRecord {
  /** Its place in the report stream. */
  readonly seq: number;
  /** Of what is stored there, computed: `Backbeat-Hash` of a report, the id of a chain. */
  readonly hash: string;
}

/** The newest journal entry that a replica has folded, and of which journal. */
export interface KnownEntry {
  readonly journalId: string;
  readonly seq: number;
  /** As the server stamped it. */
  readonly timeMs: number;
}

/** What a replica knows to be stored: by it a store that was replaced by an older copy is found out. */
export interface ChainHead {
  /** Ids of the chains that it followed, newest first: at least one. */
  readonly chains: readonly string[];
  /** Of the newest of them. */
  readonly profile: Profile;
  readonly record: KnownRecord;
  /** The newest report that it knows: its window and last beat; undefined before the first. */
  readonly report?: { readonly windowId: string; readonly toBeat: number };
  readonly entry?: KnownEntry;
}

/** Keeps the chain head across restarts. No cache: who loses it cannot notice that the store went back. */
export interface ChainHeadStore {
  /** Undefined where none was saved. @throws BackbeatError `bad-file` where it cannot be understood */
  load(): Promise<ChainHead | undefined>;
  /** Replaces it as a whole or not at all. @throws BackbeatError `data-dir-unusable` */
  save(head: ChainHead): Promise<void>;
}

/** Keeps the timeline of a pulse across restarts. A saved timeline survives a crash of the process. */
export interface TimelineStore {
  /** The saved timeline; undefined where none was saved. @throws BackbeatError `bad-timeline` */
  load(): StoredTimeline | LostTimeline | undefined;
  save(timeline: StoredTimeline): void;
}

/** What is measured as a distribution. Plain counts are fields of a service's view, read when scraped. */
export interface Metrics {
  observe(metric: Distribution, value: number): void;
}

export type Distribution =
  | "rollup_seconds"
  | "report_bytes"
  | "close_seconds"
  | "checkpoint_seconds"
  | "beat_late_seconds";

/** Lines for the operator. Never one per claim, never a secret. */
export interface Log {
  debug(text: string, data?: LogData): void;
  info(text: string, data?: LogData): void;
  warn(text: string, data?: LogData): void;
  error(text: string, data?: LogData): void;
}

export type LogData = Readonly<Record<string, unknown>>;
