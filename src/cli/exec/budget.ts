/** Stops a command when its beats are used up: first asks, then ends it. Counts beats as they are told. */
import type { Clock } from "../../ports.ts";
import type { Agent } from "../../sdk/agent.ts";

/** What a command gets to tidy up in. */
const KILL_AFTER_MS = 10_000;

export interface BudgetParts {
  readonly beats: number;
  readonly clock: Clock;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Told once, before the first signal. */
  readonly over: () => void;
}

/** Begins with the agent's first beat, which is not counted: it had begun before. */
export function watchBudget(agent: Agent, { beats, clock, kill, over }: BudgetParts): void {
  let begun: number | undefined;
  const off = agent.onBeat(({ missed }) => {
    begun = begun === undefined ? 0 : begun + 1 + missed;
    if (begun < beats) return;
    off();
    over();
    kill("SIGTERM");
    clock.after(KILL_AFTER_MS, () => kill("SIGKILL"));
  });
}
