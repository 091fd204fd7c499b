/**
 * A dozen agents with a part of their own each, for the house that people try first: work that goes well, a test run
 * that gets stuck and times out, a build that fails and is mended with help, two that wait for each other, one that
 * falls silent. Within two minutes of beats of a second there is one of everything to see.
 *
 * A part is a score that is played over and over, its place decided by the beat alone: whoever joins late sees the same.
 */
import type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
import type { ClaimDraft } from "./actor.ts";

/** What an agent does for some beats. */
interface Act {
  readonly beats: number;
  /** Undefined: it says nothing. */
  readonly state?: AgentState;
  readonly task?: string;
  /** How far the task is at the begin and at the end of it, 0 to 1. */
  readonly progress?: readonly [number, number];
  /** Whom it waits for or helps. */
  readonly with?: string;
  readonly notes?: string;
  readonly metadata?: NonNullable<StatusClaim["metadata"]>;
  /** It says beforehand that it will be silent in the act that follows. */
  readonly announcesSilence?: true;
}

interface Part {
  readonly agentId: string;
  readonly acts: readonly Act[];
}

/** A task that goes well: planned, worked on, looked at, done, and a rest. */
function goesWell(task: string, beats: number, rest: number): readonly Act[] {
  return [
    { beats: 1, state: "planning", task },
    { beats, state: "executing", task, progress: [0, 0.9] },
    { beats: 2, state: "reviewing", task, progress: [0.9, 1] },
    { beats: 1, state: "completed", task, progress: [1, 1] },
    { beats: rest, state: "idle" },
  ];
}

/** In the order in which they appear; a smaller cast has the first of them. */
const PARTS: readonly Part[] = [
  { agentId: "build:web", acts: [...goesWell("bundle", 8, 1), ...goesWell("images", 5, 2)] },
  {
    agentId: "build:api",
    acts: [
      ...goesWell("compile", 6, 1),
      { beats: 1, state: "planning", task: "link" },
      { beats: 5, state: "executing", task: "link", progress: [0, 0.6] },
      {
        beats: 1,
        state: "failed",
        task: "link",
        progress: [0.6, 0.6],
        metadata: { error_code: "link-error" },
      },
      { beats: 6, state: "blocked", task: "relink", with: "review:ada", notes: "waiting for review:ada" },
      { beats: 4, state: "executing", task: "relink", progress: [0, 0.95] },
      { beats: 1, state: "completed", task: "relink", progress: [1, 1] },
      { beats: 2, state: "idle" },
    ],
  },
  {
    agentId: "test:e2e",
    acts: [
      { beats: 2, state: "planning", task: "checkout" },
      { beats: 8, state: "executing", task: "checkout", progress: [0, 0.62] },
      {
        beats: 26,
        state: "executing",
        task: "checkout",
        progress: [0.62, 0.62],
        notes: "browser does not answer",
      },
      {
        beats: 1,
        state: "failed",
        task: "checkout",
        progress: [0.62, 0.62],
        metadata: { error_code: "time-out" },
      },
      { beats: 3, state: "idle" },
      ...goesWell("login", 12, 3),
    ],
  },
  {
    agentId: "deploy:staging",
    acts: [
      ...goesWell("rollout", 9, 2),
      { beats: 1, state: "planning", task: "migrate-app" },
      {
        beats: 14,
        state: "blocked",
        task: "migrate-app",
        with: "db:migrate",
        notes: "waiting for db:migrate",
      },
      { beats: 6, state: "executing", task: "migrate-app", progress: [0.2, 0.9] },
      { beats: 1, state: "completed", task: "migrate-app", progress: [1, 1] },
    ],
  },
  {
    agentId: "db:migrate",
    acts: [
      ...goesWell("backup", 9, 2),
      { beats: 1, state: "planning", task: "schema-42" },
      {
        beats: 14,
        state: "blocked",
        task: "schema-42",
        with: "deploy:staging",
        notes: "waiting for deploy:staging",
      },
      { beats: 6, state: "executing", task: "schema-42", progress: [0.1, 0.9] },
      { beats: 1, state: "completed", task: "schema-42", progress: [1, 1] },
    ],
  },
  {
    agentId: "review:ada",
    acts: [
      { beats: 9, state: "reviewing", task: "pr-118", progress: [0, 0.9] },
      { beats: 1, state: "completed", task: "pr-118", progress: [1, 1] },
      { beats: 9, state: "helping", task: "help-build", with: "build:api", progress: [0, 0.9] },
      { beats: 1, state: "helping", task: "help-build", with: "build:api", progress: [1, 1] },
      { beats: 3, state: "idle" },
    ],
  },
  {
    agentId: "review:lin",
    acts: [
      { beats: 2, state: "planning", task: "pr-121" },
      { beats: 11, state: "reviewing", task: "pr-121", progress: [0, 0.95] },
      { beats: 1, state: "completed", task: "pr-121", progress: [1, 1] },
      { beats: 2, state: "idle" },
    ],
  },
  {
    agentId: "test:unit",
    acts: [...goesWell("core", 5, 1), ...goesWell("sdk", 4, 1), ...goesWell("http", 3, 2)],
  },
  {
    agentId: "agent:planner",
    acts: [
      { beats: 7, state: "planning", task: "next-sprint", notes: "reading 34 issues" },
      { beats: 6, state: "executing", task: "next-sprint", progress: [0, 0.9], notes: "writing the plan" },
      { beats: 1, state: "completed", task: "next-sprint", progress: [1, 1] },
      { beats: 3, state: "idle" },
    ],
  },
  {
    agentId: "agent:coder",
    acts: [
      { beats: 2, state: "planning", task: "fix-1204" },
      { beats: 14, state: "executing", task: "fix-1204", progress: [0, 0.8] },
      { beats: 3, state: "reviewing", task: "fix-1204", progress: [0.8, 1] },
      { beats: 1, state: "completed", task: "fix-1204", progress: [1, 1] },
      { beats: 1, state: "idle" },
    ],
  },
  {
    agentId: "crawler:eu",
    acts: [
      { beats: 16, state: "executing", task: "sitemap", progress: [0, 0.4] },
      { beats: 14 },
      { beats: 12, state: "executing", task: "sitemap", progress: [0.4, 0.9] },
      { beats: 1, state: "completed", task: "sitemap", progress: [1, 1], announcesSilence: true },
      { beats: 10 },
    ],
  },
  {
    agentId: "batch:nightly",
    acts: [
      { beats: 110, state: "executing", task: "ledger", progress: [0, 0.99] },
      { beats: 1, state: "completed", task: "ledger", progress: [1, 1] },
      { beats: 9, state: "idle" },
    ],
  },
];

