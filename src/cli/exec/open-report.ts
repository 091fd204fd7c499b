/** Reporting with all that it needs of NATS: loaded only when the command already runs. */
import { SystemClock } from "../../runtime/clock.ts";
import type { SettingsOf } from "../../runtime/settings/table.ts";
import type { CommandContext } from "../command.ts";
import { commandLog } from "../command-log.ts";
import { signerFor } from "../keys/signer-for.ts";
import { openBus, subjectsFor } from "../nats-link.ts";
import { quietLog } from "../quiet-log.ts";
import { watchBudget } from "./budget.ts";
import type { SaidProgress } from "./progress.ts";
import { type Report, startReport } from "./report.ts";

export type OpenReportSettings = SettingsOf<"exec"> & { readonly agentId: string; readonly taskId: string };

export interface OpenReportParts {
  readonly context: CommandContext;
  readonly said: () => SaidProgress | undefined;
  readonly say: (text: string) => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly overBudget: () => void;
}

/**
 * Connects and begins to claim.
 * @throws BackbeatError `bad-config` where a setting cannot be used
 */
export function openReport(settings: OpenReportSettings, parts: OpenReportParts): Report {
  const { agentId, budgetBeats, clusterId, expectSeconds, taskId, waitSeconds } = settings;
  const { context, kill, overBudget, said, say } = parts;
  const log = quietLog(commandLog(settings, context));
  const signer = signerFor(settings, agentId);
  const clock = new SystemClock();
  const bus = openBus(settings, { name: `backbeat-exec ${agentId}`, log });
  const report = startReport(
    {
      clusterId,
      agentId,
      taskId,
      subjects: subjectsFor(settings),
      ...(signer && { signer }),
      expectedMs: expectSeconds === undefined ? undefined : expectSeconds * 1_000,
      waitMs: waitSeconds * 1_000,
    },
    { bus, clock, log, linkFailure: () => bus.state.failure, said, say },
  );
  if (budgetBeats !== undefined)
    watchBudget(report.agent, {
      beats: budgetBeats,
      clock,
      kill,
      over: () => {
        overBudget();
        say(`${taskId} is stopped: its budget of ${budgetBeats} beats is used up`);
      },
    });
  return {
    agent: report.agent,
    async finish(ending) {
      const line = await report.finish(ending);
      // Not waited for: a server that is silent would hold the end up.
      void bus.close();
      return line;
    },
  };
}
