/**
 * One look at every agent of a bar: what the KPIs and the issues are made of (BACKBEAT-REQ-021).
 *
 * Looks back exactly one bar (Carry), and gives the same for every order of agents (R2, R7).
 */
import type { BarAgents } from "./bar-agents.ts";
import { NOT_GIVEN, STATE_CODES } from "./claim-values.ts";
import { FirstNames } from "./first-names.ts";
import type { KnownAgents } from "./known-agents.ts";
import { NAMES_PER_ISSUE_MAX, WAIT_GRAPH_DEPENDENCIES_MAX } from "./limits.ts";
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
  readonly known: KnownAgents;
  readonly rotationRequired: boolean;
}

/** Sums of a bar; `before` is the bar before it, undefined where there is none. O(agents). */
export function rollUp(window: Window, before: Window | undefined, options: RollUpOptions): RollUp {
  const sums = new Sums(window, before?.agents, options);
  for (let row = 0; row < options.known.rowCount; row += 1) {
    if (window.agents.has(row)) sums.add(row);
    else if (before?.agents.has(row)) sums.addSilent(row);
  }
  return sums.result();
}

class Sums {
  readonly #agents: BarAgents;
  readonly #before: BarAgents | undefined;
  readonly #ids: readonly string[];
  readonly #toBeat: number;
  readonly #rotationRequired: boolean;
  readonly #failedTasks = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #agentsFailing = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #blocked = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #silent = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #stalled = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #unrotated = new FirstNames(NAMES_PER_ISSUE_MAX);
  readonly #waits = new Map<string, readonly string[]>();
  #waitsCount = 0;
  #onTimeReviews = 0;
  #helpPromisesFulfilled = 0;
  #completedTasks = 0;

  constructor(window: Window, before: BarAgents | undefined, options: RollUpOptions) {
    this.#agents = window.agents;
    this.#before = before;
    this.#ids = options.known.ids;
    this.#toBeat = window.toBeat ?? window.newestIndex;
    this.#rotationRequired = options.rotationRequired;
  }

  /** An agent of this bar. */
  add(row: number): void {
    const agents = this.#agents;
    if (agents.hasReviewedOnTime(row)) this.#onTimeReviews += 1;
    if (agents.hasFailedRotation(row) || (this.#rotationRequired && !agents.hasRotated(row)))
      this.#unrotated.add(this.#nameOf(row));
    if (agents.states[row] === STATE_CODES.blocked) this.#addBlocked(row);
    if (this.#isStalled(row)) this.#stalled.add(this.#nameOf(row));
    if (agents.tasksOf(row).length > 0) this.#addTasks(row);
  }

  /** An agent of the bar before that is not in this one. */
  addSilent(row: number): void {
    const isExcused = (this.#before?.nextBeats[row] ?? NOT_GIVEN) > this.#toBeat;
    if (!isExcused) this.#silent.add(this.#nameOf(row));
  }

  result(): RollUp {
    const areWaitsSearched = this.#waitsCount <= WAIT_GRAPH_DEPENDENCIES_MAX;
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

  #nameOf(row: number): string {
    return this.#ids[row] ?? "";
  }

  #addBlocked(row: number): void {
    const awaited = this.#agents.dependenciesOf(row);
    this.#blocked.add(this.#nameOf(row));
    this.#waitsCount += awaited.length;
    if (awaited.length > 0 && this.#waitsCount <= WAIT_GRAPH_DEPENDENCIES_MAX)
      this.#waits.set(this.#nameOf(row), awaited);
  }

  #addTasks(row: number): void {
    const agentId = this.#nameOf(row);
    let hasFailed = false;
    for (const task of this.#agents.tasksOf(row)) {
      if (task.lastState === "completed") this.#completedTasks += 1;
      if (task.lastState === "failed") {
        this.#failedTasks.add(task.taskId === "" ? agentId : `${task.taskId} (${agentId})`);
        hasFailed = true;
      }
      const earlier = this.#before?.tasksOf(row).find((other) => other.taskId === task.taskId);
      if (task.isPromiseKept(earlier)) this.#helpPromisesFulfilled += 1;
    }
    if (hasFailed) this.#agentsFailing.add(agentId);
  }

  /** Executing, with a progress that has not moved for this whole bar nor since the last claim of the bar before. */
  #isStalled(row: number): boolean {
    const agents = this.#agents;
    const before = this.#before;
    return (
      agents.isSteady(row) &&
      before?.has(row) === true &&
      before.states[row] === STATE_CODES.executing &&
      before.progress[row] === agents.progress[row] &&
      before.taskIds[row] === agents.taskIds[row]
    );
  }
}
