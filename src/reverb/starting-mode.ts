/** Before the server has said whether it keeps a journal: nothing is folded, and /ready says what is waited for. */
import { createDecoder } from "../contracts/decode.ts";
import { Aggregator } from "../core/aggregator.ts";
import type { StreamsOpener } from "../ports.ts";
import { notReady } from "./alarms.ts";
import { NOTHING_COUNTED, type RaisedAlarm, type ReverbMode } from "./mode.ts";
import type { ReverbSettings } from "./settings.ts";
import type { Readiness } from "./view.ts";

export class StartingMode implements ReverbMode {
  readonly name = "starting";
  /** Nothing was probed yet. */
  readonly durability = "best-effort";
  readonly decoder = createDecoder();
  readonly aggregator: Aggregator;
  readonly newestFrameAtMs = undefined;
  readonly seq = 0;
  readonly counts = NOTHING_COUNTED;

  readonly #reason: string;
  readonly #streams: StreamsOpener | undefined;

  constructor(settings: ReverbSettings, streams: StreamsOpener | undefined) {
    this.#streams = streams;
    this.#reason =
      settings.journalMode === "off"
        ? "the server is asked whether this cluster has a journal"
        : "the journal is being opened";
    this.aggregator = new Aggregator(settings);
  }

  readiness(): Readiness {
    const failure = this.#streams?.failure;
    return notReady(failure === undefined ? this.#reason : `${this.#reason}: ${failure}`);
  }

  alarms(): readonly RaisedAlarm[] {
    return [];
  }

  async stop(): Promise<void> {}
}
