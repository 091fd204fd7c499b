/** Every alarm stands in the log: a line when it begins, a line when it ends. */
import { StandingLook } from "../core/standing.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import type { Alarm } from "./view.ts";

/** An alarm that is shorter than this may pass without a line, unless somebody was shown it. */
const LOOK_EVERY_MS = 1_000;

/** Somebody must act, or no more reports come; the others are warnings. */
const ERRORS: readonly Alarm["name"][] = [
  "journal-broken",
  "replica-divergence",
  "report-store-broken",
  "store-refuses",
];

export interface AlarmLogParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: () => readonly Alarm[];
}

/** State: which alarms were told. */
export class AlarmLog {
  readonly #parts: AlarmLogParts;
  readonly #standing = new StandingLook();
  #next: Timer | undefined;
  #isStopped = false;

  /** Looks once a second from now on. */
  constructor(parts: AlarmLogParts) {
    this.#parts = parts;
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#next?.cancel();
  }

  /** What was just shown to somebody. */
  shown(alarms: readonly Alarm[]): void {
    if (!this.#isStopped) this.#say(alarms);
  }

  #schedule(): void {
    this.#next = this.#parts.clock.after(LOOK_EVERY_MS, () => {
      this.#say(this.#parts.alarms());
      this.#schedule();
    });
  }

  #say(alarms: readonly Alarm[]): void {
    const { clock, log } = this.#parts;
    const { began, ended } = this.#standing.look(alarms, clock.monotonicMs());
    for (const { name, text } of began) {
      const line = `Alarm ${name}: ${text}`;
      if (ERRORS.includes(name as Alarm["name"])) log.error(line);
      else log.warn(line);
    }
    for (const { lastedMs, name } of ended)
      log.info(`Alarm ${name} is over after ${Math.round(lastedMs / 1_000)} s`);
  }
}
