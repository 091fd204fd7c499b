/** What an agent does, in the order in which it happens; what it promises is in agent.ts. */
import { setMaxListeners } from "node:events";
import type { BarReport } from "../contracts/bar-report.ts";
import type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
import { subjectsOf } from "../contracts/subjects.ts";
import type { FrameEntry } from "../core/entry.ts";
import { Flywheel } from "../core/flywheel.ts";
import { BackbeatError } from "../errors.ts";
import type { Agent, AgentHealth, AgentPorts, HelpOptions } from "./agent.ts";
import { type AgentSettings, checkAgentSettings } from "./agent-settings.ts";
import { BarTurn } from "./bar-turn.ts";
import { type Beat, type BeatNow, beatNowOf, SILENT_BEATS } from "./beat.ts";
import { BeatBudgets } from "./beat-budget.ts";
import { BeatSchedule } from "./beat-schedule.ts";
import { BeatStream } from "./beat-stream.ts";
import { type BudgetedWork, withinBudget } from "./beat-work.ts";
import { ClaimPromises } from "./claim-promises.ts";
import { type ClaimDetails, ClaimSender } from "./claims.ts";
import { FirstBeat } from "./first-beat.ts";
import { FrameSource } from "./frames.ts";
import { HeardReports } from "./heard-reports.ts";
import { type CallCounts, callCounts, type Listener, Listeners } from "./listeners.ts";
import { CLAIM_AGE_MAX_MS, CLAIM_BYTES_MAX, CLAIMS_WAITING_MAX, Outbox } from "./outbox/outbox.ts";
import { Silence } from "./silence.ts";
import { StandingClaims } from "./standing-claim.ts";
import { runTask, type TaskOptions, type TaskOrder, type TaskWork } from "./task.ts";
import { TimelineDrift } from "./timeline-drift.ts";
import { waitBlocked } from "./wait.ts";

/** Longest wait for claims under way when stopping: services that hold agents end within five seconds. */
const STOP_WAIT_MS = 2_000;

/**
 * Starts an agent on a bus that may still be connecting.
 * @throws BackbeatError `bad-config` naming what is wrong with the settings
 */
export function runAgent(settings: AgentSettings, ports: AgentPorts): Agent {
  checkAgentSettings(settings);
  return new RunningAgent(settings, ports);
}

/** State: the timeline as heard, who listens, and what runs. */
class RunningAgent implements Agent {
  readonly #ports: AgentPorts;
  readonly #wheel = new Flywheel();
  readonly #frames: FrameSource;
  readonly #schedule: BeatSchedule;
  readonly #outbox: Outbox;
  readonly #claims: ClaimSender;
  readonly #standing: StandingClaims;
  readonly #budgets: BeatBudgets;
  readonly #firstBeat: FirstBeat;
  readonly #silence: Silence;
  readonly #drift = new TimelineDrift();
  readonly #calls: CallCounts = callCounts();
  readonly #beatListeners: Listeners<Beat>;
  readonly #downbeatListeners: Listeners<Beat>;
  readonly #streams = new Set<BeatStream>();
  readonly #reports: HeardReports;
  readonly #tasks = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  readonly #promises: ClaimPromises;
  readonly #barTurn = new BarTurn();
  #stopped: Promise<void> | undefined;

