/**
 * A command that follows the beat until it has enough, is told to stop, or nobody reads it any more: connection,
 * what it does, orderly end.
 */
import type { NatsBus } from "../nats/bus.ts";
import type { Clock, Log } from "../ports.ts";
import { SystemClock } from "../runtime/clock.ts";
import { Lifecycle } from "../runtime/lifecycle.ts";
import type { CommandContext } from "./command.ts";
import { commandLog, type LogSettings } from "./command-log.ts";
import { type LinkSettings, openBus } from "./nats-link.ts";

/** What runs: it ends by itself or when it is stopped; `done` then resolves, or rejects with why it could not go on. */
export interface Follower {
  readonly done: Promise<void>;
  stop(): Promise<void> | void;
}

export interface FollowOptions {
  /** The name of the connection and of the command. */
  readonly name: string;
  readonly context: CommandContext;
  /** Default: lines on stderr. */
  readonly log?: Log;
  readonly start: (ports: { readonly bus: NatsBus; readonly clock: Clock; readonly log: Log }) => Follower;
}

/** Answers the exit code. @throws what `done` rejected with, after everything has stopped */
export async function followBeat(
  settings: LinkSettings & LogSettings,
  { context, log = commandLog(settings, context), name, start }: FollowOptions,
): Promise<number> {
  const lifecycle = new Lifecycle({ log });
  for (const stream of [context.stdout, context.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      lifecycle.stop("nobody reads what it says");
    });
  const bus = openBus(settings, { name: `backbeat-${name}`, log });
  lifecycle.onStop("the NATS connection", () => bus.close());
  const follower = start({ bus, clock: new SystemClock(), log });
  lifecycle.onStop(name, () => follower.stop());
  const failures: unknown[] = [];
  let hasEnded = false;
  // The first to end, so that what is said at the end does not stand behind the ^C that a terminal shows.
  lifecycle.onStop("the line of the terminal", () => {
    const isTerminal = (context.stderr as { readonly isTTY?: boolean }).isTTY === true;
    if (isTerminal && !hasEnded) context.stderr.write("\n");
  });
  follower.done.then(
    () => {
      hasEnded = true;
      lifecycle.stop("it has come to its end");
    },
    (error: unknown) => {
      hasEnded = true;
      failures.push(error);
      lifecycle.stop("it cannot go on", 1);
    },
  );
  const exitCode = await lifecycle.finished;
  if (failures.length > 0) throw failures[0];
  return exitCode;
}
