/**
 * The end of a process, told once: on SIGINT or SIGTERM, when the parent is gone, or when a part of it gives up,
 * everything that was started is stopped in reverse order, and the process ends within five seconds.
 *
 * Invariants: stopping begins once; a second signal ends the process at once; what hangs is named; an error that
 * nobody caught ends the process with one clear line. It starts nothing.
 */
import type { EventEmitter } from "node:events";
import { BackbeatError, exitCodeFor, messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";

/** Supervisors (Docker: 10 s, Kubernetes: 30 s) kill what has not ended; we promise five, less what an exit takes. */
export const STOP_LIMIT_MS = 4_800;

/** How often the parent is looked for where no channel tells of its end. */
const PARENT_LOOK_MS = 1_000;

/** 128 + the signal's number, as shells count. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof SIGNAL_EXIT_CODES;

/** What lifecycle needs of `process`; tests give another. */
export interface ProcessLike extends Pick<EventEmitter, "on" | "off"> {
  exit(code: number): void;
  readonly ppid: number;
  /** Of the channel to a parent that has one: false once it is gone; undefined where there was none. */
  readonly connected?: boolean;
}

type Listener = (argument: unknown) => void;

export interface LifecycleOptions {
  readonly log: Log;
  /** Stop when the parent ends, also without an IPC channel to it; with one that happens anyway. */
  readonly followParent?: boolean;
  /** Default {@link STOP_LIMIT_MS}. */
  readonly stopLimitMs?: number;
  /** Default: this process. */
  readonly process?: ProcessLike;
}

type StopAction = () => Promise<void> | void;

/** One per process: create it first, then start things and tell it how each is stopped. */
export class Lifecycle {
  readonly #log: Log;
  readonly #process: ProcessLike;
  readonly #stopLimitMs: number;
  readonly #parts: { readonly name: string; readonly stop: StopAction }[] = [];
  readonly #listeners: { readonly event: string; readonly listener: Listener }[] = [];
  #parentLook: NodeJS.Timeout | undefined;
  #stopping = false;
  #exitCode = 0;
  #now = "";
  #finish: (exitCode: number) => void = () => undefined;

  /** Resolves with the exit code when everything has stopped. */
  readonly finished: Promise<number>;
  readonly #abort = new AbortController();

  constructor(options: LifecycleOptions) {
    this.#log = options.log;
    this.#process = options.process ?? process;
    this.#stopLimitMs = options.stopLimitMs ?? STOP_LIMIT_MS;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    for (const signal of Object.keys(SIGNAL_EXIT_CODES) as StopSignal[])
      this.#listen(signal, () => this.#onSignal(signal));
    this.#listen("uncaughtException", (error) => this.#onUncaught(error));
    this.#listen("unhandledRejection", (error) => this.#onUncaught(error));
    this.#listen("disconnect", () => this.stop("the process that started this one is gone"));
    if (options.followParent === true) this.#followParent();
    // Gone while this process was loading: the event came before anybody listened.
    if (this.#process.connected === false) this.stop("the process that started this one is gone");
  }

  /** Aborted when stopping begins: for whatever is still starting or waiting then. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Registers how a part is stopped; parts stop one after the other, the last first. At once if it is too late. */
  onStop(name: string, stop: StopAction): void {
    this.#parts.push({ name, stop });
    if (this.#stopping && this.#now === "") void this.#stopParts();
  }

  /** Begins to stop, once. `exitCode` defaults to 0; a failure that comes while stopping still counts. */
  stop(reason: string, exitCode = 0): void {
    this.#exitCode = Math.max(this.#exitCode, exitCode);
    if (this.#stopping) return;
    this.#stopping = true;
    this.#log.info(`Stopping: ${reason}`);
    this.#abort.abort(new BackbeatError("stopped", `Cannot go on: ${reason}`));
    const limit = setTimeout(() => this.#onHanging(), this.#stopLimitMs);
    void this.#stopParts().then(() => {
      clearTimeout(limit);
      this.close();
      this.#finish(this.#exitCode);
    });
  }

  /** A part cannot go on: everything stops; `exitCodeFor` says with which exit code. */
  fail(error: unknown): void {
    // The text of an error that was raised on purpose says all; of another the stack is wanted too.
    const data = error instanceof BackbeatError ? { code: error.code, ...error.data } : { error };
    this.#log.error(messageOf(error), data);
    this.stop("a part of this process cannot go on", exitCodeFor(error));
  }

  /** Takes back all listeners: for tests, and commands that end by themselves. */
  close(): void {
    for (const { event, listener } of this.#listeners.splice(0)) this.#process.off(event, listener);
    clearInterval(this.#parentLook);
  }

  async #stopParts(): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      this.#now = part.name;
      try {
        await part.stop();
      } catch (error) {
        this.#exitCode = 1;
        this.#log.error(`Cannot stop ${part.name} in order: ${messageOf(error)}`, { error });
      }
    }
    this.#now = "";
  }

  #onSignal(signal: StopSignal): void {
    if (this.#stopping) {
      this.#log.warn(`${signal} again: ending at once`);
      this.#process.exit(SIGNAL_EXIT_CODES[signal]);
    } else this.stop(signal);
  }

  #onHanging(): void {
    const left =
      this.#parts.length === 0 ? "" : `, ${this.#parts.map(({ name }) => name).join(", ")} after it`;
    this.#log.error(
      `Cannot stop in order: ${this.#now} did not stop within ${this.#stopLimitMs / 1_000} s${left}; ending anyway`,
    );
    this.#process.exit(1);
  }

  #onUncaught(error: unknown): void {
    this.#log.error(`Unexpected error, ending: ${messageOf(error)}`, { error });
    this.#process.exit(1);
  }

  #followParent(): void {
    const parent = this.#process.ppid;
    this.#parentLook = setInterval(() => {
      if (this.#process.ppid !== parent) this.stop("the process that started this one is gone");
    }, PARENT_LOOK_MS);
    this.#parentLook.unref();
  }

  #listen(event: string, listener: Listener): void {
    this.#listeners.push({ event, listener });
    this.#process.on(event, listener);
  }
}
