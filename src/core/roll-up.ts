/**
 * One look at every agent of a bar: what the KPIs and the issues are made of (BACKBEAT-REQ-021).
 *
 * Looks back exactly one bar (Carry), and gives the same for every order of agents (R2, R7).
 */
import type { AgentRecord } from "./agent-record.ts";
import { FirstNames } from "./first-names.ts";
import { NAMES_PER_ISSUE_MAX, WAIT_GRAPH_AGENTS_MAX } from "./limits.ts";
import { waitCycles } from "./wait-graph.ts";
import type { Window } from "./window.ts";

export interface RollUp {
  readonly onTimeReviews: number;
  readonly helpPromisesFulfilled: number;
  readonly completedTasks: number;
  readonly failedTasks: FirstNames;
  readonly agentsFailing: FirstNames;
  readonly blocked: FirstNames;
  readonly silent: FirstNames;
  readonly stalled: FirstNames;
  /** Reported a failed rotation, or did not attest one where that is required. */
  readonly unrotated: FirstNames;
  readonly cycles: readonly (readonly string[])[];
  /** False: too many agents wait to look for cycles among them. */
  readonly areWaitsSearched: boolean;
}

export interface RollUpOptions {
  readonly rotationRequired: boolean;
}

/** Sums of a bar; `before` is the bar before it, undefined where there is none. O(agents). */
export function rollUp(window: Window, before: Window | undefined, options: RollUpOptions): RollUp {
  const sums = new Sums(options);
  for (const agent of window.agents.values()) sums.add(agent, before?.agents.get(agent.agentId));
  if (before !== undefined) sums.addSilent(window, before);
  return sums.result();
}

class Sums {
  readonly #rotationRequired: boolean;
  readonly #failedTasks = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #agentsFailing = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #blocked = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #silent = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #stalled = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #unrotated = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #waits = new Map<string, readonly string[]>();
  #onTimeReviews = 0;
  #helpPromisesFulfilled = 0;
  #completedTasks = 0;

  constructor(options: RollUpOptions) {
    this.#rotationRequired = options.rotationRequired;
  }

  add(agent: AgentRecord, before: AgentRecord | undefined): void {
    if (agent.reviewedOnTime === true) this.#onTimeReviews += 1;
    if (agent.rotation === "failed" || (this.#rotationRequired && agent.rotation !== "ok"))
      this.#unrotated.add(agent.agentId);
    if (agent.state === "blocked") this.#addBlocked(agent);
    if (isStalled(agent, before)) this.#stalled.add(agent.agentId);
    if (agent.tasks.length > 0) this.#addTasks(agent, before);
  }

  addSilent(window: Window, before: Window): void {
    const to = window.toBeat ?? window.heard.newestIndex;
    for (const agent of before.agents.values()) {
      const isExcused = agent.nextBeat !== undefined && agent.nextBeat > to;
      if (!isExcused && !window.agents.has(agent.agentId)) this.#silent.add(agent.agentId);
    }
  }

  result(): RollUp {
    const areWaitsSearched = this.#waits.size <= WAIT_GRAPH_AGENTS_MAX;
    return {
      onTimeReviews: this.#onTimeReviews,
      helpPromisesFulfilled: this.#helpPromisesFulfilled,
      completedTasks: this.#completedTasks,
      failedTasks: this.#failedTasks,
      agentsFailing: this.#agentsFailing,
      blocked: this.#blocked,
      silent: this.#silent,
      stalled: this.#stalled,
      unrotated: this.#unrotated,
      cycles: areWaitsSearched ? waitCycles(this.#waits) : [],
      areWaitsSearched,
    };
  }

  #addBlocked(agent: AgentRecord): void {
    this.#blocked.add(agent.agentId);
    if (agent.dependencies.length > 0) this.#waits.set(agent.agentId, agent.dependencies);
  }

  #addTasks(agent: AgentRecord, before: AgentRecord | undefined): void {
    let hasFailed = false;
    for (const task of agent.tasks) {
      if (task.lastState === "completed") this.#completedTasks += 1;
      if (task.lastState === "failed") {
        this.#failedTasks.add(task.taskId === "" ? agent.agentId : `${task.taskId} (${agent.agentId})`);
        hasFailed = true;
      }
      const earlier = before?.tasks.find((other) => other.taskId === task.taskId);
      if (task.isPromiseKept(earlier)) this.#helpPromisesFulfilled += 1;
    }
    if (hasFailed) this.#agentsFailing.add(agent.agentId);
  }
}

/** Executing, with a progress that has not moved for this whole bar nor since the last claim of the bar before. */
function isStalled(agent: AgentRecord, before: AgentRecord | undefined): boolean {
  return (
    agent.isSteady &&
    before !== undefined &&
    before.state === "executing" &&
    before.progress === agent.progress &&
    before.taskId === agent.taskId
  );
}
