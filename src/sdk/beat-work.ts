/** Work with a budget of beats: its signal is aborted when they are spent, and its promise does not outlive them (S2). */
import { BackbeatError } from "../errors.ts";
import { type BeatBudgets, checkBudget } from "./beat-budget.ts";

/** Work that can be told to stop. */
export type BudgetedWork<T> = (signal: AbortSignal) => T | PromiseLike<T>;

/**
 * What `work` comes to.
 * @throws BackbeatError `budget-spent` when the beats have passed, whether or not the work has heeded its signal;
 * `bad-config` for a budget that is none; what the work threw
 */
export async function withinBudget<T>(
  budgets: BeatBudgets,
  {
    beats,
    parent,
    work,
  }: { readonly beats: number; readonly parent?: AbortSignal; readonly work: BudgetedWork<T> },
): Promise<T> {
  checkBudget(beats);
  const controller = new AbortController();
  let end: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    const give = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason);
    };
    const off = budgets.begin(beats, () => give(spent(beats)));
    const onParent = (): void => give(parent?.reason);
    if (parent?.aborted === true) onParent();
    else parent?.addEventListener("abort", onParent, { once: true });
    end = () => {
      off();
      parent?.removeEventListener("abort", onParent);
    };
  });
  // Heard only while the work runs.
  stopped.catch(() => undefined);
  try {
    return await Promise.race([Promise.resolve().then(() => work(controller.signal)), stopped]);
  } finally {
    end();
  }
}

function spent(beats: number): BackbeatError {
  return new BackbeatError(
    "budget-spent",
    `The work was told to stop: its budget of ${beats} beats is spent`,
    {
      data: { beats },
    },
  );
}