/** How many parts there are. */
export const CAST_MAX = PARTS.length;

/** An agent that plays its part. It keeps nothing: its place in the score is that of the beat. */
export class CastMember {
  readonly agentId: string;
  readonly #acts: readonly Act[];
  readonly #length: number;

  constructor({ acts, agentId }: Part) {
    this.agentId = agentId;
    this.#acts = acts;
    this.#length = acts.reduce((sum, { beats }) => sum + beats, 0);
  }

  claims(beatIndex: number): readonly ClaimDraft[] {
    const { act, into } = this.#placeAt(beatIndex);
    if (act.state === undefined) return [];
    const done =
      act.progress && act.progress[0] + ((act.progress[1] - act.progress[0]) * (into + 1)) / act.beats;
    const silence = act.announcesSilence === true ? this.#placeAt(beatIndex + 1).act.beats : undefined;
    const metadata =
      silence === undefined ? act.metadata : { ...act.metadata, next_beat: beatIndex + 1 + silence };
    return [
      {
        agent_id: this.agentId,
        beat_index: beatIndex,
        state: act.state,
        ...(act.task === undefined ? {} : { task_id: act.task }),
        ...(done === undefined ? {} : { progress: Math.round(done * 1_000) / 1_000 }),
        ...(act.with === undefined ? {} : { dependencies: [act.with] }),
        ...(act.notes === undefined ? {} : { notes: act.notes }),
        ...(metadata === undefined ? {} : { metadata }),
      },
    ];
  }

  #placeAt(beatIndex: number): { readonly act: Act; readonly into: number } {
    let into = beatIndex % this.#length;
    for (const act of this.#acts) {
      if (into < act.beats) return { act, into };
      into -= act.beats;
    }
    throw new RangeError("a part has no act for a beat");
  }
}

/** The first `count` of the cast, at most {@link CAST_MAX}. */
export function createCast(count: number): readonly CastMember[] {
  return PARTS.slice(0, count).map((part) => new CastMember(part));
}
