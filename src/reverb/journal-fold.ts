/**
 * One fold over the journal, on one chain: entries in order, bars out, ticks and checkpoints on the way.
 *
 * State = fold(journal): whatever this replica knows of the fleet came through here, so every replica and every
 * replay computes the same bytes (R7). It ends when its journal breaks or a new chain begins.
 */
import { createDecoder, type Decoder } from "../contracts/decode.ts";
import { Aggregator } from "../core/aggregator.ts";
import { claimGuard } from "../core/claim-guard.ts";
import { Fold } from "../core/fold.ts";
import type {
  CheckpointHeader,
  KnownEntry,
  ReadFailure,
  StreamFault,
  StreamHole,
  StreamMessage,
  StreamReading,
  Streams,
} from "../ports.ts";
import type { BarLengthWatch } from "./bar-length-watch.ts";
import type { FoldBegin } from "./chain-verdict.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Commits } from "./commits.ts";
import type { DuplicateReplicas } from "./duplicate-replicas.ts";
import type { JournalUse } from "./journal-health.ts";
import type { ReverbParts } from "./parts.ts";
import type { Chain, ReportTail } from "./report-tail.ts";
import { decoderOptions, graceMsFor } from "./settings.ts";
import type { StoreTroubles } from "./store-troubles.ts";
import { Ticks } from "./ticks.ts";
import type { JournalStatus } from "./view.ts";

/** How often it is looked whether a checkpoint is due, in entries: looking costs a clock reading. */
const LOOK_EVERY_ENTRIES = 1_024;

/** A beat that is so late is asked for; with the third one it is told to be missing. */
const SILENT_BEATS = 2;

/** The first beat is waited for at least so long. */
const FIRST_BEAT_MS = 5_000;

export interface FoldParts extends ReverbParts {
  readonly streams: Streams;
  readonly tail: ReportTail;
  readonly chain: Chain;
  readonly profile: { readonly hash: string; readonly algorithm: number };
  readonly begin: FoldBegin;
  /** Last entry of the journal when the fold began: up to there it catches up. */
  readonly targetSeq: number;
  readonly barLength: BarLengthWatch;
  readonly troubles: StoreTroubles;
  /** See `CommitsParts.untilSafe`. */
  readonly untilSafe: () => Promise<void>;
  readonly duplicates: DuplicateReplicas;
  readonly onBroken: (fault: StreamFault) => void;
  /** A fault of the program. */
  readonly onFailed: (error: unknown) => void;
}

/** A checkpoint that was read and fits. */
export interface RestoredFold {
  readonly header: CheckpointHeader;
  readonly aggregator: Aggregator;
}

/** State: the fold's own, and what it owes. */
export class JournalFold {
  readonly decoder: Decoder;
  readonly aggregator: Aggregator;
  readonly commits: Commits;
  readonly checkpoints: Checkpoints;
  readonly ticks: Ticks;
  readonly startedFrom: JournalStatus["startedFrom"];
  readonly #parts: FoldParts;
  readonly #fold: Fold;
  readonly #reading: StreamReading;
  readonly #afterFirstSeq: number;
  #readSeq: number;
  #readTimeMs: number;
  #newestFrameAtMs: number | undefined;
  readonly #beganAtMs: number;
  /** Refusals of the journal up to the last beat that was read when it was stored. */
  #refusalsBefore = 0;
  /** The bar that waits for its tick, and the frame that showed it to be over. */
  #over:
    | {
        readonly windowId: string;
        readonly readAtMs: number;
        readonly timeMs: number;
        readonly graceMs: number;
      }
    | undefined;
  #isCaughtUp: boolean;
  /** The newest frame, while it was not told as the beat that it is: it was stored before it could be read. */
  #untold: { readonly seq: number; readonly timeMs: number } | undefined;
  /** Why the fold stands still: commits are behind, the state is being copied. */
  readonly #holds = new Set<"commits" | "checkpoint">();

