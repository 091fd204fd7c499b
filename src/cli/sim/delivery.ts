/**
 * Sends the claims of a beat and finds out what became of each: published at once, one flush at the end of the
 * beat. A link that is lost in between makes what was published since the last flush uncertain, and it says so.
 *
 * Nothing is sent again: what a beat had to say is stale in the next.
 */
import { encodeClaim } from "../../contracts/encode.ts";
import type { StatusClaim } from "../../contracts/status-claim.ts";
import type { Bus } from "../../ports.ts";
import type { BeatRecord, ClaimResult } from "./beat-record.ts";

export interface DeliveryOptions {
  readonly subject: string;
  /** Hears of each claim once, when its end is known; left out where nobody keeps them. */
  readonly onClaim?: ((claim: StatusClaim, result: ClaimResult) => void) | undefined;
}

/** Claims that were handed on and not yet answered for. */
interface Pending {
  count: number;
  /** Kept only where somebody wants to hear of them. */
  readonly claims: StatusClaim[];
}

/** State: the beat that is being sent, and the flushes that are under way. */
export class Delivery {
  readonly #bus: Bus;
  readonly #options: DeliveryOptions;
  #record: BeatRecord | undefined;
  #pending: Pending = { count: 0, claims: [] };
  #unsettled = 0;
  readonly #givenUp: Promise<never>;
  #giveUp: (reason: unknown) => void = () => undefined;

  constructor(bus: Bus, options: DeliveryOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#givenUp = new Promise((_, reject) => {
      this.#giveUp = reject;
    });
    // Heard only by those who wait for a flush then.
    this.#givenUp.catch(() => undefined);
    bus.onLink((link) => {
      if (link === "lost" && this.#record !== undefined)
        this.#settle(this.#record, { pending: this.#takePending(), result: "unconfirmed" });
    });
  }

  /** Beats whose end the server has not confirmed yet. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** The claims that follow belong to this beat. */
  begin(record: BeatRecord): void {
    this.#record = record;
  }

  /** Sends a claim of the beat, or with `skip` only counts it. @throws BackbeatError `bad-message` */
  take(claim: StatusClaim, skip = false): void {
    const record = this.#record;
    if (record === undefined) return;
    record.states[claim.state] += 1;
    if (skip) this.#tell(record, { claim, result: "skipped" });
    else if (!this.#bus.publish(this.#options.subject, encodeClaim(claim)))
      this.#tell(record, { claim, result: "undelivered" });
    else {
      this.#pending.count += 1;
      if (this.#options.onClaim !== undefined) this.#pending.claims.push(claim);
    }
  }

  /** Ends the beat; resolves with it when the end of each of its claims is known. */
  async end(): Promise<BeatRecord | undefined> {
    const record = this.#record;
    if (record === undefined) return undefined;
    this.#record = undefined;
    const pending = this.#takePending();
    if (pending.count === 0) return record;
    this.#unsettled += 1;
    try {
      await Promise.race([this.#bus.flush(), this.#givenUp]);
      this.#settle(record, { pending, result: "delivered" });
    } catch {
      this.#settle(record, { pending, result: "unconfirmed" });
    }
    this.#unsettled -= 1;
    return record;
  }

  /** What the server has not answered for stays uncertain: nobody waits for it any more. */
  giveUp(): void {
    this.#giveUp("nobody waits any more");
  }

  #takePending(): Pending {
    const pending = this.#pending;
    this.#pending = { count: 0, claims: [] };
    return pending;
  }

  #settle(record: BeatRecord, end: { readonly pending: Pending; readonly result: ClaimResult }): void {
    record.results[end.result] += end.pending.count;
    for (const claim of end.pending.claims) this.#options.onClaim?.(claim, end.result);
  }

  #tell(record: BeatRecord, end: { readonly claim: StatusClaim; readonly result: ClaimResult }): void {
    record.results[end.result] += 1;
    this.#options.onClaim?.(end.claim, end.result);
  }
}
