/**
 * The dumb twin of reverb's core, for tests: written from the specification, slow on purpose.
 *
 * It keeps every entry of every bar in arrays and computes each answer from scratch, so that it has no
 * counter, ring or cache to be wrong with. Reports are dumb-report.ts.
 */
import { deadlineMsOf } from "../../src/contracts/deadline.ts";
import type { AggregatorSettings } from "../../src/core/aggregator-settings.ts";
import type { ClaimEntry, Entry, FrameEntry, RefusedEntry } from "../../src/core/entry.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { type DumbDetail, dumbDetailOf } from "./dumb-report.ts";

/** A claim that was counted. */
export interface DumbClaim {
  readonly entry: ClaimEntry;
  readonly wasHeld: boolean;
}

/** One bar with all that ever happened in it. */
export interface DumbBar {
  readonly windowId: string;
  readonly fromBeat: number;
  readonly isExact: boolean;
  readonly isPartial: boolean;
  toBeat: number | undefined;
  readonly frames: FrameEntry[];
  readonly counted: DumbClaim[];
  /** What became of each claim that was not counted, and of each frame that could not be read. */
  readonly others: string[];
  readonly gapsMs: number[];
}

type Placed = "counted" | "duplicate" | "late" | `refused-${string}`;

/** A frame that names a bar before these opens it anew: only so many ids travel in a report's headers. */
const BARS_REMEMBERED = 3;

export class DumbReverb {
  readonly settings: AggregatorSettings;
  readonly limits: Limits;
  readonly outcomes: { readonly of: "claim" | "frame" | "mark"; outcome: string }[] = [];
  readonly closed: DumbDetail[] = [];
  /** Bars of this line, oldest first, also the closed ones. */
  bars: DumbBar[] = [];
  open: DumbBar[] = [];
  /** Frames of this line, oldest first. */
  line: FrameEntry[] = [];
  barLength: number;
  #candidates: FrameEntry[] = [];
  #held: { readonly entry: ClaimEntry; readonly at: number }[] = [];
  #gapsSinceFrame: number[] = [];
  #isRestarted = false;

  constructor(settings: AggregatorSettings) {
    this.settings = settings;
    this.limits = { ...DEFAULT_LIMITS, ...settings.limits };
    this.barLength = settings.barLength;
  }

  apply(entry: Entry): Outcome {
    const of = entry.kind === "refused" ? entry.of : entry.kind;
    const record = { of: of === "claim" || of === "frame" ? of : ("mark" as const), outcome: "" };
    this.outcomes.push(record);
    record.outcome = this.#applyAny(entry, this.outcomes.length - 1);
    return record.outcome as Outcome;
  }

  /** The bar as it would be reported now. */
  detail(bar: DumbBar): DumbDetail {
    const at = this.bars.indexOf(bar);
    return dumbDetailOf(bar, {
      before: this.bars[at - 1],
      barLength: this.barLength,
      rotationRequired: this.settings.rotationRequired ?? false,
      isRestarted: this.#isRestarted,
      limits: this.limits,
    });
  }

  /** The last claim of each agent of the open bars and of the one before them. */
  agents(): object {
    const before = this.bars[this.bars.length - this.open.length - 1];
    const agents: Record<string, object> = {};
    for (const bar of [before, ...this.open]) {
      for (const { entry } of bar?.counted ?? []) {
        const { agent_id: id, state, task_id: taskId, beat_index: beatIndex, progress } = entry.claim;
        const claims = bar?.counted.filter((other) => other.entry.claim.agent_id === id).length;
        const windowId = bar?.windowId;
        agents[id] = { windowId, claims, state, taskId, beatIndex, progress, lastClaimMs: entry.timeMs };
      }
    }
    return agents;
  }

