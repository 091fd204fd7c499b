/**
 * The live score: what happens, as events for those who watch, and what was seen of each agent at each beat.
 *
 * Modes say when time has moved on and when a report is out; what claims did is looked up when it is due, while
 * somebody watches. Nothing is done per claim. Events are values; who writes and delivers them is http/.
 */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import type { Aggregator } from "../core/aggregator.ts";
import { ScoreCells } from "../core/score-cells.ts";
import type { WindowDetail } from "../core/summary.ts";
import type { Clock, Timer } from "../ports.ts";
import { ClaimsLook, type LookSources } from "./claims-look.ts";
import { ClaimsPace } from "./claims-pace.ts";
import { type EventId, journalEventId, processEventId } from "./event-id.ts";
import { leadershipOf, tempoOf } from "./frame-facts.ts";
import type {
  AudienceCounts,
  Leadership,
  LiveBeat,
  LiveEvent,
  LiveLeader,
  LiveListener,
  LiveNow,
  LiveTempo,
  LiveView,
  Tempo,
} from "./live-view.ts";

/** How soon the first claim after a quiet time is told: a fraction of what an eye notices; whether there is any is two comparisons. */
const LOOK_EVERY_MS = 20;

/** Time as a mode saw it move. */
export interface TimeMoved {
  readonly aggregator: Aggregator;
  /** Of the frame that moved it. */
  readonly seq: number;
  /** How long ago the frame came, ms; undefined: it is past, a backlog is being read. */
  readonly cameMsAgo: number | undefined;
}

/** What modes tell those who watch. */
export interface LiveHooks {
  timeMoved(moved: TimeMoved): void;
  /** A report is out: stored, or published where nothing is stored. */
  reported(detail: WindowDetail, headers: Readonly<Record<string, string>>): void;
}

export interface LiveParts {
  readonly clock: Clock;
  /** Where a look begins. */
  readonly sources: () => LookSources;
  /** Whether places of events are those of a journal. */
  readonly hasJournal: () => boolean;
  /** Last entry that was taken. */
  readonly seq: () => number;
}

/** State: the cells, what was told last, and who listens. */
export class LiveScore implements LiveHooks, LiveView {
  readonly boot: string;
  readonly cells = new ScoreCells();
  readonly #parts: LiveParts;
  readonly #claims: ClaimsLook;
  readonly #pace = new ClaimsPace();
  #listener: LiveListener | undefined;
  #timer: Timer | undefined;
  #frame:
    | { readonly frame: BeatFrame; readonly aggregator: Aggregator; readonly readAtMs: number }
    | undefined;
  #leader: LiveLeader | undefined;
  #tempo: LiveTempo | undefined;
  /** Of the last event; n counts those at one place, or all where there is no journal. */
  #place = { seq: -1, n: -1 };

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.boot = `b${Math.round(parts.clock.wallMs()).toString(36)}`;
    this.#claims = new ClaimsLook(this.cells);
  }

  get audience(): AudienceCounts | undefined {
    return this.#listener?.counts;
  }

  get now(): LiveNow {
    return { beat: this.#beat, leader: this.#leader, tempo: this.#tempo };
  }

  listen(listener: LiveListener): void {
    this.#listener = listener;
  }

  watch(isWatched: boolean): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!isWatched) return;
    this.#claims.begin(this.#parts.sources(), this.#parts.clock.monotonicMs());
    this.#lookLater();
  }

  timeMoved({ aggregator, cameMsAgo, seq }: TimeMoved): void {
    aggregator.sample(this.cells);
    const frame = aggregator.newestFrame;
    // The one before is no more the beat that it is.
    this.#frame = undefined;
    if (cameMsAgo === undefined || frame === undefined) return;
    this.#frame = { frame, aggregator, readAtMs: this.#parts.clock.monotonicMs() - cameMsAgo };
    const { beat } = this.now;
    if (beat !== undefined) this.#emit({ name: "beat", value: beat }, seq);
    this.#noteLeader(frame, seq);
    this.#noteTempo(frame, seq);
    this.#claims.expect();
    this.#pace.beat();
  }

  reported(detail: WindowDetail, headers: Readonly<Record<string, string>>): void {
    this.#emit({ name: "report", value: { detail, headers } }, this.#parts.seq());
  }

  #noteLeader(frame: BeatFrame, seq: number): void {
    const now = leadershipOf(frame);
    if (isSame<Leadership>(now, this.#leader, ["leader", "epoch", "publisher"])) return;
    this.#leader = {
      ...now,
      beatIndex: frame.beat_index,
      before: this.#leader && leadershipIn(this.#leader),
    };
    this.#emit({ name: "leader", value: this.#leader }, seq);
  }

  #noteTempo(frame: BeatFrame, seq: number): void {
    const now = tempoOf(frame);
    if (isSame<Tempo>(now, this.#tempo, ["tempoBpm", "nextTempoBpm"])) return;
    const before = this.#tempo && { tempoBpm: this.#tempo.tempoBpm, nextTempoBpm: this.#tempo.nextTempoBpm };
    const { barFrom = frame.beat_index, barLength = 0 } = this.#beat ?? {};
    const nextFromBeat = now.nextTempoBpm === undefined ? undefined : barFrom + barLength;
    this.#tempo = { ...now, beatIndex: frame.beat_index, nextFromBeat, before };
    this.#emit({ name: "tempo", value: this.#tempo }, seq);
  }

  #lookLater(): void {
    this.#timer = this.#parts.clock.after(LOOK_EVERY_MS, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (!this.#pace.isDue(nowMs)) return;
    const value = this.#claims.look(this.#parts.sources(), nowMs);
    if (value === undefined) return;
    this.#emit({ name: "claims", value }, this.#parts.seq());
    this.#pace.told(nowMs, clock.monotonicMs() - nowMs);
  }

  #emit(event: DistributiveOmit<LiveEvent, "id">, seq: number): void {
    const id = this.#nextId(seq);
    this.#listener?.event({ ...event, id });
  }

  #nextId(seq: number): EventId {
    if (!this.#parts.hasJournal()) {
      this.#place = { seq: -1, n: this.#place.n + 1 };
      return processEventId(this.boot, this.#place.n);
    }
    this.#place = { seq, n: seq === this.#place.seq ? this.#place.n + 1 : 0 };
    return journalEventId(seq, this.#place.n);
  }

  get #beat(): LiveBeat | undefined {
    if (this.#frame === undefined) return undefined;
    const { aggregator, frame, readAtMs } = this.#frame;
    const [window] = aggregator.openWindows();
    return {
      beatIndex: frame.beat_index,
      windowId: frame.window_id,
      barFrom: window?.fromBeat ?? frame.beat_index,
      barLength: aggregator.barLength,
      phase: frame.phase,
      downbeat: frame.downbeat,
      ...tempoOf(frame),
      ...leadershipOf(frame),
      beatMs: 60_000 / frame.tempo_bpm,
      intoBeatMs: this.#parts.clock.monotonicMs() - readAtMs,
      deadlineAt: frame.deadline_at,
      window: { claimsCount: window?.claimsCount ?? 0, agentsReporting: window?.agentsReporting ?? 0 },
    };
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function leadershipIn({ epoch, leader, publisher }: Leadership): Leadership {
  return { leader, epoch, publisher };
}

function isSame<T extends object>(a: T, b: T | undefined, members: readonly (keyof T)[]): boolean {
  return b !== undefined && members.every((member) => a[member] === b[member]);
}
