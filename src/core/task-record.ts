/**
 * One task of one agent in one bar: how it stands, and what became of a promise to help.
 *
 * A promise opens with a `helping` claim. It is kept by one with progress 1 or beats_left 0, or by `completed`
 * of the same task in this bar or the next; `failed` breaks it; repeating an ended claim opens none. Whether a
 * promise of the bar *before* was kept here can only be said when that bar is closed, so this record keeps what
 * is needed for all three cases (Carry: exactly one bar is looked back upon).
 */
import type { AgentState, StatusClaim } from "../contracts/status-claim.ts";

export type Promised = "none" | "open" | "kept" | "broken";

/** States that make a task worth a record; of others nothing is ever asked. */
export function leavesTrace(state: AgentState): boolean {
  return state === "completed" || state === "failed" || state === "helping";
}

export type SavedTask = readonly [string, AgentState, Promised, "kept" | "broken" | null];

/** State of one (agent, task) over the counted claims of one bar. */
export class TaskRecord {
  /** "" for claims without a task. */
  readonly taskId: string;
  lastState: AgentState = "idle";
  /** The promise that was opened in this bar. */
  promised: Promised = "none";
  /** The first thing in this bar that would end a promise made before it. */
  firstEnd: "kept" | "broken" | undefined;

  constructor(taskId: string) {
    this.taskId = taskId;
  }

  /** As plain values, and back. */
  save(): SavedTask {
    return [this.taskId, this.lastState, this.promised, this.firstEnd ?? null];
  }

  static load([taskId, lastState, promised, firstEnd]: SavedTask): TaskRecord {
    const task = new TaskRecord(taskId);
    task.lastState = lastState;
    task.promised = promised;
    task.firstEnd = firstEnd ?? undefined;
    return task;
  }

  count(claim: StatusClaim): void {
    this.lastState = claim.state;
    if (claim.state === "helping") {
      if (this.promised === "none") this.promised = "open";
      if (claim.progress === 1 || claim.beats_left === 0) this.#end("kept");
    } else if (claim.state === "completed") {
      this.#end("kept");
    } else if (claim.state === "failed") {
      this.#end("broken");
    }
  }

  /** Whether a promise was fulfilled in this bar, given what the bar before knows of the same task. */
  isPromiseKept(before: TaskRecord | undefined): boolean {
    if (before === undefined || before.promised === "none") return this.promised === "kept";
    return before.promised === "open" && this.firstEnd === "kept";
  }

  #end(how: "kept" | "broken"): void {
    this.firstEnd ??= how;
    if (this.promised === "open") this.promised = how;
  }
}