  constructor(parts: FoldParts, restored: RestoredFold | undefined) {
    const { begin, ports, settings, streams } = parts;
    this.#parts = parts;
    this.#beganAtMs = ports.clock.monotonicMs();
    this.#refusalsBefore = parts.troubles.journalRefusals;
    this.decoder = createDecoder(decoderOptions(settings));
    this.aggregator = restored?.aggregator ?? aggregatorFrom(parts);
    this.#afterFirstSeq = restored?.header.reportedFirstSeq ?? begin.afterFirstSeq;
    this.#readSeq = restored?.header.seq ?? begin.replay.seq - 1;
    this.#readTimeMs = restored?.header.timeMs ?? 0;
    const withoutCheckpoint = parts.tail.lastOfChain === undefined ? "begin" : "report";
    this.startedFrom = {
      seq: this.#readSeq + 1,
      kind: restored === undefined ? withoutCheckpoint : "checkpoint",
    };
    // Frames were heard before the restart: from now on the next one is waited for.
    if (this.aggregator.newest !== undefined) this.#newestFrameAtMs = ports.clock.monotonicMs();
    this.#isCaughtUp = this.#readSeq >= parts.targetSeq;
    this.#fold = new Fold({
      decoder: this.decoder,
      aggregator: this.aggregator,
      guard: claimGuard(settings.signatures),
      subjects: settings.subjects,
    });
    this.commits = new Commits({
      ...ports,
      reports: streams.reports,
      tail: parts.tail,
      chain: { algorithm: parts.profile.algorithm, chain: parts.chain.id, profile: parts.profile.hash },
      reportedFirstSeq: this.#afterFirstSeq,
      chainAfterFirstSeq: parts.chain.record.after_first_seq,
      isReplay: restored === undefined && parts.tail.lastOfChain !== undefined,
      onOtherJournal: (text) =>
        this.#break({ kind: "went-back", text: `the journal is not what it was: ${text}` }),
      troubles: parts.troubles,
      untilSafe: parts.untilSafe,
      onStored: (detail, headers) => parts.live.reported(detail, headers),
      onFull: (isFull) => this.#hold("commits", isFull),
    });
    this.checkpoints = new Checkpoints(this.#readSeq, {
      ...ports,
      store: ports.checkpoints,
      hold: (isHeld) => this.#hold("checkpoint", isHeld),
    });
    this.ticks = new Ticks({
      ...ports,
      journal: streams.journal,
      subject: settings.subjects.tick,
      sender: () => parts.duplicates.sender,
      mustShow: () => this.#isCaughtUp && parts.duplicates.mustShow,
      troubles: parts.troubles,
    });
    const after = restored === undefined ? {} : { after: { seq: this.#readSeq, timeMs: this.#readTimeMs } };
    this.#reading = streams.journal.read(
      { seq: this.#readSeq + 1, ...after },
      {
        message: (message) => this.#take(message),
        hole: (hole) => this.#mayPass(hole),
        broken: (fault) => this.#break(fault),
      },
    );
    this.#resumeTick();
  }

  get newestFrameAtMs(): number | undefined {
    return this.#newestFrameAtMs;
  }

  get readSeq(): number {
    return this.#readSeq;
  }

  /** The newest entry that was folded under this chain; undefined before the first, and under another one. */
  folded(chainId: string): KnownEntry | undefined {
    const { id, record } = this.#parts.chain;
    if (id !== chainId || this.#readTimeMs === 0) return undefined;
    return { journalId: record.journal_id, seq: this.#readSeq, timeMs: this.#readTimeMs };
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** All is read, and no beat was for so long that one is missing. */
  get isSilent(): boolean {
    const { newest } = this.aggregator;
    const sinceMs = this.#newestFrameAtMs ?? this.#beganAtMs;
    const limitMs = newest === undefined ? FIRST_BEAT_MS : SILENT_BEATS * newest.beatDurationMs;
    return this.#isCaughtUp && this.#parts.ports.clock.monotonicMs() - sinceMs >= limitMs;
  }

  /** Entries behind the last one that was folded, as last heard. */
  get lagEntries(): number {
    return this.#reading.pending ?? Math.max(0, this.#parts.targetSeq - this.#readSeq);
  }

  /** Sequence that the journal must still hold for the open bar to be computed again. */
  get neededSeq(): number {
    return this.#parts.tail.lastOfChain?.facts.replayFrom.seq ?? this.#parts.chain.record.from.seq;
  }

  /** What of the journal this fold has read and needs. */
  get use(): JournalUse {
    const { barLength, newest } = this.aggregator;
    return {
      id: this.#parts.chain.record.journal_id,
      readSeq: this.#readSeq,
      neededSeq: this.neededSeq,
      barMs: barLength * (newest?.beatDurationMs ?? 0),
    };
  }

  get status(): Omit<JournalStatus, "chain" | "profile"> {
    const { counts } = this.commits;
    const { failed, saved, savedSeq } = this.checkpoints;
    return {
      role: this.#isCaughtUp ? "committing" : "catching-up",
      readSeq: this.#readSeq,
      lagEntries: this.lagEntries,
      startedFrom: this.startedFrom,
      reportsCommitted: counts.committed,
      reportsConfirmed: counts.confirmed,
      commitConflicts: counts.conflicts,
      commitsUnknown: counts.unknown,
      divergences: counts.divergences,
      ticksAppended: this.ticks.appended,
      checkpointsSaved: saved,
      checkpointsFailed: failed,
      ...(savedSeq === undefined ? {} : { checkpointSeq: savedSeq }),
    };
  }

  /** When the server was last heard; undefined while it is we who stand still. */
  get heardAtMs(): number | undefined {
    return this.#holds.size > 0 ? undefined : this.#reading.heardAtMs;
  }

  /** Why the journal is not read now; undefined while it is. */
  get readFailure(): ReadFailure | undefined {
    return this.#reading.failure;
  }

  /** Looks whether a checkpoint is due, for fleets that are too quiet to be looked at by entries. */
  look(): void {
    if (this.checkpoints.isDue(this.#readSeq)) void this.#checkpoint();
  }

  /** Ends the fold; what was committed stays. Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#reading.stop();
    this.ticks.cancel();
    await this.commits.settled();
    await this.#checkpoint();
  }

  /** Ends it at once, without a last checkpoint: its journal is not to be trusted, or another chain has begun. */
  abandon(): void {
    this.#reading.stop();
    this.ticks.cancel();
    this.commits.stop();
  }

  /** An entry that was taken in part is never taken again: what is thrown here ends the process. */
  #take(message: StreamMessage): void {
    try {
      this.#apply(message);
    } catch (error) {
      this.abandon();
      this.#parts.onFailed(error);
    }
  }

  /** The hot path: nothing here that is not needed. */
  #apply(message: StreamMessage): void {
    const outcome = this.#fold.apply(message);
    this.#readSeq = message.seq;
    this.#readTimeMs = message.timeMs;
    if (outcome === "advanced" || outcome === "opened" || outcome === "closed")
      this.#timeMoved(message, outcome);
    if (message.subject === this.#parts.settings.subjects.tick) this.#parts.duplicates.hear(message);
    if (!this.#isCaughtUp && message.seq >= this.#parts.targetSeq) this.#catchUp();
    if (this.#untold !== undefined && message.seq >= this.#reading.backlogEndSeq)
      this.#tellNewest(this.#untold);
    if (message.seq % LOOK_EVERY_ENTRIES === 0) this.look();
  }

  #timeMoved(message: StreamMessage, outcome: "advanced" | "opened" | "closed"): void {
    const { barLength, live, ports, settings } = this.#parts;
    const nowMs = ports.clock.monotonicMs();
    this.#deliver(nowMs);
    if (outcome === "closed") {
      this.ticks.closed();
      return;
    }
    this.#newestFrameAtMs = nowMs;
    // Stored a moment ago, so the journal takes entries.
    if (this.#isCaughtUp && message.seq > this.#reading.backlogEndSeq) this.#foundLive();
    barLength.hear(this.aggregator.barLength);
    const isPast = !this.#isCaughtUp || message.seq <= this.#reading.backlogEndSeq;
    this.#untold = isPast ? message : undefined;
    live.timeMoved({
      aggregator: this.aggregator,
      seq: message.seq,
      cameMsAgo: isPast ? undefined : 0,
    });
    if (outcome === "advanced") {
      if (this.aggregator.closingWindowId === undefined) this.ticks.closed();
      return;
    }
    const windowId = this.aggregator.closingWindowId;
    const beatDurationMs = this.aggregator.newest?.beatDurationMs ?? 0;
    if (windowId === undefined) return;
    const graceMs = graceMsFor(beatDurationMs, settings.graceMs);
    this.#over = { windowId, readAtMs: nowMs, timeMs: message.timeMs, graceMs };
    this.ticks.schedule({ windowId, graceMs });
  }

  #deliver(nowMs: number): void {
    const { duplicates, ports, retained } = this.#parts;
    const closed = this.aggregator.takeClosed();
    if (closed.length === 0) return;
    duplicates.barsClosed(closed.length);
    for (const detail of closed) {
      if (detail.position.firstSeq <= this.#afterFirstSeq) continue;
      retained.add(detail, nowMs);
      const barOverAtMs = this.#over?.windowId === detail.windowId ? this.#over.readAtMs : nowMs;
      this.commits.add(detail, barOverAtMs);
    }
    ports.metrics.observe("close_seconds", (ports.clock.monotonicMs() - nowMs) / 1_000);
  }

  /** What was stored meanwhile is read: if its newest frame is less than a beat old, that is the beat that it is. */
  #tellNewest({ seq, timeMs }: { readonly seq: number; readonly timeMs: number }): void {
    this.#untold = undefined;
    const { live, ports } = this.#parts;
    const cameMsAgo = ports.clock.wallMs() - timeMs;
    if (cameMsAgo >= 0 && cameMsAgo < (this.aggregator.newest?.beatDurationMs ?? 0))
      live.timeMoved({ aggregator: this.aggregator, seq, cameMsAgo });
  }

  /** The backlog is read. A bar that was over before its last entry has had its grace. */
  #catchUp(): void {
    this.#isCaughtUp = true;
    const over = this.#over;
    if (over !== undefined && this.#readTimeMs - over.timeMs >= over.graceMs) this.ticks.hurry();
  }

  /** A checkpoint may hold a bar that waits for its tick, though none is taken then: the rule costs a line. */
  #resumeTick(): void {
    const windowId = this.aggregator.closingWindowId;
    const beatDurationMs = this.aggregator.newest?.beatDurationMs ?? 0;
    if (windowId === undefined) return;
    this.ticks.schedule({ windowId, graceMs: graceMsFor(beatDurationMs, this.#parts.settings.graceMs) });
  }

  async #checkpoint(): Promise<void> {
    const { chain, profile, streams: _, tail } = this.#parts;
    const owes = this.commits.waiting > 0 || this.aggregator.closingWindowId !== undefined;
    // Before its first frame an aggregator does not know all that its chain record says.
    const isBegun = this.aggregator.newest !== undefined;
    if (owes || !isBegun || !this.#isCaughtUp || this.#readTimeMs === 0 || tail.chain?.id !== chain.id)
      return;
    const header: CheckpointHeader = {
      profile: profile.hash,
      chain: chain.id,
      journalId: chain.record.journal_id,
      seq: this.#readSeq,
      timeMs: this.#readTimeMs,
      reportedFirstSeq: this.commits.reportedFirstSeq,
    };
    await this.checkpoints.take(this.aggregator, header);
  }

  #hold(why: "commits" | "checkpoint", isHeld: boolean): void {
    if (isHeld) this.#holds.add(why);
    else this.#holds.delete(why);
    if (this.#holds.size > 0) this.#reading.pause();
    else this.#reading.resume();
  }

  #foundLive(): void {
    const { troubles } = this.#parts;
    troubles.works("journal");
    this.#refusalsBefore = troubles.journalRefusals;
  }

  /**
   * Entries that the server refused were never stored for anybody, so every replica and every replay does without
   * them. That it refused is known if the hole came while we read, or if our own ticks were refused since the last beat.
   */
  #mayPass({ fromSeq, isLive, toSeq }: StreamHole): boolean {
    if (!isLive && this.#parts.troubles.journalRefusals === this.#refusalsBefore) return false;
    this.#parts.ports.log.warn(
      `The journal has no entries from ${fromSeq} to ${toSeq}: this server leaves such a hole where it refuses messages for want of room (nats-server before 2.10)`,
      { fromSeq, toSeq },
    );
    return true;
  }

  #break(fault: StreamFault): void {
    this.abandon();
    this.#parts.onBroken(fault);
  }
}

function aggregatorFrom({ begin, settings }: FoldParts): Aggregator {
  return new Aggregator({ ...settings, start: { replay: begin.replay, partial: begin.partial } });
}
