/** A small story told to reverb's core: bars of 8 beats of a second each, on time unless said otherwise. */
import { encodeClaim } from "../../src/contracts/index.ts";
import type { StatusClaim } from "../../src/contracts/status-claim.ts";
import { Aggregator } from "../../src/core/aggregator.ts";
import type { AggregatorSettings } from "../../src/core/aggregator-settings.ts";
import { fingerprintOf } from "../../src/core/fingerprint.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import type { IssueCategory, IssueDetail, WindowDetail } from "../../src/core/summary.ts";
import { FAKE_WALL_START_MS } from "../../src/sdk/testing/fake-clock.ts";
import { CLUSTER, claimOf, type FrameWish, frameOf } from "./messages.ts";

/** Beats per bar of the scenario, unless the frames say otherwise. */
export const BAR = 8;

const BEAT_MS = 1_000;
const CLAIM_AFTER_MS = 100;

export interface FrameTelling extends FrameWish {
  /** How much later than due the frame arrives. */
  readonly lateMs?: number;
  readonly answered?: boolean;
}

export interface ClaimTelling extends Partial<StatusClaim> {
  /** Arrival, ms after the newest frame was due; default 100. */
  readonly afterMs?: number;
}

/** State: the core and the time of the story. Each claim has bytes of its own, unless its members are repeated. */
export class ReverbScenario {
  readonly core: Aggregator;
  readonly closed: WindowDetail[] = [];
  #seq = 0;
  #dueMs = FAKE_WALL_START_MS;

  constructor(settings: Partial<AggregatorSettings> = {}) {
    this.core = new Aggregator({ clusterId: CLUSTER, barLength: BAR, ...settings });
  }

  /** The beat sounds. */
  frame(beat: number, { lateMs = 0, answered = false, ...wish }: FrameTelling = {}): Outcome {
    this.#dueMs = FAKE_WALL_START_MS + beat * (wish.beatDurationMs ?? BEAT_MS);
    const frame = frameOf(beat, { barLength: BAR, ...wish });
    const timeMs = this.#dueMs + lateMs;
    return this.#apply({ kind: "frame", frame, answered, seq: this.#next(), timeMs });
  }

  /** Beats `from … to`, one after the other. */
  frames(from: number, to: number, telling?: FrameTelling): void {
    for (let beat = from; beat <= to; beat += 1) this.frame(beat, telling);
  }

  claim(agentId: string, beat: number, { afterMs = CLAIM_AFTER_MS, ...members }: ClaimTelling = {}): Outcome {
    const claim = claimOf(agentId, beat, members);
    const fingerprint = fingerprintOf(encodeClaim(claim));
    return this.#apply({
      ...{ kind: "claim", claim, fingerprint },
      ...{ seq: this.#next(), timeMs: this.#dueMs + afterMs },
    });
  }

  refused(of: "frame" | "claim"): Outcome {
    return this.#apply({ kind: "refused", of, reason: "not-json", seq: this.#next(), timeMs: this.#dueMs });
  }

  /** Grace is over for the bar with this id. */
  tick(windowId: string): Outcome {
    return this.#apply({ kind: "tick", windowId, seq: this.#next(), timeMs: this.#dueMs });
  }

  gap(gapMs: number): Outcome {
    return this.#apply({ kind: "gap", gapMs, seq: this.#next(), timeMs: this.#dueMs });
  }

  /** The bar that begins at this beat, once it is closed. */
  bar(fromBeat: number): WindowDetail {
    const found = this.closed.find((detail) => detail.fromBeat === fromBeat);
    if (found === undefined) throw new Error(`no closed bar begins at beat ${fromBeat}`);
    return found;
  }

  /** An issue of that bar; undefined where there is none. */
  issue(fromBeat: number, category: IssueCategory): IssueDetail | undefined {
    return this.bar(fromBeat).issueDetails.find((issue) => issue.category === category);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #apply(entry: Parameters<Aggregator["apply"]>[0]): Outcome {
    const outcome = this.core.apply(entry);
    this.closed.push(...this.core.takeClosed());
    return outcome;
  }
}
