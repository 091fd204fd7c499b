/**
 * Reverb's core: one ordered sequence of entries in, closed bars out (BACKBEAT-REQ-020, 021).
 *
 * `apply(entry) → outcome`, then `takeClosed()`. A pure function of the sequence (R2, R7): nothing here reads a
 * clock. A bar closes at the first entry after the frame that opened a later one that is a tick naming it or a
 * higher frame; so at most two bars are open, and every bar seen to begin is reported exactly once (R1).
 */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import type { ReplayCarry } from "../contracts/report-headers.ts";
import { type AgentRecord, type FoundAgent, findAgent, visitAgents } from "./agent-record.ts";
import type { AggregatorSettings, FoldStart } from "./aggregator-settings.ts";

import { Bars } from "./bars.ts";
import { closeBar, summarize } from "./close-bar.ts";
import type { ClaimEntry, Entry, FrameEntry, RefusedEntry } from "./entry.ts";
import { HeldClaims } from "./held.ts";

import { DEFAULT_LIMITS } from "./limits.ts";
import { defaultLeapBeats, Line, type LinePoint } from "./line.ts";
import { OpenBars } from "./open-bars.ts";
import type { ClaimOutcome, ClaimRefusal, FrameOutcome, MarkOutcome, Outcome } from "./outcome.ts";
import { RecentIds } from "./recent-ids.ts";
import { ReplayTrail } from "./replay-trail.ts";
import type { ScoreCells } from "./score-cells.ts";
import { jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";
import type { WindowDetail, WindowSummary } from "./summary.ts";
import { Tally } from "./tally.ts";
import type { Window } from "./window.ts";

const FROM_THE_BEGIN: FoldStart = { replay: { seq: 1 } };

const NOTHING_CLOSED: readonly WindowDetail[] = [];

/** State: the line, the open bars, the bar before them, and the claims for beats to come. */
export class Aggregator {
  readonly tally = new Tally();
  readonly #clusterId: string;
  readonly #leadBeats: number;
  readonly #rotationRequired: boolean;
  readonly #open: OpenBars;
  readonly #line: Line;
  readonly #bars: Bars;
  readonly #held: HeldClaims;
  /** Bars before the current one: the window never flips back. */
  readonly #earlierIds: RecentIds;
  readonly #start: FoldStart;
  readonly #trail: ReplayTrail;
  /** Highest beat of held claims that came before this fold began; 0 once it has come. */
  #unseenHeldTo: number;
  /** Of the newest entry. */
  #seq: number;
  #closed: WindowDetail[] = [];
  #dependenciesCut = 0;
  #isRestarted = false;
  #newestFrame: BeatFrame | undefined;
  /** A gap that no frame has followed yet: it reaches into the bar that comes next. */
  #gapMs = 0;

  constructor(settings: AggregatorSettings) {
    this.#clusterId = settings.clusterId;
    this.#leadBeats = settings.leadBeats ?? settings.barLength;
    this.#rotationRequired = settings.rotationRequired ?? false;
    const limits = { ...DEFAULT_LIMITS, ...settings.limits };
    this.#open = new OpenBars(limits);
    this.#line = new Line(settings.leapBeats ?? defaultLeapBeats(settings.barLength));
    this.#bars = new Bars(settings.barLength);
    this.#held = new HeldClaims(limits);
    this.#start = settings.start ?? FROM_THE_BEGIN;
    const { carry, seq } = this.#start.replay;
    this.#seq = seq - 1;
    this.#earlierIds = new RecentIds(carry?.closedIds);
    this.#trail = new ReplayTrail(this.#start.replay);
    this.#unseenHeldTo = carry?.held?.toBeat ?? 0;
  }

  /** Takes the next entry of the sequence. Never throws; bars that it closes wait in `takeClosed()`. */
  apply(entry: Entry): Outcome {
    this.#seq = entry.seq;
    switch (entry.kind) {
      case "claim":
        return this.tally.claim(this.#applyClaim(entry));
      case "frame":
        return this.tally.frame(this.#applyFrame(entry));
      case "refused":
        return this.#applyRefused(entry);
      case "tick":
        return this.#applyTick(entry.windowId);
      case "gap":
        return this.#applyGap(entry.gapMs);
    }
  }

  /** The bars that were closed since the last call, oldest first. */
  takeClosed(): readonly WindowDetail[] {
    if (this.#closed.length === 0) return NOTHING_CLOSED;
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /** The newest frame on the line; undefined before the first. */
  get newest(): LinePoint | undefined {
    return this.#line.newest;
  }

  /** The frame that it is, for people; undefined before the first that this process heard, also where `newest` is known. */
  get newestFrame(): BeatFrame | undefined {
    return this.#newestFrame;
  }

  /** Beats per bar, as learnt. */
  get barLength(): number {
    return this.#bars.length;
  }

  /** The window that waits for its tick; undefined when none does. */
  get closingWindowId(): string | undefined {
    return this.#open.closing?.windowId;
  }

  get currentWindowId(): string | undefined {
    return this.#open.current?.windowId;
  }

  /** Open windows, newest first; at most two. O(1). */
  openWindows(): WindowSummary[] {
    return this.#open.all().map((window) => summarize(window, this.barLength));
  }

  /** An open window with its report as it would be now; by its id, without case. O(agents). */
  openWindow(windowId: string): WindowDetail | undefined {
    const key = windowId.toLowerCase();
    const window = this.#open.all().find((open) => open.key === key);
    return window && this.#detail(window, this.#open.beforeOf(window));
  }

  /** Calls `visit` with the last claim of every agent that is remembered: the same object each time, do not keep it. */
  eachAgent(visit: (agent: AgentRecord, windowId: string) => void): void {
    visitAgents(this.#open.known, this.#open.remembered(), visit);
  }

  /** Lets cells take the last claim of every agent. O(agents), a few nanoseconds each. */
  sample(cells: ScoreCells): void {
    if (this.#line.newest !== undefined) cells.look(this.#open.known, this.#line.newest.index);
  }

  /** The last claim of one agent. */
  findAgent(agentId: string): FoundAgent | undefined {
    return findAgent(this.#open.known, this.#open.remembered(), agentId);
  }

  /** Dependencies beyond the limit per claim, since start. */
  get dependenciesCut(): number {
    const before = this.#dependenciesCut + this.#held.dependenciesCut;
    return this.#open.all().reduce((sum, window) => sum + window.dependenciesCut, before);
  }

  /** Its whole state. It must not change before the last piece was taken. */
  *save(): Pieces {
    if (this.#closed.length > 0) throw new Error("closed bars were not taken");
    const scalars = [this.#seq, this.#dependenciesCut, this.#gapMs, this.#unseenHeldTo];
    yield* jsonPieces([scalars, this.#open.shape]);
    for (const part of this.#parts()) yield* part.save();
    yield* this.#open.save();
  }

  /** Takes up a state that was saved under the same settings. Only on a new one. @throws BackbeatError `bad-file` */
  load(reader: SnapshotReader): void {
    type Saved = [[number, number, number, number], OpenBars["shape"]];
    const [scalars, shape] = reader.json<Saved>();
    [this.#seq, this.#dependenciesCut, this.#gapMs, this.#unseenHeldTo] = scalars;
    for (const part of this.#parts()) part.load(reader);
    this.#open.load(reader, shape);
    reader.end();
  }

  /** What is saved beside the windows, in this order. */
  #parts() {
    const [line, bars, held, ids] = [this.#line, this.#bars, this.#held, this.#earlierIds];
    return [line, bars, held, ids, this.#trail, this.tally] as const;
  }

  #applyClaim(entry: ClaimEntry): ClaimOutcome {
    const newest = this.#line.newest;
    const beat = entry.claim.beat_index;
    if (newest === undefined || beat > newest.index) {
      if (newest !== undefined && beat > newest.index + this.#leadBeats) return this.#refuse("too-far-ahead");
      if (this.#held.hold(entry, this.#trail.newest)) return "held";
      this.#trail.refused(entry.seq);
      return this.#refuse("held-limit");
    }
    return this.#place(entry, false);
  }

  /** Puts a claim whose beat has come into the open bar that holds it. */
  #place(entry: ClaimEntry, wasHeld: boolean): ClaimOutcome {
    const beat = entry.claim.beat_index;
    const window = this.#open.holderOf(beat);
    if (window === undefined) {
      const oldest = this.#open.oldest();
      if (oldest !== undefined) oldest.late += 1;
      return "late";
    }
    const outcome = window.take(entry, wasHeld);
    return outcome === "counted" || outcome === "duplicate" ? outcome : `refused-${outcome}`;
  }

  #applyFrame(entry: FrameEntry): FrameOutcome {
    if (entry.frame.cluster_id !== this.#clusterId) return "foreign";
    const verdict = this.#line.judge(entry);
    if (verdict === "restart") return this.#restart();
    if (verdict !== "on-line") return verdict;
    const key = entry.frame.window_id.toLowerCase();
    if (this.#earlierIds.has(key)) return "stale";
    const outcome = this.#advance(entry);
    // Bars of a restart hang on the frame before it, see #restart.
    if (outcome === "opened") this.#trail.opened(this.#held.oldestAnchor);
    return outcome;
  }

  /** Moves time on to a frame of the line. */
  #advance(entry: FrameEntry): "advanced" | "opened" {
    if (this.#open.closing !== undefined) this.#close(this.#open.closing);
    const isFirst = this.#line.newest === undefined;
    const { current } = this.#open;
    const isSameBar = current?.key === entry.frame.window_id.toLowerCase();
    this.#bars.hear(entry.frame);
    const window = isSameBar && current !== undefined ? current : this.#openWindowWith(entry);
    window.hear(entry);
    this.#line.accept(entry);
    this.#newestFrame = entry.frame;
    this.#gapMs = 0;
    this.#landHeld(entry.frame.beat_index, isFirst);
    if (entry.frame.beat_index >= this.#unseenHeldTo) this.#unseenHeldTo = 0;
    this.#trail.accept(entry.seq, this.#carry(window));
    return isSameBar ? "advanced" : "opened";
  }

  /** What a fold that begins at this window's newest frame must know. */
  #carry({ fromBeat, fromIsExact }: Window): ReplayCarry {
    const carry = { barLength: this.barLength, fromBeat, fromIsExact, closedIds: this.#earlierIds.all };
    const toBeat = Math.max(this.#held.highestBeat, this.#unseenHeldTo);
    return toBeat === 0 ? carry : { ...carry, held: { toBeat, empty: this.#trail.newestEmpty } };
  }

  #openWindowWith(entry: FrameEntry): Window {
    const previous = this.#open.current;
    const isFirst = this.#open.opened === 0;
    const { carry } = this.#start.replay;
    const start =
      isFirst && carry !== undefined ? this.#bars.resume(carry) : this.#bars.start(entry.frame, previous);
    const joinedMidway = !entry.frame.downbeat || entry.answered === true;
    const isPartial = (previous === undefined && joinedMidway) || (isFirst && this.#start.partial === true);
    const window = this.#open.open({
      windowId: entry.frame.window_id,
      ...start,
      isPartial,
      firstSeq: entry.seq,
      replayBase: this.#trail.base,
    });
    window.gapMs = this.#gapMs;
    if (previous !== undefined) {
      previous.toBeat = start.fromBeat - 1;
      this.#earlierIds.add(previous.key);
    }
    this.#earlierIds.remove(window.key);
    return window;
  }

  /** Claims whose beat has come find their bar; after a first frame those that are too far ahead are refused. */
  #landHeld(index: number, isFirst: boolean): void {
    for (const held of this.#held.take(0, index)) this.tally.settle(this.#place(held, true));
    if (!isFirst) return;
    const tooFar = this.#held.take(index + this.#leadBeats + 1, Number.POSITIVE_INFINITY);
    for (const _ of tooFar) this.tally.settle(this.#refuse("too-far-ahead"));
  }

  /** The candidates become the line: open bars close as far as they were heard, and the line opens its first. */
  #restart(): "opened" {
    this.#isRestarted = true;
    const { closing, current } = this.#open;
    if (closing !== undefined) this.#close(closing);
    if (current !== undefined) {
      current.toBeat = current.newestIndex;
      this.#close(current);
    }
    this.#open.forget();
    this.#earlierIds.clear();
    this.#trail.restarted(this.#held.oldestAnchor);
    this.#held.restarted();
    for (const candidate of this.#line.restart()) this.#advance(candidate);
    return "opened";
  }

  #close(window: Window): void {
    this.#closed.push(this.#detail(window, this.#open.before));
    this.#isRestarted = false;
    this.#dependenciesCut += window.dependenciesCut;
    this.#open.close(window);
  }

  #detail(window: Window, before: Window | undefined): WindowDetail {
    return closeBar(window, {
      before,
      known: this.#open.known,
      rotationRequired: this.#rotationRequired,
      barLength: this.barLength,
      isRestarted: this.#isRestarted,
      position: {
        firstSeq: window.firstSeq,
        lastSeq: this.#seq,
        replayFrom: this.#trail.resolve(window.replayBase),
      },
    });
  }

  #applyRefused(entry: RefusedEntry): Outcome {
    if (entry.of === "claim") return this.tally.claim(this.#refuse(entry.reason));
    const oldest = this.#open.oldest();
    if (oldest !== undefined) oldest.framesRefused += 1;
    return this.tally.frame(`refused-${entry.reason}`);
  }

  #applyTick(windowId: string): MarkOutcome {
    const { closing } = this.#open;
    if (closing?.key !== windowId.toLowerCase()) return "ignored";
    this.#close(closing);
    return "closed";
  }

  #applyGap(gapMs: number): MarkOutcome {
    for (const window of this.#open.all()) window.gapMs += gapMs;
    if (this.#open.current !== undefined) this.#gapMs += gapMs;
    return "noted";
  }

  /** Counts a refused claim on the oldest open bar, if there is one. */
  #refuse<R extends ClaimRefusal>(reason: R): `refused-${R}` {
    this.#open.oldest()?.refuse(reason);
    return `refused-${reason}`;
  }
}