  #applyAny(entry: Entry, at: number): string {
    if (entry.kind === "claim") return this.#claim(entry, at);
    if (entry.kind === "frame") return this.#frame(entry);
    if (entry.kind === "refused") return this.#refused(entry);
    if (entry.kind === "tick") return this.#tick(entry.windowId);
    for (const bar of this.open) bar.gapsMs.push(entry.gapMs);
    if (this.open.length > 0) this.#gapsSinceFrame.push(entry.gapMs);
    return "noted";
  }

  #claim(entry: ClaimEntry, at: number): string {
    const newest = this.line.at(-1)?.frame.beat_index;
    const beat = entry.claim.beat_index;
    if (newest !== undefined && beat <= newest) return this.#place(entry, false);
    if (newest !== undefined && beat > newest + this.#lead) return this.#blame("refused-too-far-ahead");
    if (this.#held.length >= this.limits.heldClaims) return this.#blame("refused-held-limit");
    this.#held.push({ entry, at });
    return "held";
  }

  get #lead(): number {
    return this.settings.leadBeats ?? this.settings.barLength;
  }

  #place(entry: ClaimEntry, wasHeld: boolean): Placed {
    const beat = entry.claim.beat_index;
    const bar = this.open.findLast((open) => beat >= open.fromBeat);
    if (bar === undefined) return this.#blame("late") as Placed;
    const outcome = this.#judge(bar, entry);
    if (outcome === "counted") bar.counted.push({ entry, wasHeld });
    else bar.others.push(outcome);
    return outcome;
  }

  #judge(bar: DumbBar, { claim, sequence }: ClaimEntry): Placed {
    const agents = new Set(bar.counted.map((other) => other.entry.claim.agent_id));
    if (!agents.has(claim.agent_id) && agents.size >= this.limits.agentsPerWindow)
      return "refused-agent-limit";
    const own = bar.counted.map((other) => other.entry.claim).filter((c) => c.agent_id === claim.agent_id);
    const bytes = JSON.stringify(claim);
    const recent = own.slice(-this.limits.fingerprintsPerAgent);
    if (recent.some((other) => JSON.stringify(other) === bytes)) return "duplicate";
    if (sequence !== undefined && sequence <= this.#floorOf(bar, claim.agent_id)) return "refused-replayed";
    const isTraced = (state: string) => ["completed", "failed", "helping"].includes(state);
    const tasks = new Set(own.filter((other) => isTraced(other.state)).map((other) => other.task_id));
    if (isTraced(claim.state) && !tasks.has(claim.task_id) && tasks.size >= this.limits.tasksPerAgent)
      return "refused-task-limit";
    return "counted";
  }

  /** The highest sequence of an agent's counted claims that are too long ago to be told by their bytes. */
  #floorOf(bar: DumbBar, agentId: string): number {
    const own = bar.counted.filter(({ entry }) => entry.claim.agent_id === agentId);
    const forgotten = own.slice(0, -this.limits.fingerprintsPerAgent);
    return Math.max(0, ...forgotten.map(({ entry }) => entry.sequence ?? 0));
  }

  /** Notes an outcome on the oldest open bar. */
  #blame(outcome: string): string {
    this.open[0]?.others.push(outcome);
    return outcome;
  }

  #refused(entry: RefusedEntry): string {
    this.open[0]?.others.push(entry.of === "frame" ? "frame" : `refused-${entry.reason}`);
    return `refused-${entry.reason}`;
  }

  #tick(windowId: string): string {
    const [oldest, newer] = this.open;
    if (oldest === undefined || newer === undefined || !isSame(oldest.windowId, windowId)) return "ignored";
    this.#close();
    return "closed";
  }

  #frame(entry: FrameEntry): string {
    if (entry.frame.cluster_id !== this.settings.clusterId) return "foreign";
    const newest = this.line.at(-1);
    if (newest === undefined) return this.#advance(entry);
    if (epochOf(entry) < epochOf(newest)) return "stale";
    const ahead = entry.frame.beat_index - newest.frame.beat_index;
    const leap = this.settings.leapBeats ?? Math.max(1_000, 2 * this.settings.barLength);
    if (ahead === 0) return "duplicate";
    if (ahead > 0 && ahead <= leap) return this.#wouldFlipBack(entry) ? "stale" : this.#advance(entry);
    if (ahead < 0 && isOvertaken(entry, newest)) return "stale";
    this.#candidates.push(entry);
    return this.#isNewLine() ? this.#restart() : "candidate";
  }

  #wouldFlipBack(entry: FrameEntry): boolean {
    const older = this.bars.slice(0, -1).slice(-BARS_REMEMBERED);
    // A new line may have come back to one of its own windows.
    if (isSame(this.bars.at(-1)?.windowId ?? "", entry.frame.window_id)) return false;
    return older.some((bar) => isSame(bar.windowId, entry.frame.window_id));
  }

  /** The last three candidates since the last frame on the line, repeated ones left out, rise by small steps. */
  #isNewLine(): boolean {
    const last: FrameEntry[] = [];
    for (const entry of this.#candidates.toReversed())
      if (entry.frame.beat_index !== last.at(-1)?.frame.beat_index) last.push(entry);
      else last[last.length - 1] = entry;
    const three = last.slice(0, 3).reverse();
    const steps = three.slice(1).map((entry, at) => ({ entry, earlier: three[at] as FrameEntry }));
    return (
      three.length === 3 &&
      steps.every(({ entry, earlier }) => {
        const step = entry.frame.beat_index - earlier.frame.beat_index;
        return step >= 1 && step <= 8 && epochOf(entry) >= epochOf(earlier);
      })
    );
  }

  #restart(): string {
    const heard: FrameEntry[] = [];
    for (const entry of this.#candidates)
      if (entry.frame.beat_index !== heard.at(-1)?.frame.beat_index) heard.push(entry);
    const newLine = heard.slice(-3);
    this.#isRestarted = true;
    const current = this.open.at(-1);
    if (current !== undefined) current.toBeat = this.line.at(-1)?.frame.beat_index;
    while (this.open.length > 0) this.#close();
    this.line = [];
    this.bars = [];
    for (const entry of newLine) this.#advance(entry);
    return "opened";
  }

  #advance(entry: FrameEntry): string {
    if (this.open.length > 1) this.#close();
    const isFirst = this.line.length === 0;
    const current = this.open.at(-1);
    const { bar_length: announced } = entry.frame.metadata ?? {};
    if (isBeat(announced) && announced >= 1) this.barLength = announced;
    const isSameBar = current !== undefined && isSame(current.windowId, entry.frame.window_id);
    const bar = isSameBar ? current : this.#begin(entry, current);
    bar.frames.push(entry);
    this.line.push(entry);
    this.#candidates = [];
    this.#gapsSinceFrame = [];
    this.#land(entry.frame.beat_index, isFirst);
    return isSameBar ? "advanced" : "opened";
  }

  #begin(entry: FrameEntry, previous: DumbBar | undefined): DumbBar {
    const { frame } = entry;
    const start = this.#startOf(entry, previous);
    const newest = this.line.at(-1)?.frame.beat_index ?? 0;
    const isLearnable =
      previous?.isExact === true && start.isExact && frame.beat_index - newest <= this.barLength;
    if (isLearnable && !isBeat(frame.metadata?.bar_length))
      this.barLength = start.fromBeat - previous.fromBeat;
    if (previous !== undefined) previous.toBeat = start.fromBeat - 1;
    const isPartial = previous === undefined && (!frame.downbeat || entry.answered === true);
    const bar: DumbBar = {
      ...{ windowId: frame.window_id, ...start, isPartial, toBeat: undefined, frames: [] },
      ...{ counted: [], others: [], gapsMs: [...this.#gapsSinceFrame] },
    };
    this.bars.push(bar);
    this.open.push(bar);
    return bar;
  }

  #startOf({ frame }: FrameEntry, previous: DumbBar | undefined) {
    if (frame.downbeat) return { fromBeat: frame.beat_index, isExact: true };
    const earliest = (this.line.at(-1)?.frame.beat_index ?? -1) + 1;
    const isInGap = (beat: number) => beat >= earliest && beat <= frame.beat_index;
    const announced = frame.metadata?.bar_from;
    if (isBeat(announced) && isInGap(announced)) return { fromBeat: announced, isExact: true };
    const beatsSince = frame.beat_index - (previous?.fromBeat ?? Number.NaN);
    const computed = frame.beat_index - (beatsSince % this.barLength);
    return { fromBeat: isInGap(computed) ? computed : frame.beat_index, isExact: false };
  }

  #land(index: number, isFirst: boolean): void {
    const isDue = (beat: number) => beat <= index || (isFirst && beat > index + this.#lead);
    const due = this.#held.filter(({ entry }) => isDue(entry.claim.beat_index));
    this.#held = this.#held.filter((held) => !due.includes(held));
    for (const { entry, at } of due) {
      const isTooFar = entry.claim.beat_index > index;
      const outcome = isTooFar ? this.#blame("refused-too-far-ahead") : this.#place(entry, true);
      const record = this.outcomes[at];
      if (record !== undefined) record.outcome = outcome;
    }
  }

  #close(): void {
    const bar = this.open[0];
    if (bar === undefined) return;
    this.closed.push(this.detail(bar));
    this.open = this.open.slice(1);
    this.#isRestarted = false;
  }
}

function epochOf({ frame }: FrameEntry): number {
  const epoch = frame.metadata?.epoch;
  return isBeat(epoch) ? epoch : 0;
}

function isBeat(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** A lower index that was only late on its way: announced for an earlier deadline, and the line is not silent. */
function isOvertaken(entry: FrameEntry, newest: FrameEntry): boolean {
  const beatMs = 60_000 / newest.frame.tempo_bpm;
  return (
    deadlineMsOf(entry.frame) <= deadlineMsOf(newest.frame) && entry.timeMs - newest.timeMs <= 3 * beatMs
  );
}
