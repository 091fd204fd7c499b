/**
 * Work that claims for itself (BACKBEAT-REQ-041, 042): `executing` on each beat, `completed` or `failed` at its end.
 *
 * What a task claims can be changed while it runs: how far it is, what it is at, whom it waits for.
 */
import type { AgentState } from "../contracts/status-claim.ts";
import { BackbeatError } from "../errors.ts";
import type { BeatBudgets } from "./beat-budget.ts";
import { withinBudget } from "./beat-work.ts";
import type { ClaimDetails } from "./claims.ts";
import { STANDING_CLAIMS_MAX, type Stand, type StandingClaims } from "./standing-claim.ts";
import { untilOrStopped } from "./until-stopped.ts";

/** A task that runs, in the hands of its work. */
export interface Task {
  readonly id: string;
  /** Aborted when the budget is spent, or the agent is stopped. */
  readonly signal: AbortSignal;
  /** How much is done, 0 to 1: claimed from the next beat on. */
  progress(done: number, details?: ClaimDetails): void;
  /** Another state from now on, such as `planning` or `reviewing`; claimed at once. */
  enter(state: AgentState, details?: ClaimDetails): void;
  /** As `Agent.waitFor`: this task is `blocked` by those agents until `until` has come. */
  waitFor<T>(agentIds: readonly string[], until: PromiseLike<T>): Promise<T>;
}

export interface TaskOptions {
  /** Beats that it may take; default: any number. */
  readonly budgetBeats?: number;
  /** What it begins as; default `executing`. */
  readonly state?: AgentState;
  /** Beside its state, such as `notes` or `resources`; members are named as on the wire. */
  readonly details?: ClaimDetails;
}

/** What does the work. */
export type TaskWork<T> = (task: Task) => T | PromiseLike<T>;

export interface TaskParts {
  readonly standing: StandingClaims;
  readonly budgets: BeatBudgets;
  /** Aborted when the agent is stopped. */
  readonly stopped: AbortSignal;
  /** Claims for the current beat; what becomes of it is counted. */
  readonly claim: (state: AgentState, details: ClaimDetails) => void;
}

/** What is to be done as a task. */
export interface TaskOrder<T> {
  readonly id: string;
  readonly options: TaskOptions;
  readonly work: TaskWork<T>;
  /** What it claims when its work is done; default `completed`. A promise to help stays `helping`, with nothing left. */
  readonly endState?: AgentState;
}

/**
 * Runs work as a task; answers what it comes to. Its last claim is in the outbox by then, see `Agent.stop`.
 * @throws BackbeatError `budget-spent`, `too-many-tasks`; what the work threw
 */
export async function runTask<T>(
  parts: TaskParts,
  { endState = "completed", id, options, work }: TaskOrder<T>,
): Promise<T> {
  if (parts.standing.size >= STANDING_CLAIMS_MAX) throw tooMany(id);
  const task = new RunningTask(parts, { id, options });
  const { budgetBeats } = options;
  try {
    const result =
      budgetBeats === undefined
        ? await task.run(work)
        : await withinBudget(parts.budgets, {
            beats: budgetBeats,
            parent: parts.stopped,
            work: (signal) => task.run(work, signal),
          });
    task.end(endState, { progress: 1, beats_left: 0 });
    return result;
  } catch (thrown) {
    task.end("failed", { metadata: { error_code: codeOf(thrown) } });
    throw thrown;
  }
}

/** State: what it claims. */
class RunningTask implements Task {
  readonly id: string;
  readonly #parts: TaskParts;
  readonly #off: () => void;
  #signal: AbortSignal;
  #stand: Stand;
  #hasEnded = false;

  constructor(parts: TaskParts, { id, options }: { readonly id: string; readonly options: TaskOptions }) {
    this.id = id;
    this.#parts = parts;
    this.#signal = parts.stopped;
    this.#stand = { state: options.state ?? "executing", details: { ...options.details, task_id: id } };
    this.#off = parts.standing.begin(() => this.#stand);
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  async run<T>(work: TaskWork<T>, signal: AbortSignal = this.#parts.stopped): Promise<T> {
    this.#signal = signal;
    return work(this);
  }

  // Bound, so that work may take its task apart: ({ progress, signal }) => …
  readonly progress = (done: number, details: ClaimDetails = {}): void => {
    this.#stand = { ...this.#stand, details: { ...this.#stand.details, ...details, progress: done } };
  };

  readonly enter = (state: AgentState, details: ClaimDetails = {}): void => {
    this.#stand = { state, details: { ...this.#stand.details, ...details } };
    this.#claimNow();
  };

  readonly waitFor = async <T>(agentIds: readonly string[], until: PromiseLike<T>): Promise<T> => {
    const before = this.#stand;
    const { details } = before;
    const waiting: Stand = { state: "blocked", details: { ...details, dependencies: [...agentIds] } };
    this.#stand = waiting;
    this.#claimNow();
    try {
      return await untilOrStopped(until, this.#signal);
    } finally {
      // Somebody may have entered another state meanwhile.
      if (this.#stand === waiting) this.#stand = before;
      this.#claimNow();
    }
  };

  /** Its last claim; whatever its work says afterwards is not heard. */
  end(state: AgentState, details: ClaimDetails): void {
    this.#off();
    this.#hasEnded = true;
    this.#parts.claim(state, { ...this.#stand.details, ...details });
  }

  #claimNow(): void {
    if (!this.#hasEnded) this.#parts.claim(this.#stand.state, this.#stand.details);
  }
}

/** Stable names only: a message may hold what is nobody's business. */
function codeOf(thrown: unknown): string {
  if (thrown instanceof BackbeatError) return thrown.code;
  const { code, name } = (thrown ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === "string" ? code : typeof name === "string" ? name : "error";
}

function tooMany(id: string): BackbeatError {
  return new BackbeatError(
    "too-many-tasks",
    `Cannot begin task ${id}: ${STANDING_CLAIMS_MAX} tasks, waits and promises of this agent have not ended; end some, or start another agent`,
  );
}
