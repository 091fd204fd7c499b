/** Compares the heard bar length with the setting: an alarm for as long as they differ; what is heard wins. */
import type { Clock } from "../ports.ts";
import type { RaisedAlarm } from "./mode.ts";

/** State: since when another length is heard. */
export class BarLengthWatch {
  readonly #setting: number;
  readonly #clock: Clock;
  #heard = 0;
  #sinceMs: number | undefined;

  constructor(setting: number, clock: Clock) {
    this.#setting = setting;
    this.#clock = clock;
  }

  hear(barLength: number): void {
    this.#heard = barLength;
    if (barLength === this.#setting) {
      this.#sinceMs = undefined;
      return;
    }
    if (this.#sinceMs !== undefined) return;
    this.#sinceMs = this.#clock.monotonicMs();
  }

  alarms(): RaisedAlarm[] {
    if (this.#sinceMs === undefined) return [];
    return [{ name: "bar-length-differs", text: this.#text, sinceMonotonicMs: this.#sinceMs }];
  }

  get #text(): string {
    return `bars have ${this.#heard} beats, --bar-length says ${this.#setting}: what is heard wins`;
  }
}
