/**
 * An agent: hears the beats of its cluster and claims what it does (BACKBEAT-REQ-040, 041; P1, S1).
 *
 *   frames ──► flywheel (the timeline on our own clock) ──► schedule ──► listeners
 *   claim(state, details) ──► beat, agent and clock filled in ──► checked ──► published · flushed
 *
 * It asks for the newest frame when the link comes up and then waits for the next. Where frames are lost it counts
 * on by itself. It opens no connection: connect-agent.ts does. A claim is not kept across a disconnect.
 */
import type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
import { subjectsOf } from "../contracts/subjects.ts";
import type { FrameEntry } from "../core/entry.ts";
import { Flywheel } from "../core/flywheel.ts";
import { BackbeatError } from "../errors.ts";
import type { Bus, Clock, Log } from "../ports.ts";
import { type AgentSettings, checkAgentSettings } from "./agent-settings.ts";
import { type Beat, type BeatNow, beatNowOf } from "./beat.ts";
import { BeatSchedule } from "./beat-schedule.ts";
import { type ClaimDetails, ClaimSender } from "./claims.ts";
import { FirstBeat } from "./first-beat.ts";
import { FrameSource } from "./frames.ts";
import { type Listener, Listeners } from "./listeners.ts";
import { Silence } from "./silence.ts";

export interface AgentPorts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Agent {
  /** The current beat; undefined before the first was heard. */
  readonly now: BeatNow | undefined;
  /**
   * Calls `listener` on each beat, once, from the current one on; a promise that it returns is not waited for. The
   * answer takes it away again. Beats that a process slept through come as one call that tells how many were missed.
   */
  onBeat(listener: Listener<Beat>): () => void;
  /** As {@link onBeat}, on the first beat of each bar; on a later one where that was missed. */
  onDownbeat(listener: Listener<Beat>): () => void;
  /**
   * Resolves with the current beat as soon as there is one.
   * @throws BackbeatError `no-beat` after `timeoutMs`, `stopped`
   */
  firstBeat(timeoutMs: number): Promise<BeatNow>;
  /**
   * Claims a state for the current beat, or the one that is given. Resolves with the claim when the server has it.
   * @throws BackbeatError `bad-message` naming every wrong member, `no-beat`, `nats-unreachable` (not sent, or not
   * known to have arrived: there is no outbox), `too-many-claims`, `stopped`
   */
  claim(state: AgentState, details?: ClaimDetails): Promise<StatusClaim>;
  /** Tells no more beats; waits, at most two seconds, for the claims under way. Never rejects. */
  stop(): Promise<void>;
}

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

/** State: the timeline as heard, who listens, and the bar that was told last. */
class RunningAgent implements Agent {
  readonly #ports: AgentPorts;
  readonly #wheel = new Flywheel();
  readonly #frames: FrameSource;
  readonly #schedule: BeatSchedule;
  readonly #claims: ClaimSender;
  readonly #firstBeat: FirstBeat;
  readonly #silence: Silence;
  readonly #beatListeners: Listeners<Beat>;
  readonly #downbeatListeners: Listeners<Beat>;
  /** The last beat told of which a bar was known. */
  #placed: BeatNow | undefined;
  #stopped: Promise<void> | undefined;

  constructor(settings: AgentSettings, ports: AgentPorts) {
    const { clusterId, agentId, subjects = subjectsOf(clusterId) } = settings;
    this.#ports = ports;
    this.#beatListeners = new Listeners("beats", ports);
    this.#downbeatListeners = new Listeners("downbeats", ports);
    this.#silence = new Silence(clusterId, ports.log);
    this.#schedule = new BeatSchedule({
      wheel: this.#wheel,
      clock: ports.clock,
      jitterToleranceMs: settings.jitterToleranceMs,
      tell: (index, missed) => this.#tell(index, missed),
    });
    this.#claims = new ClaimSender({
      ...ports,
      agentId,
      clusterId,
      subject: subjects.status,
      currentBeat: () => this.#wheel.beatAt(ports.clock.monotonicMs()),
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
    const index = this.#wheel.beatAt(this.#ports.clock.monotonicMs());
    return index === undefined ? undefined : beatNowOf(this.#wheel, index);
  }

  onBeat(listener: Listener<Beat>): () => void {
    return this.#beatListeners.add(listener);
  }

  onDownbeat(listener: Listener<Beat>): () => void {
    return this.#downbeatListeners.add(listener);
  }

  firstBeat(timeoutMs: number): Promise<BeatNow> {
    return this.#stopped === undefined
      ? this.#firstBeat.wait(timeoutMs)
      : Promise.reject(stopped("hear a beat"));
  }

  async claim(state: AgentState, details: ClaimDetails = {}): Promise<StatusClaim> {
    if (this.#stopped !== undefined) throw stopped("claim");
    return this.#claims.send(state, details);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #take(entry: FrameEntry): void {
    const verdict = this.#wheel.hear(entry, this.#ports.clock.monotonicMs());
    if (verdict !== "on-line" && verdict !== "restart") return;
    this.#claims.hear(entry.frame.hlc);
    this.#schedule.heard();
    this.#firstBeat.heard();
  }

  #tell(index: number, missed: number): void {
    const now = beatNowOf(this.#wheel, index);
    if (now === undefined) return;
    this.#silence.told(now);
    const beat = { ...now, missed, downbeat: now.barFrom === index };
    const beginsBar = beat.downbeat || this.#isOfAnotherBar(now);
    if (now.windowId !== undefined || now.barFrom !== undefined) this.#placed = now;
    this.#beatListeners.tell(beat);
    if (beginsBar) this.#downbeatListeners.tell(beat);
  }

  /** Whether the downbeat between the last told beat and this one was missed. */
  #isOfAnotherBar(now: BeatNow): boolean {
    const last = this.#placed;
    if (last === undefined) return false;
    if (last.barFrom !== undefined && now.barFrom !== undefined) return last.barFrom !== now.barFrom;
    if (last.windowId === undefined || now.windowId === undefined) return false;
    return last.windowId.toLowerCase() !== now.windowId.toLowerCase();
  }

  async #stop(): Promise<void> {
    this.#schedule.stop();
    this.#frames.stop();
    this.#beatListeners.clear();
    this.#downbeatListeners.clear();
    this.#firstBeat.stop(stopped("hear a beat"));
    await new Promise<void>((resolve) => {
      const patience = this.#ports.clock.after(STOP_WAIT_MS, resolve);
      void this.#claims.settled().then(() => {
        patience.cancel();
        resolve();
      });
    });
  }
}

function stopped(action: string): BackbeatError {
  return new BackbeatError("stopped", `Cannot ${action}: the agent was stopped; start another one`);
}
