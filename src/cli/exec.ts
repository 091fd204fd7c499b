/**
 * `backbeat exec`: any command as an agent, and nothing of it changed.
 *
 *   command ──► started at once ──► its output passed on ──► its end ──► its exit code
 *                  └─► beside it: NATS, beats, claims (exec/report.ts), loaded when it already runs
 *
 * The command never waits for reporting; when it has ended, reporting is waited for, for a bounded time.
 */
import { hostname } from "node:os";
import type { Writable } from "node:stream";
import { messageOf } from "../errors.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";
import { type Child, type ChildOptions, startChild } from "./exec/child.ts";
import { describeFailedStart, type Ending, endingOf, endingOfFailedStart } from "./exec/ending.ts";
import { FdWriter } from "./exec/fd-writer.ts";
import { Lines } from "./exec/lines.ts";
import { passOn } from "./exec/pass-on.ts";
import { progressIn, type SaidProgress } from "./exec/progress.ts";
import type { Report } from "./exec/report.ts";
import { passSignals } from "./exec/signals.ts";
import { agentIdOfProcess, taskIdOf } from "./ids.ts";

export const run: Run<"exec"> = async (settings, context) => {
  const { operands, env, stderr } = context;
  const say = (text: string): void => void stderr.write(`backbeat exec: ${text}\n`);
  // Nobody reading what we say must not end the command.
  stderr.on("error", () => undefined);
  const command = new RunningCommand(operands, { env, piped: settings.progressPattern !== undefined });
  const output = command.passOutputOn(settings.progressPattern, context);
  const report = await tryReport(settings, { command, context, say });

  const end = await command.ended;
  if ("failure" in end) say(describeFailedStart(operands[0] ?? "", end.failure));
  const ending: Ending =
    "failure" in end ? endingOfFailedStart(end.failure) : endingOf(end, { overBudget: command.isOverBudget });
  const finished = Promise.all([report?.finish(ending), output]);
  const [unreported] = await Promise.race([finished, command.abandoned]);
  if (unreported !== undefined) say(unreported);
  return ending.exitCode;
};

/** State: what the command printed of its progress, whether it still runs, and whose the signals are. */
class RunningCommand {
  isOverBudget = false;
  said: SaidProgress | undefined;
  /** Resolves, with nothing to say, when a signal comes after the end. */
  readonly abandoned: Promise<readonly [undefined]>;
  readonly #child: Child;
  /** From then on a signal means that nothing is to be waited for. */
  #hasEnded = false;

  /** Starts it. Its signals are ours to pass on before there is anybody to send one on to. */
  constructor(words: readonly string[], options: ChildOptions) {
    let abandon: () => void = () => undefined;
    this.abandoned = new Promise((resolve) => {
      abandon = () => resolve([undefined]);
    });
    passSignals((signal, reachesItByItself) => {
      if (this.#hasEnded) abandon();
      else if (!reachesItByItself) this.kill(signal);
    });
    this.#child = startChild(words, options);
    void this.#child.ended.then(() => {
      this.#hasEnded = true;
    });
  }

  get ended(): Child["ended"] {
    return this.#child.ended;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when all of its output was passed on. */
  async passOutputOn(pattern: RegExp | undefined, context: CommandContext): Promise<void> {
    const { stdout, stderr, ended } = this.#child;
    if (pattern === undefined || stdout === null || stderr === null) return;
    const pairs = [
      [stdout, context.stdout],
      [stderr, context.stderr],
    ] as const;
    await Promise.all(
      pairs.map(async ([source, target]) => {
        const lines = new Lines((line) => {
          this.said = progressIn(line, pattern) ?? this.said;
        });
        await passOn(source, { target: unhurried(target), look: (chunk) => lines.push(chunk), ended });
        lines.end();
      }),
    );
  }
}

/** A stream of our own process that writes without standing still; any other as it is. */
function unhurried(stream: Writable): Writable {
  const { fd } = stream as { readonly fd?: unknown };
  return typeof fd === "number" ? new FdWriter(fd) : stream;
}

interface ReportParts {
  readonly command: RunningCommand;
  readonly context: CommandContext;
  readonly say: (text: string) => void;
}

/** Begins to report; undefined, and said, where that cannot even be begun. */
async function tryReport(settings: SettingsOf<"exec">, parts: ReportParts): Promise<Report | undefined> {
  const { command, context, say } = parts;
  try {
    const { openReport } = await import("./exec/open-report.ts");
    return openReport(
      {
        ...settings,
        agentId: settings.agentId ?? agentIdOfProcess("exec", { host: hostname(), pid: process.pid }),
        taskId: settings.taskId ?? taskIdOf(context.operands[0] ?? ""),
      },
      {
        context,
        said: () => command.said,
        say,
        kill: (signal) => command.kill(signal),
        overBudget: () => {
          command.isOverBudget = true;
        },
      },
    );
  } catch (thrown) {
    say(`the command is not reported: ${messageOf(thrown)}`);
    return undefined;
  }
}
