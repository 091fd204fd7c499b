/** One agent's last claim, read from the columns: what presence and the API look at. */
import { type AgentState, STATES } from "../contracts/status-claim.ts";
import type { BarAgents } from "./bar-agents.ts";
import { givenOf } from "./claim-values.ts";
import type { KnownAgents } from "./known-agents.ts";
import type { TaskRecord } from "./task-record.ts";
import type { Window } from "./window.ts";

/** A window on one row, valid until the next entry is applied. `moveTo` turns it to another agent of the same bar. */
export class AgentRecord {
  readonly #known: KnownAgents;
  readonly #bar: BarAgents;
  #row: number;

  /** `bar`: the agents of the bar that holds the last claim. */
  constructor(known: KnownAgents, bar: BarAgents, row = 0) {
    this.#known = known;
    this.#bar = bar;
    this.#row = row;
  }

  moveTo(row: number): this {
    this.#row = row;
    return this;
  }

  /** Its row: small, kept for as long as the agent is remembered, and then another's. */
  get lane(): number {
    return this.#row;
  }

  get agentId(): string {
    return this.#known.ids[this.#row] ?? "";
  }

  /** Claims counted in the bar of the last one. */
  get claims(): number {
    return this.#bar.claims[this.#row] ?? 0;
  }

  get state(): AgentState {
    return STATES[this.#known.states[this.#row] ?? 0] ?? "idle";
  }

  get taskId(): string | undefined {
    return this.#known.taskIds[this.#row];
  }

  get beatIndex(): number {
    return this.#known.beats[this.#row] ?? 0;
  }

  get progress(): number | undefined {
    return givenOf(this.#known.progress[this.#row]);
  }

  get beatsLeft(): number | undefined {
    return givenOf(this.#known.beatsLeft[this.#row]);
  }

  get nextBeat(): number | undefined {
    return givenOf(this.#known.nextBeats[this.#row]);
  }

  get notes(): string | undefined {
    return this.#known.notes[this.#row];
  }

  /** Its tasks with an outcome or a promise in the bar of the last claim. */
  get tasks(): readonly Pick<TaskRecord, "taskId" | "lastState">[] {
    return this.#bar.tasksOf(this.#row);
  }

  get dependencies(): readonly string[] {
    return this.#bar.dependenciesOf(this.#row);
  }

  /** Arrival, ms since the Unix epoch. */
  get lastClaimMs(): number {
    return this.#known.arrivalsMs[this.#row] ?? 0;
  }

  /** Beat of the claim that last changed state, task or progress, in whatever bar that was. */
  get changedBeat(): number {
    return this.#known.changedBeats[this.#row] ?? 0;
  }
}

/** An agent and the window of its last claim. */
export interface FoundAgent {
  readonly agent: AgentRecord;
  readonly windowId: string;
}

/** Calls `visit` with every agent whose last claim lies in one of these windows: the same object each time. */
export function visitAgents(
  known: KnownAgents,
  windows: readonly Window[],
  visit: (agent: AgentRecord, windowId: string) => void,
): void {
  for (const { agents, windowId } of windows) {
    const agent = new AgentRecord(known, agents);
    for (let row = 0; row < known.rowCount; row += 1)
      if (known.bars[row] === agents.number) visit(agent.moveTo(row), windowId);
  }
}

/** The agent with this id, if its last claim lies in one of these windows. */
export function findAgent(
  known: KnownAgents,
  windows: readonly Window[],
  agentId: string,
): FoundAgent | undefined {
  const row = known.rowOf(agentId);
  if (row === undefined) return undefined;
  const window = windows.find(({ agents }) => known.bars[row] === agents.number);
  return window && { agent: new AgentRecord(known, window.agents, row), windowId: window.windowId };
}
