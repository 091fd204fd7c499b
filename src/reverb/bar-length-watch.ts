/** Compares the heard bar length with the setting: said once, an alarm for as long as it is so; what is heard wins. */
import type { Clock, Log } from "../ports.ts";
import type { RaisedAlarm } from "./mode.ts";

/** State: since when another length is heard. */
export class BarLengthWatch {
  readonly #setting: number;
  readonly #ports: { readonly clock: Clock; readonly log: Log };
  #heard = 0;
  #sinceMs: number | undefined;

  constructor(setting: number, ports: { readonly clock: Clock; readonly log: Log }) {
    this.#setting = setting;
    this.#ports = ports;
  }

  hear(barLength: number): void {
    this.#heard = barLength;
    if (barLength === this.#setting) {
      this.#sinceMs = undefined;
      return;
    }
    if (this.#sinceMs !== undefined) return;
    this.#sinceMs = this.#ports.clock.monotonicMs();
    this.#ports.log.warn(this.#text, { heard: barLength, setting: this.#setting });
  }

  alarms(): RaisedAlarm[] {
    if (this.#sinceMs === undefined) return [];
    return [{ name: "bar-length-differs", text: this.#text, sinceMonotonicMs: this.#sinceMs }];
  }

  get #text(): string {
    return `bars have ${this.#heard} beats, --bar-length says ${this.#setting}: what is heard wins`;
  }
}
