/** A reverb view from plain values, for tests of what is built on a view. Pages as the real one does. */
import type { BarReport } from "../../src/contracts/bar-report.ts";
import { type AgentState, STATES } from "../../src/contracts/status-claim.ts";
import { windowIdOf } from "../../src/contracts/window-id.ts";
import {
  CLAIM_OUTCOMES,
  type ClaimOutcome,
  FRAME_OUTCOMES,
  type FrameOutcome,
} from "../../src/core/outcome.ts";
import { type AgentSummary, PRESENCES, type Presence, type WindowDetail } from "../../src/core/summary.ts";
import { TROUBLES, type Trouble } from "../../src/core/trouble.ts";
import { processEventId } from "../../src/reverb/event-id.ts";
import type {
  AudienceCounts,
  CrowdCounts,
  LiveBeat,
  LiveEvent,
  LiveListener,
  LiveNow,
  LiveView,
  ScoreView,
} from "../../src/reverb/live-view.ts";
import type {
  Page,
  PageQuery,
  Readiness,
  ReverbStatus,
  ReverbView,
  StoredReport,
  Totals,
} from "../../src/reverb/view.ts";

/** Every member may be replaced, also later: the view reads them when asked. */
export interface FakeReverb {
  readiness: Readiness;
  status: ReverbStatus;
  /** Newest first. */
  windows: WindowDetail[];
  /** Newest first. */
  reports: StoredReport[];
  /** In order of their ids. */
  agents: AgentSummary[];
  live: FakeLive;
}

/** Beats per bar of the fake. */
const FAKE_BAR_LENGTH = 8;

/** When everything in the fake happened. */
const FAKE_NOW_MS = Date.UTC(2030, 0, 2, 3, 4, 5, 678);

/** A reverb in its third bar, with two closed bars and three agents. */
export function fakeReverb(): FakeReverb {
  const windows = [windowOf(2, { open: true }), windowOf(1), windowOf(0)];
  return {
    readiness: { ready: true },
    status: statusOf(),
    windows,
    reports: windows.slice(1).map(storedReportOf),
    agents: [
      agentOf("builder:1"),
      agentOf("builder:2", { state: "blocked", presence: "waiting", dependencies: ["builder:1"] }),
      agentOf("tester:1", { taskId: "task:7", progress: 0.5, beatsLeft: 3, nextBeat: 20, notes: 'a "note"' }),
    ],
    live: new FakeLive(),
  };
}

type EventValue = LiveEvent extends infer E ? (E extends LiveEvent ? Omit<E, "id"> : never) : never;

/** Events that a test says. */
export class FakeLive implements LiveView {
  readonly boot = "boot1";
  readonly watched: boolean[] = [];
  now: LiveNow = { beat: undefined, leader: undefined, tempo: undefined };
  #listener: LiveListener | undefined;
  #told = -1;

  get audience(): AudienceCounts | undefined {
    return this.#listener?.counts;
  }

  listen(listener: LiveListener): void {
    this.#listener = listener;
  }

  watch(isWatched: boolean): void {
    this.watched.push(isWatched);
  }

