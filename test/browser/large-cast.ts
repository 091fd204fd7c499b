/** Ten thousand agents in ten groups, of whom a tenth changes what it does with each beat. */
import type { Saying } from "./house.ts";

export const AGENTS = 10_000;
const GROUPS = 10;

const WORK = [
  "planning",
  "executing",
  "executing",
  "executing",
  "executing",
  "reviewing",
  "completed",
  "idle",
] as const;

/** One in so many is in trouble for good. */
const FAILED_EVERY = 500;
const BLOCKED_EVERY = 127;

export function largeCast(agents = AGENTS): Readonly<Record<string, (beat: number) => Saying>> {
  const cast: Record<string, (beat: number) => Saying> = {};
  const perGroup = agents / GROUPS;
  for (let agent = 0; agent < agents; agent += 1) {
    const group = Math.floor(agent / perGroup);
    const id = `fleet-${group}:${String(agent % perGroup).padStart(4, "0")}`;
    cast[id] = (beat) => {
      if (agent % FAILED_EVERY === 7) return { state: "failed", task_id: `task-${agent}` };
      if (agent % BLOCKED_EVERY === 9) return { state: "blocked", dependencies: [`fleet-${group}:0000`] };
      const state = WORK[Math.floor((beat + agent) / 10) % WORK.length] ?? "executing";
      return { state, task_id: `task-${agent}`, progress: ((beat + agent) % 10) / 10 };
    };
  }
  return cast;
}
