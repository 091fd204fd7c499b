/**
 * What claims did since the last look, found by looking: sums that the core keeps anyway, and one pass over its agents.
 *
 * So a claim costs nothing here, and a look the same whether ten claims came or ten thousand.
 */
import type { Aggregator } from "../core/aggregator.ts";
import { CLAIM_OUTCOMES, type ClaimOutcome } from "../core/outcome.ts";
import { type PresenceOptions, presenceOf } from "../core/presence.ts";
import type { ScoreCells } from "../core/score-cells.ts";
import { Crowd } from "./crowd.ts";
import type { LiveClaims } from "./live-view.ts";

export interface LookSources {
  readonly aggregator: Aggregator;
  readonly options: PresenceOptions;
}

/** State: the sums at the last look. */
export class ClaimsLook {
  readonly #cells: ScoreCells;
  #aggregator: Aggregator | undefined;
  #received = 0;
  #outcomes: Partial<Record<ClaimOutcome, number>> = {};
  #atMs = 0;
  #isExpected = false;

  constructor(cells: ScoreCells) {
    this.#cells = cells;
  }

  /** From here on it is counted; what agents say now is told first. */
  begin({ aggregator }: LookSources, nowMs: number): void {
    this.#take(aggregator, nowMs);
    this.#isExpected = true;
  }

  /** Something else than a claim has happened that changes what is shown. */
  expect(): void {
    this.#isExpected = true;
  }

  /** Undefined where nothing has changed. O(agents) where something has. */
  look({ aggregator, options }: LookSources, nowMs: number): LiveClaims | undefined {
    // Another fold: its sums are not to be compared with those before.
    if (aggregator !== this.#aggregator) this.begin({ aggregator, options }, nowMs);
    const { tally } = aggregator;
    const received = tally.claimsReceived - this.#received;
    if (received === 0 && !this.#isExpected) return undefined;
    this.#isExpected = false;
    const before = this.#outcomes;
    const spanMs = nowMs - this.#atMs;
    this.#take(aggregator, nowMs);
    const { agentsCount, presence, states } = crowdOf(aggregator, options);
    aggregator.sample(this.#cells);
    const { leftOut, runs } = this.#cells.takeChanges(aggregator.newest?.index ?? 0);
    const [window] = aggregator.openWindows();
    return {
      look: this.#cells.looks,
      roster: this.#cells.roster,
      beatIndex: aggregator.newest?.index,
      windowId: aggregator.currentWindowId,
      spanMs,
      received,
      outcomes: differences(this.#outcomes, before),
      window: { claimsCount: window?.claimsCount ?? 0, agentsReporting: window?.agentsReporting ?? 0 },
      agentsCount,
      states,
      presence,
      cells: runs,
      leftOut,
    };
  }

  #take(aggregator: Aggregator, nowMs: number): void {
    this.#aggregator = aggregator;
    this.#received = aggregator.tally.claimsReceived;
    this.#outcomes = { ...aggregator.tally.claims };
    this.#atMs = nowMs;
  }
}

function crowdOf(aggregator: Aggregator, options: PresenceOptions): Crowd {
  const crowd = new Crowd();
  aggregator.eachAgent((agent) => {
    crowd.add({ state: agent.state, presence: presenceOf(agent, options), trouble: "none" });
  });
  return crowd;
}

function differences(
  now: Partial<Record<ClaimOutcome, number>>,
  before: Partial<Record<ClaimOutcome, number>>,
): Partial<Record<ClaimOutcome, number>> {
  const changed = CLAIM_OUTCOMES.map(
    (outcome) => [outcome, (now[outcome] ?? 0) - (before[outcome] ?? 0)] as const,
  );
  return Object.fromEntries(changed.filter(([, difference]) => difference !== 0));
}
