/** The promises of claims: a failure of one that nobody awaits is told and counted, and never ends the process. */
import type { StatusClaim } from "../contracts/status-claim.ts";
import { messageOf } from "../errors.ts";
import { RareLine } from "../nats/rare-line.ts";
import type { Clock, Log } from "../ports.ts";

/** Claims may fail on each beat of 60 ms. */
const FAILURE_LINE_MS = 10_000;

/** State: how many failed, and which promises are ours. */
export class ClaimPromises {
  readonly #log: Log;
  readonly #failures: RareLine;
  readonly #ours = new WeakSet<PromiseLike<unknown>>();
  #failed = 0;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#log = log;
    this.#failures = new RareLine(FAILURE_LINE_MS, () => clock.monotonicMs());
  }

  /** Claims that came to nothing. */
  get failed(): number {
    return this.#failed;
  }

  /** The same promise, whose failure is handled. */
  noted(sent: Promise<StatusClaim>): Promise<StatusClaim> {
    sent.catch(this.#noteFailure);
    this.#ours.add(sent);
    return sent;
  }

  /** Whether it is that of a claim: a listener that returns one is not running, the outbox is. */
  has(promise: PromiseLike<unknown>): boolean {
    return this.#ours.has(promise);
  }

  /** One for all claims: thousands may wait. */
  readonly #noteFailure = (thrown: unknown): void => {
    this.#failed += 1;
    this.#failures.say((keptBack) =>
      this.#log.warn(`A claim came to nothing: ${messageOf(thrown)}`, { keptBack }),
    );
  };
}
