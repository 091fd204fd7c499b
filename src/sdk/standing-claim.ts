/** What an agent goes on claiming, on each beat anew, until it ends: a task, a wait, a promise to help. */
import type { AgentState } from "../contracts/status-claim.ts";
import type { ClaimDetails } from "./claims.ts";

/** What is claimed on a beat. */
export interface Stand {
  readonly state: AgentState;
  readonly details: ClaimDetails;
}

export interface StandingClaimsParts {
  /** Claims for the current beat; what becomes of it is somebody else's to count. */
  readonly claim: (state: AgentState, details: ClaimDetails) => void;
  /** Whether there is a beat to claim for. */
  readonly hasBeat: () => boolean;
}

/** Things that an agent may be at at once; more are a leak of somebody who never ends them. */
export const STANDING_CLAIMS_MAX = 256;

/** State: what stands. */
export class StandingClaims {
  readonly #parts: StandingClaimsParts;
  readonly #standing = new Set<() => Stand>();

  constructor(parts: StandingClaimsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#standing.size;
  }

  /** Claims `stand()` now, where a beat is known, and on each beat. The answer ends it. */
  begin(stand: () => Stand): () => void {
    const own = (): Stand => stand();
    this.#standing.add(own);
    if (this.#parts.hasBeat()) this.#claim(own());
    return () => {
      this.#standing.delete(own);
    };
  }

  /** A beat began. */
  beat(): void {
    for (const stand of [...this.#standing]) this.#claim(stand());
  }

  clear(): void {
    this.#standing.clear();
  }

  #claim({ details, state }: Stand): void {
    this.#parts.claim(state, details);
  }
}
