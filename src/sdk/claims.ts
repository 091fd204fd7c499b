/**
 * Claims of an agent (BACKBEAT-REQ-041, 044): filled in, checked, and handed to the outbox, which signs them where there is a key.
 *
 * One claim never has the bytes of another: the clock of ties moves on.
 */
import type { Headers } from "../contracts/report-headers.ts";
import { type AgentState, STATUS_CLAIM_TYPE, type StatusClaim } from "../contracts/status-claim.ts";
import { formatHlc, HybridClock } from "../core/hlc.ts";
import { BackbeatError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { encodeWholeClaim } from "./claim-faults.ts";
import type { Outbox } from "./outbox/outbox.ts";

/** What an agent says beside its state; members are named as on the wire. `beat_index` defaults to the current beat. */
export type ClaimDetails = Partial<Omit<StatusClaim, "type" | "agent_id" | "state" | "hlc">>;

/** Signs what is sent on a subject, see `createClaimSigner`. */
export interface Signer {
  /** Whose claims it signs, where it says so. */
  readonly agentId?: string;
  sign(subject: string, body: Uint8Array): Headers;
}

export interface ClaimSenderParts {
  readonly agentId: string;
  readonly clusterId: string;
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** The current beat; undefined before the first. */
  readonly currentBeat: () => number | undefined;
}

/** State: the clock of ties. */
export class ClaimSender {
  readonly #parts: ClaimSenderParts;
  readonly #hlc: HybridClock;

  constructor(parts: ClaimSenderParts) {
    this.#parts = parts;
    this.#hlc = new HybridClock(parts.agentId);
  }

  /** Takes note of a frame's clock, so that our claims are later than what they answer to. */
  hear(hlc: string): void {
    this.#hlc.receive(hlc, this.#parts.clock.wallMs());
  }

  /**
   * Sends a claim; resolves with it when it arrived.
   * @throws BackbeatError `bad-message`, `no-beat`, and those of `Outbox.add`
   */
  send(state: AgentState, details: ClaimDetails): Promise<StatusClaim> {
    const { clusterId, currentBeat, outbox } = this.#parts;
    try {
      const beat = details.beat_index ?? currentBeat();
      const claim = this.#fill(state, details, beat ?? 0);
      const body = encodeWholeClaim(claim);
      if (beat === undefined) throw noBeat(clusterId);
      return outbox.add(claim, body);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #fill(state: AgentState, details: ClaimDetails, beat: number): StatusClaim {
    const { agentId, clock } = this.#parts;
    const claim: Record<string, unknown> = { type: STATUS_CLAIM_TYPE, agent_id: agentId, state };
    // Not given and given as undefined are one to a caller; on the wire a member is there or it is not.
    for (const [name, value] of Object.entries(details)) if (value !== undefined) claim[name] = value;
    claim.beat_index = beat;
    claim.hlc = formatHlc(this.#hlc.tick(clock.wallMs()));
    // Whatever was given is checked when it is encoded.
    return claim as unknown as StatusClaim;
  }
}

function noBeat(clusterId: string): BackbeatError {
  return new BackbeatError(
    "no-beat",
    `Cannot claim: no beat of cluster ${clusterId} was heard yet, and a claim speaks of a beat; await firstBeat(), or give a beat_index`,
    { data: { clusterId } },
  );
}
