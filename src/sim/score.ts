/**
 * A score: the plan of one task in beats, drawn when the task begins. Pure.
 *
 * planning ─► executing, with what comes between ─► reviewing ─► completed | failed ─► idle
 * or, for a promise of help: helping ─► (helping with nothing left | completed | failed) ─► idle
 *
 * The work of a score moves on in some of its beats only: while an agent is blocked or stalled, its progress and
 * its beats left stand still, as an agent that was surprised would say.
 */
import type { AgentState } from "../contracts/status-claim.ts";
import { type FleetSettings, TASK_BEATS_MIN } from "./fleet-settings.ts";
import type { SeededRandom } from "./random.ts";

/** Some beats of a score that are alike. */
export interface Stretch {
  readonly state: AgentState;
  /** At least 1. */
  readonly beats: number;
  /** Whether the work moves on by a beat in each of its beats. */
  readonly isWork: boolean;
  /** Nothing is claimed; `announced`: the claim before said when the next one comes. */
  readonly silence?: "announced" | "unannounced";
  /** Place in the fleet of the agent that is waited for or helped. */
  readonly other?: number;
}

export interface Score {
  readonly taskId: string;
  readonly stretches: readonly Stretch[];
  /** Beats of work in all: what progress is a part of. */
  readonly workBeats: number;
}

/** For whom a score is drawn. */
export interface ScoreOwner {
  readonly settings: FleetSettings;
  /** Place in the fleet, from 0. */
  readonly place: number;
  /** Tasks that this agent had before. */
  readonly tasksBefore: number;
}

const KINDS = ["build", "test", "deploy", "review", "lint", "migrate", "refactor", "document"] as const;

/** Of a task, for planning and for reviewing each. */
const EDGE_PART = 0.15;

/** The next task of an agent. */
export function drawScore(random: SeededRandom, owner: ScoreOwner): Score {
  const { rates } = owner.settings;
  const other = otherPlace(random, owner);
  const isHelp = random.chance(rates.help);
  if (isHelp && other !== undefined) return drawHelp(random, { owner, other });
  return drawWork(random, { owner, other });
}

/** The rest before the first task, so that a fleet does not begin in step. */
export function drawBeginning(random: SeededRandom, settings: FleetSettings): Score {
  const rest = { state: "idle", beats: random.integer(1, settings.taskBeats), isWork: false } as const;
  return { taskId: "", stretches: [rest], workBeats: 0 };
}

interface Draw {
  readonly owner: ScoreOwner;
  readonly other: number | undefined;
}

function drawWork(random: SeededRandom, { owner, other }: Draw): Score {
  const { rates, taskBeats } = owner.settings;
  const beats = random.integer(TASK_BEATS_MIN, 2 * taskBeats - TASK_BEATS_MIN);
  const edge = Math.max(1, Math.round(beats * EDGE_PART));
  const between = drawInterruptions(random, { owner, other });
  const state = random.chance(rates.fail) ? "failed" : "completed";
  const stretches: readonly Stretch[] = [
    { state: "planning", beats: edge, isWork: true },
    ...interrupted(random, { beats: beats - 2 * edge - 1, between }),
    { state: "reviewing", beats: edge, isWork: true },
    { state, beats: 1, isWork: true },
    drawRest(random, taskBeats),
  ];
  return scoreOf(`${random.pick(KINDS)}-${taskNumber(owner)}`, stretches);
}

function drawHelp(random: SeededRandom, { owner, other }: Draw & { readonly other: number }): Score {
  const { rates, taskBeats } = owner.settings;
  const helping = { state: "helping", beats: 1 + drawPart(random, taskBeats), isWork: true, other } as const;
  const isBroken = random.chance(rates.fail);
  const isSaidOtherwise = random.chance(0.5);
  const rest = drawRest(random, taskBeats);
  const end = { state: isBroken ? "failed" : "completed", beats: 1, isWork: true } as const;
  const stretches = isBroken || isSaidOtherwise ? [helping, end, rest] : [helping, rest];
  return scoreOf(`help-${taskNumber(owner)}`, stretches);
}

function drawInterruptions(random: SeededRandom, { owner, other }: Draw): readonly Stretch[] {
  const { rates, taskBeats } = owner.settings;
  const between: Stretch[] = [];
  if (random.chance(rates.block)) {
    const beats = drawPart(random, taskBeats);
    between.push({ state: "blocked", beats, isWork: false, ...(other === undefined ? {} : { other }) });
  }
  if (random.chance(rates.stall))
    between.push({ state: "executing", beats: random.integer(taskBeats, 2 * taskBeats), isWork: false });
  if (random.chance(rates.silence)) {
    const silence = random.chance(0.5) ? "announced" : "unannounced";
    between.push({ state: "executing", beats: random.integer(1, taskBeats), isWork: true, silence });
  }
  return between;
}

/** Beats of executing with stretches between them; the first beat is always executing. */
function interrupted(
  random: SeededRandom,
  { beats, between }: { readonly beats: number; readonly between: readonly Stretch[] },
): readonly Stretch[] {
  const cuts = between.map(() => random.integer(1, beats)).sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  let done = 0;
  for (const [index, stretch] of between.entries()) {
    const cut = cuts[index] ?? beats;
    if (cut > done) stretches.push({ state: "executing", beats: cut - done, isWork: true });
    stretches.push(stretch);
    done = cut;
  }
  if (beats > done) stretches.push({ state: "executing", beats: beats - done, isWork: true });
  return stretches;
}

function scoreOf(taskId: string, stretches: readonly Stretch[]): Score {
  const workBeats = stretches.reduce((sum, { beats, isWork }) => sum + (isWork ? beats : 0), 0);
  return { taskId, stretches, workBeats };
}

function drawRest(random: SeededRandom, taskBeats: number): Stretch {
  return { state: "idle", beats: random.integer(1, Math.ceil(taskBeats / 4)), isWork: false };
}

/** Up to half a task. */
function drawPart(random: SeededRandom, taskBeats: number): number {
  return random.integer(1, Math.ceil(taskBeats / 2));
}

/** Another agent of the fleet; undefined where there is none. */
function otherPlace(random: SeededRandom, { settings, place }: ScoreOwner): number | undefined {
  if (settings.agents < 2) return undefined;
  const drawn = random.integer(0, settings.agents - 2);
  return drawn < place ? drawn : drawn + 1;
}

/** No two tasks of a fleet have the same. */
function taskNumber({ settings, place, tasksBefore }: ScoreOwner): number {
  return tasksBefore * settings.agents + place + 1;
}
