/**
 * What a screen knows of the agents: beats and claims folded here as reverb folds them, and a letter per agent and beat.
 *
 * It begins with what it hears: agents that were there before appear with their next claim. Nothing of it is reported.
 */
import { createDecoder, Refusal } from "../../../contracts/decode.ts";
import type { Subjects } from "../../../contracts/subjects.ts";
import { Aggregator } from "../../../core/aggregator.ts";
import type { Entry } from "../../../core/entry.ts";
import { fingerprintOf } from "../../../core/fingerprint.ts";
import { ScoreCells } from "../../../core/score-cells.ts";
import type { WindowSummary } from "../../../core/summary.ts";
import type { Bus, BusSubscription, Clock } from "../../../ports.ts";
import type { ScorePage } from "../../../reverb/live-view.ts";
import { scorePageOf } from "../../../reverb/score.ts";
import { waitMapOf } from "../../../reverb/wait-map.ts";

/** A first guess, corrected by frames. */
const BAR_LENGTH = 8;

/** A screen is for people: of larger fleets it shows the first agents that it heard. */
const AGENTS_MAX = 20_000;

/** Bars that stay to be scrolled through sideways; cells go back no further anyway. */
const BARS_KEPT = 16;

export interface FleetFoldParts {
  readonly clusterId: string;
  readonly subjects: Pick<Subjects, "beat" | "status">;
  readonly bus: Bus;
  readonly clock: Clock;
}

/** State: the fold, the cells, and the bars that are over. */
export class FleetFold {
  readonly #clock: Clock;
  readonly #decoder = createDecoder();
  readonly #aggregator: Aggregator;
  readonly #cells = new ScoreCells();
  readonly #subscriptions: readonly BusSubscription[];
  #closed: readonly WindowSummary[] = [];
  #seq = 0;

  constructor({ bus, clock, clusterId, subjects }: FleetFoldParts) {
    this.#clock = clock;
    this.#aggregator = new Aggregator({
      clusterId,
      barLength: BAR_LENGTH,
      limits: { agentsPerWindow: AGENTS_MAX },
    });
    this.#subscriptions = [
      bus.subscribe(subjects.beat, ({ data }) => this.#frame(data)),
      bus.subscribe(subjects.status, ({ data }) => this.#claim(data)),
    ];
  }

  /** Agents, worst first, with the letters of so many bars. */
  page(query: { readonly offset: number; readonly limit: number; readonly bars: number }): ScorePage {
    this.#aggregator.sample(this.#cells);
    const waits = waitMapOf(this.#aggregator);
    return scorePageOf(
      {
        aggregator: this.#aggregator,
        cells: this.#cells,
        options: {
          currentBeat: this.#aggregator.newest?.index ?? 0,
          barLength: this.#aggregator.barLength,
          isLagging: false,
          inCycle: waits.inCycle,
        },
        waits,
        nowMs: this.#clock.wallMs(),
        windows: [...this.#aggregator.openWindows(), ...this.#closed],
      },
      { ...query, sort: "trouble", hasSums: false },
    );
  }

  stop(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  #frame(data: Uint8Array): void {
    const frame = this.#decoder.frame(data);
    if (frame instanceof Refusal) return;
    // What was claimed of the beat that ends, before the next one moves everything on.
    this.#aggregator.sample(this.#cells);
    this.#apply((place) => ({ kind: "frame", frame, ...place }));
    const closed = this.#aggregator.takeClosed();
    if (closed.length > 0) this.#closed = [...closed.toReversed(), ...this.#closed].slice(0, BARS_KEPT);
  }

  #claim(data: Uint8Array): void {
    const claim = this.#decoder.claim(data);
    if (claim instanceof Refusal) return;
    this.#apply((place) => ({ kind: "claim", claim, fingerprint: fingerprintOf(data), ...place }));
  }

  #apply(entryAt: (place: { readonly seq: number; readonly timeMs: number }) => Entry): void {
    this.#seq += 1;
    this.#aggregator.apply(entryAt({ seq: this.#seq, timeMs: this.#clock.wallMs() }));
  }
}