  /** Returns the id that it has. */
  tell(event: EventValue): string {
    this.#told += 1;
    const id = processEventId(this.boot, this.#told);
    this.#listener?.event({ ...event, id });
    return id.text;
  }

  beat(beatIndex: number): string {
    return this.tell({ name: "beat", value: beatOf(beatIndex) });
  }
}

export function beatOf(beatIndex: number, members: Partial<LiveBeat> = {}): LiveBeat {
  return {
    beatIndex,
    windowId: windowIdOf("test", 17),
    barFrom: 17,
    barLength: FAKE_BAR_LENGTH,
    phase: "plan",
    downbeat: beatIndex === 17,
    tempoBpm: 60,
    nextTempoBpm: undefined,
    beatMs: 1_000,
    intoBeatMs: 0.25,
    deadlineAt: new Date(FAKE_NOW_MS).toISOString(),
    epoch: 3,
    leader: "pulse-1",
    publisher: "pulse-1",
    window: { claimsCount: 4, agentsReporting: 3 },
    ...members,
  };
}

export function crowdOf(agents: readonly AgentSummary[]): CrowdCounts {
  const zeros = (words: readonly string[]) => Object.fromEntries(words.map((word) => [word, 0]));
  const states = zeros(STATES) as Record<AgentState, number>;
  const presence = zeros(PRESENCES) as Record<Presence, number>;
  const trouble = { ...zeros(TROUBLES), none: agents.length } as Record<Trouble, number>;
  for (const agent of agents) {
    states[agent.state] += 1;
    presence[agent.presence] += 1;
  }
  return { states, presence, trouble };
}

/** Two beats of each agent, no trouble anywhere, one group. */
function fakeScoreView(fake: FakeReverb): ScoreView {
  const laneOf = (agent: AgentSummary) => ({
    ...agent,
    lane: fake.agents.indexOf(agent),
    trouble: "none" as const,
  });
  return {
    live: fake.live,
    score: ({ hasSums, limit, offset }) => ({
      nowMs: FAKE_NOW_MS,
      look: 7,
      roster: 2,
      range: { fromBeat: 17, toBeat: 18 },
      bars: fake.windows.filter(({ open }) => open),
      lanes: fake.agents.slice(offset, offset + limit).map((agent) => ({
        ...{ taskId: undefined, progress: undefined, beatsLeft: undefined },
        ...laneOf(agent),
        cells: "e.",
      })),
      total: fake.agents.length,
      agentsCount: fake.agents.length,
      counts: crowdOf(fake.agents),
      sums: hasSums ? { e: [3, 0], f: [0, 1] } : undefined,
    }),
    groups: () => ({
      nowMs: FAKE_NOW_MS,
      groups: [{ group: "builder:", agentsCount: fake.agents.length, ...crowdOf(fake.agents) }],
      total: 1,
      ungroupedAgents: 0,
    }),
    story: (id) => {
      const agent = fake.agents.find(({ agentId }) => agentId === id);
      if (agent === undefined) return undefined;
      return {
        ...laneOf(agent),
        changedBeat: 16,
        tasks: [
          { taskId: "task:7", state: "completed" },
          { taskId: "", state: "helping" },
        ],
        waitsFor: agent.dependencies.map((agentId) => ({ agentId, state: undefined, presence: undefined })),
        waitedForBy: ["builder:2"],
        waitedForByCount: 1,
        cycle: undefined,
        cells: { fromBeat: 17, toBeat: 18, letters: "e." },
      };
    },
    waits: () => ({
      nowMs: FAKE_NOW_MS,
      blockedCount: 1,
      areSearched: true,
      cycles: [],
      cyclesCount: 0,
      edges: [{ from: "builder:2", to: "builder:1" }],
      edgesCount: 1,
      agents: [
        { agentId: "builder:2", state: "blocked", presence: "waiting", isInCycle: false },
        { agentId: "builder:1", state: undefined, presence: undefined, isInCycle: false },
      ],
    }),
  };
}

export function fakeReverbView(fake: FakeReverb): ReverbView {
  return {
    ...fakeScoreView(fake),
    status: () => fake.status,
    ready: () => fake.readiness,
    alarms: () => fake.status.alarms,
    windows: (query) => pageOf(fake.windows, query, (window) => window.windowId),
    window: (id) => fake.windows.find((window) => isSame(window.windowId, id)),
    reports: async (query) => pageOf(fake.reports, query, (stored) => stored.report.window_id),
    report: async (id) => fake.reports.find((stored) => isSame(stored.report.window_id, id)),
    agents: ({ state, presence, prefix = "", after = "", limit }) => {
      const matching = fake.agents.filter(
        (agent) =>
          (state === undefined || agent.state === state) &&
          (presence === undefined || agent.presence === presence) &&
          agent.agentId.startsWith(prefix),
      );
      const items = matching.filter((agent) => agent.agentId > after).slice(0, limit);
      return { items, total: matching.length };
    },
    agent: (id) => fake.agents.find((agent) => agent.agentId === id),
  };
}

/** The bar with this number, counted from 0. */
export function windowOf(bar: number, members: Partial<WindowDetail> = {}): WindowDetail {
  const fromBeat = 1 + bar * FAKE_BAR_LENGTH;
  const windowId = windowIdOf("test", fromBeat);
  const toBeat = fromBeat + FAKE_BAR_LENGTH - 1;
  const stateCounts = Object.fromEntries(STATES.map((state, place) => [state, place]));
  return {
    position: { firstSeq: fromBeat, lastSeq: toBeat + 2, replayFrom: { seq: 1 } },
    windowId,
    fromBeat,
    toBeat,
    open: false,
    claimsCount: 28,
    agentsReporting: 3,
    lastUpdatedMs: FAKE_NOW_MS,
    stateCounts: stateCounts as Record<AgentState, number>,
    completedTasks: 1,
    failedTasks: 2,
    conservation: { received: 34, counted: 28, duplicate: 1, late: 2, refused: { "not-json": 3 } },
    issueDetails: [
      {
        severity: "error",
        category: "wait_cycle",
        count: 2,
        agents: ["builder:1", "builder:2"],
        cycles: [["builder:1", "builder:2"]],
        text: "builder:1 and builder:2 wait for each other",
      },
      { severity: "warning", category: "late_claims", count: 2, agents: [], text: "2 claims came late" },
    ],
    report: reportOf(windowId, fromBeat, toBeat),
    ...members,
  };
}

export function agentOf(agentId: string, members: Partial<AgentSummary> = {}): AgentSummary {
  return {
    agentId,
    presence: "progressing",
    state: "executing",
    beatIndex: 17,
    dependencies: [],
    ageBeats: 1,
    lastClaimMs: FAKE_NOW_MS,
    windowId: windowIdOf("test", 17),
    claimsCount: 2,
    ...members,
  };
}

function reportOf(windowId: string, fromBeat: number, toBeat: number): BarReport {
  return {
    type: "backbeat.barreport.v1",
    window_id: windowId,
    from_beat: fromBeat,
    to_beat: toBeat,
    agents_reporting: 3,
    on_time_reviews: 1,
    help_promises_fulfilled: 0,
    secret_rotations_ok: true,
    tempo_drift_ms: -0.5,
    issues: [{ severity: "error", category: "wait_cycle", count: 2 }],
  };
}

function storedReportOf(window: WindowDetail): StoredReport {
  return {
    report: window.report,
    headers: { "Backbeat-Claims": String(window.claimsCount) },
    issueDetails: window.issueDetails,
  };
}

function statusOf(): ReverbStatus {
  return {
    clusterId: "test",
    nodeId: "node-1",
    version: "1.2.3",
    mode: "core",
    durability: "best-effort",
    activeWindows: 1,
    currentBeat: 18,
    currentWindowId: windowIdOf("test", 17),
    tempoBpm: 60,
    barLength: FAKE_BAR_LENGTH,
    windowTtlSeconds: 300,
    maxWindowsRetained: 100,
    natsConnected: true,
    uptimeSeconds: 18.25,
    nowMs: FAKE_NOW_MS,
    lagBeats: 0.5,
    expectedAgents: 3,
    totals: totals(),
    alarms: [{ name: "link-lost", text: "No link to NATS", sinceMs: FAKE_NOW_MS }],
  };
}

function totals(): Totals {
  const zeros = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  return {
    claimsReceived: 4,
    framesReceived: 18,
    claims: { ...(zeros(CLAIM_OUTCOMES) as Record<ClaimOutcome, number>), counted: 4 },
    frames: { ...(zeros(FRAME_OUTCOMES) as Record<FrameOutcome, number>), advanced: 15, opened: 3 },
    bends: {
      "unknown-member": 1,
      "null-member": 0,
      "state-alias": 0,
      "phase-alias": 0,
      "long-hlc": 0,
    },
    dependenciesCut: 0,
    reportsPublished: 2,
    reportsDropped: 0,
    reportsWithheld: 0,
    windowsForgotten: 0,
    gaps: 1,
    gapMs: 12.5,
  };
}

function pageOf<T>(items: readonly T[], { limit, before }: PageQuery, idOf: (item: T) => string): Page<T> {
  const from = before === undefined ? 0 : items.findIndex((item) => isSame(idOf(item), before)) + 1;
  const older = before !== undefined && from === 0 ? [] : items.slice(from);
  return { items: older.slice(0, limit), total: items.length };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