  constructor(settings: AgentSettings, ports: AgentPorts) {
    const { agentId, clusterId, limits, signer, subjects = subjectsOf(settings.clusterId) } = settings;
    const { clock } = ports;
    this.#ports = ports;
    // As many tasks and budgets as there are may wait for it.
    setMaxListeners(Number.POSITIVE_INFINITY, this.#stopping.signal);
    this.#promises = new ClaimPromises(ports);
    const isBounded = (returned: PromiseLike<unknown>) => this.#promises.has(returned);
    const listened = { ...ports, counts: this.#calls, isBounded };
    this.#beatListeners = new Listeners("beats", listened);
    this.#downbeatListeners = new Listeners("downbeats", listened);
    this.#silence = new Silence(clusterId, ports.log);
    this.#schedule = new BeatSchedule({
      wheel: this.#wheel,
      clock,
      jitterToleranceMs: settings.jitterToleranceMs,
      tell: (index, missed) => this.#tell(index, missed),
    });
    this.#outbox = new Outbox({
      ...ports,
      subject: subjects.status,
      sign: signer && ((body) => signer.sign(subjects.status, body)),
      limits: {
        claimsMax: limits?.claimsMax ?? CLAIMS_WAITING_MAX,
        bytesMax: limits?.bytesMax ?? CLAIM_BYTES_MAX,
      },
      claimAgeMaxMs: limits?.claimAgeMaxMs ?? CLAIM_AGE_MAX_MS,
      isBarOver: (beatIndex) => this.#isBarOver(beatIndex),
    });
    const currentBeat = () => this.currentBeat();
    this.#claims = new ClaimSender({
      agentId,
      clusterId,
      clock,
      currentBeat,
      outbox: this.#outbox,
    });
    this.#standing = new StandingClaims({
      claim: (state, details) => void this.claim(state, details),
      hasBeat: () => this.now !== undefined,
    });
    this.#budgets = new BeatBudgets({ clock, beatMs: () => this.#beatMs() });
    this.#reports = new HeardReports({
      ...ports,
      subjects,
      reader: ports.reports,
      listeners: new Listeners<BarReport>("reports", listened),
    });
    this.#frames = new FrameSource({ ...ports, clusterId, subjects, take: (entry) => this.#take(entry) });
    this.#firstBeat = new FirstBeat({
      ...ports,
      clusterId,
      subjects,
      now: () => this.now,
      refused: () => this.#frames.refused,
    });
  }

  get now(): BeatNow | undefined {
    const index = this.currentBeat();
    return index === undefined ? undefined : beatNowOf(this.#wheel, index);
  }

  get health(): AgentHealth {
    const unheardBeats = this.#wheel.lagBeats(this.#ports.clock.monotonicMs());
    const isHeard = this.#wheel.frame !== undefined;
    const state = unheardBeats >= SILENT_BEATS ? "degraded" : isHeard ? "in-time" : "waiting";
    return {
      state: this.#stopped === undefined ? state : "stopped",
      connected: this.#ports.bus.connected,
      unheardBeats,
      framesRefused: this.#frames.refused?.count ?? 0,
      journal: this.#outbox.journal,
      refusal: this.#outbox.refusal,
      outbox: this.#outbox.size,
      claims: { ...this.#outbox.counts, failed: this.#promises.failed },
      callbacks: { ...this.#calls },
      reportsMissed: this.#reports.missed,
      reportsRefused: this.#reports.refused,
    };
  }

  onBeat(listener: Listener<Beat>): () => void {
    return this.#beatListeners.add(listener);
  }

  onDownbeat(listener: Listener<Beat>): () => void {
    return this.#downbeatListeners.add(listener);
  }

  beats(): AsyncIterableIterator<Beat> {
    const stream: BeatStream = new BeatStream(() => void this.#streams.delete(stream));
    this.#streams.add(stream);
    if (this.#stopped !== undefined) stream.end();
    return stream;
  }

  onReport(listener: Listener<BarReport>): () => void {
    return this.#stopped === undefined ? this.#reports.add(listener) : () => undefined;
  }

  firstBeat(timeoutMs: number): Promise<BeatNow> {
    return this.#stopped === undefined
      ? this.#firstBeat.wait(timeoutMs)
      : Promise.reject(stopped("hear a beat"));
  }

  currentBeat(): number | undefined {
    return this.#wheel.beatAt(this.#ports.clock.monotonicMs());
  }

  currentWindow(): string | undefined {
    return this.now?.windowId;
  }

  isInWindow(windowId: string): boolean {
    return this.currentWindow()?.toLowerCase() === windowId.toLowerCase();
  }

  currentTempo(): number | undefined {
    return this.#wheel.tempoBpm;
  }

  tempoDriftMs(): number | undefined {
    return this.#drift.ms;
  }

  claim(state: AgentState, details: ClaimDetails = {}): Promise<StatusClaim> {
    if (this.#stopped === undefined) return this.#send(state, details);
    return this.#promises.noted(Promise.reject(stopped("claim")));
  }

  emitStatusClaim({
    state,
    ...details
  }: ClaimDetails & { readonly state: AgentState }): Promise<StatusClaim> {
    return this.claim(state, details);
  }

  async withBeatBudget<T>(beats: number, work: BudgetedWork<T>): Promise<T> {
    return withinBudget(this.#budgets, { beats, parent: this.#stopping.signal, work });
  }

  async task<T>(taskId: string, work: TaskWork<T>, options: TaskOptions = {}): Promise<T> {
    if (this.#stopped !== undefined) throw stopped("begin a task");
    return this.#run({ id: taskId, options, work });
  }

  async waitFor<T>(agentIds: readonly string[], until: PromiseLike<T>): Promise<T> {
    if (this.#stopped !== undefined) throw stopped("wait for an agent");
    try {
      return await waitBlocked(this.#standing, { agentIds, until, stopped: this.#stopping.signal });
    } finally {
      // Who says no more would be taken for still waiting.
      if (this.#stopped === undefined && this.#standing.size === 0 && this.now !== undefined)
        void this.claim("idle");
    }
  }

  async help<T>(
    agentId: string,
    work: TaskWork<T>,
    { details, taskId = `help:${agentId}` }: HelpOptions = {},
  ): Promise<T> {
    if (this.#stopped !== undefined) throw stopped("help an agent");
    const options = { state: "helping" as const, details: { ...details, dependencies: [agentId] } };
    return this.#run({ id: taskId, options, work, endState: "helping" });
  }

  stop({ timeoutMs = STOP_WAIT_MS }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(timeoutMs);
    return this.#stopped;
  }

  /** A task may claim its end also while the agent is being stopped. */
  async #run<T>(order: TaskOrder<T>): Promise<T> {
    const running = runTask(
      {
        standing: this.#standing,
        budgets: this.#budgets,
        stopped: this.#stopping.signal,
        claim: (state, details) => void this.#send(state, details),
      },
      order,
    );
    this.#tasks.add(running);
    try {
      return await running;
    } finally {
      this.#tasks.delete(running);
    }
  }

  #send(state: AgentState, details: ClaimDetails): Promise<StatusClaim> {
    return this.#promises.noted(this.#claims.send(state, details));
  }

  #beatMs(): number | undefined {
    const tempoBpm = this.currentTempo();
    return tempoBpm === undefined ? undefined : 60_000 / tempoBpm;
  }

  /** One bar more than that is over: a claim may still count for the last. */
  #isBarOver(beatIndex: number): boolean {
    const { now } = this;
    const barLength = this.#wheel.frame?.metadata?.bar_length;
    if (now?.barFrom === undefined || typeof barLength !== "number") return true;
    return beatIndex < now.barFrom - barLength;
  }

  #take(entry: FrameEntry): void {
    const nowMs = this.#ports.clock.monotonicMs();
    const expectedMs = this.#wheel.dueAt(entry.frame.beat_index);
    const verdict = this.#wheel.hear(entry, nowMs);
    if (verdict !== "on-line" && verdict !== "restart") return;
    this.#drift.heard(entry, { nowMs, expectedMs, isRestart: verdict === "restart" });
    this.#claims.hear(entry.frame.hlc);
    this.#budgets.heard();
    this.#schedule.heard();
    this.#firstBeat.heard();
  }

  #tell(index: number, missed: number): void {
    const now = beatNowOf(this.#wheel, index);
    if (now === undefined) return;
    this.#silence.told(now);
    const beat = { ...now, missed, downbeat: now.barFrom === index };
    const beginsBar = this.#barTurn.begins(now);
    this.#standing.beat();
    this.#beatListeners.tell(beat);
    if (beginsBar) this.#downbeatListeners.tell(beat);
    for (const stream of [...this.#streams]) stream.tell(beat);
  }

  async #stop(timeoutMs: number): Promise<void> {
    const { clock } = this.#ports;
    this.#stopping.abort(stopped("go on"));
    this.#schedule.stop();
    this.#frames.stop();
    this.#reports.stop();
    this.#budgets.stop();
    this.#standing.clear();
    this.#beatListeners.clear();
    this.#downbeatListeners.clear();
    for (const stream of [...this.#streams]) stream.end();
    this.#firstBeat.stop(stopped("hear a beat"));
    await new Promise<void>((resolve) => {
      const patience = clock.after(timeoutMs, resolve);
      void this.#settled().then(() => {
        patience.cancel();
        resolve();
      });
    });
    this.#outbox.stop();
    await this.#ports.end?.();
  }

  /** Resolves when all tasks have ended and all claims have arrived. Never rejects. */
  async #settled(): Promise<void> {
    await Promise.allSettled(this.#tasks);
    await this.#outbox.drained();
  }
}

function stopped(action: string): BackbeatError {
  return new BackbeatError("stopped", `Cannot ${action}: the agent was stopped; start another one`);
}
