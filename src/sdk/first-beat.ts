/** Waiting for the first beat: said for what and how long at most, and ended with what to do if none comes. */
import type { Subjects } from "../contracts/subjects.ts";
import { BackbeatError } from "../errors.ts";
import type { Bus, Clock, Log } from "../ports.ts";
import type { BeatNow } from "./beat.ts";

export interface FirstBeatParts {
  readonly clusterId: string;
  readonly subjects: Subjects;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly now: () => BeatNow | undefined;
  /** Frames that came and could not be used. */
  readonly refused: () => { readonly count: number; readonly why: string } | undefined;
}

interface Waiter {
  /** The beat, or why there is none. */
  end(outcome: BeatNow | BackbeatError): void;
}

/** State: who waits. */
export class FirstBeat {
  readonly #parts: FirstBeatParts;
  readonly #waiters = new Set<Waiter>();

  constructor(parts: FirstBeatParts) {
    this.#parts = parts;
  }

  /** @throws BackbeatError `no-beat` after `timeoutMs` */
  wait(timeoutMs: number): Promise<BeatNow> {
    const { clusterId, clock, log, now, subjects } = this.#parts;
    const known = now();
    if (known !== undefined) return Promise.resolve(known);
    log.info(`Waiting for a beat of cluster ${clusterId} on ${subjects.beat}, at most ${seconds(timeoutMs)}`);
    return new Promise((resolve, reject) => {
      const patience = clock.after(timeoutMs, () => waiter.end(this.#noBeat(timeoutMs)));
      const waiter: Waiter = {
        end: (outcome) => {
          patience.cancel();
          this.#waiters.delete(waiter);
          if (outcome instanceof BackbeatError) reject(outcome);
          else resolve(outcome);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** To be called when a frame was taken. */
  heard(): void {
    const now = this.#parts.now();
    if (now !== undefined) this.#endAll(now);
  }

  /** Nobody will hear anything any more. */
  stop(why: BackbeatError): void {
    this.#endAll(why);
  }

  #endAll(outcome: BeatNow | BackbeatError): void {
    for (const waiter of [...this.#waiters]) waiter.end(outcome);
  }

  #noBeat(timeoutMs: number): BackbeatError {
    const { bus, clusterId, refused } = this.#parts;
    const unusable = refused();
    const why = !bus.connected
      ? `NATS was not reached within ${seconds(timeoutMs)}; check that a server runs at the given address`
      : unusable === undefined
        ? this.#nobody(timeoutMs)
        : `what came within ${seconds(timeoutMs)} could not be used (${unusable.count} in all), the last because ${unusable.why}; check which pulse publishes there`;
    return new BackbeatError("no-beat", `Cannot hear a beat of cluster ${clusterId}: ${why}`, {
      data: { clusterId, connected: bus.connected, timeoutMs },
    });
  }

  #nobody(timeoutMs: number): string {
    const { clusterId, subjects } = this.#parts;
    return `none came on ${subjects.beat} within ${seconds(timeoutMs)} and nobody answered on ${subjects.now}; start a pulse (backbeat pulse --cluster ${clusterId}), check the cluster's name, or wait for longer than a beat`;
  }
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 100) / 10} s`;
}
