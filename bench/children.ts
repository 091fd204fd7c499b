/** Processes of a benchmark that do what they are told, one order after the other, and say when it is done. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts a file of this folder; resolves once it has said that it is ready. */
export async function start(file: string, args: readonly string[]): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...args]);
  await once(child, "message");
  return child;
}

/** Gives an order; resolves with what is said when it is done, which the caller knows the shape of. */
export async function ask<T>(child: ChildProcess, order: string | object): Promise<T> {
  const answer = once(child, "message");
  child.send(order);
  return (await answer)[0];
}
