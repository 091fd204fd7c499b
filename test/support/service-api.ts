/** What a running service says over HTTP, for tests with real processes. */
import { messageOf } from "../../src/errors.ts";
import type { RunningProgram } from "./program.ts";
import { waitFor } from "./wait-for.ts";

export interface SaidReady {
  /** 0 where nobody answers. */
  readonly status: number;
  readonly reason: string;
}

export async function readyAt(port: number): Promise<SaidReady> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/ready`);
    const { reason = "" } = (await response.json()) as { reason?: string };
    return { status: response.status, reason };
  } catch {
    return { status: 0, reason: "" };
  }
}

export async function isReadyAt(port: number): Promise<boolean> {
  return (await readyAt(port)).status === 200;
}

/** Resolves when the service is ready; rejects with what it said when it ends first, or never is. */
export async function untilReady(program: RunningProgram, port: number): Promise<void> {
  const isOver = program.ended.then(({ end }) => Promise.reject(new Error(`it ended with ${end}`)));
  try {
    await Promise.race([waitFor("the service to be ready", () => isReadyAt(port)), isOver]);
  } catch (error) {
    throw new Error(`${messageOf(error)}; it said: ${program.stdout()}${program.stderr()}`);
  }
}

export async function textAt(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

export async function jsonAt<T>(port: number, path: string): Promise<T> {
  return JSON.parse(await textAt(port, path)) as T;
}

interface Status {
  readonly alarms: readonly { readonly name: string; readonly text: string }[];
}

export async function alarmsAt(port: number): Promise<Status["alarms"]> {
  return (await jsonAt<Status>(port, "/api/v1/status")).alarms;
}
