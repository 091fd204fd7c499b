/**
 * Claims on their way to the server (BACKBEAT-REQ-041): filled in, checked, published, confirmed.
 *
 * Core mode: a resolved claim was flushed to the server. There is no outbox: what cannot be sent now is refused in
 * clear words, and never kept in silence. One claim never has the bytes of another: the clock of ties moves on.
 */
import { type AgentState, STATUS_CLAIM_TYPE, type StatusClaim } from "../contracts/status-claim.ts";
import { formatHlc, HybridClock } from "../core/hlc.ts";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Bus, Clock } from "../ports.ts";
import { encodeWholeClaim } from "./claim-faults.ts";

/** What an agent says beside its state; members are named as on the wire. `beat_index` defaults to the current beat. */
export type ClaimDetails = Partial<Omit<StatusClaim, "type" | "agent_id" | "state" | "hlc">>;

/**
 * Claims that wait for the server at once: a fleet's worth from one process. Who has more under way does not wait
 * for the answers, and the server has stopped giving them.
 */
export const CLAIMS_UNDER_WAY_MAX = 1_000;

export interface ClaimSenderParts {
  readonly agentId: string;
  readonly clusterId: string;
  readonly subject: string;
  readonly bus: Bus;
  readonly clock: Clock;
  /** The current beat; undefined before the first. */
  readonly currentBeat: () => number | undefined;
}

/** State: the clock of ties, and the claims under way. */
export class ClaimSender {
  readonly #parts: ClaimSenderParts;
  readonly #hlc: HybridClock;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(parts: ClaimSenderParts) {
    this.#parts = parts;
    this.#hlc = new HybridClock(parts.agentId);
  }

  /** Takes note of a frame's clock, so that our claims are later than what they answer to. */
  hear(hlc: string): void {
    this.#hlc.receive(hlc, this.#parts.clock.wallMs());
  }

  /**
   * Sends a claim; resolves with it when the server has it.
   * @throws BackbeatError `bad-message`, `no-beat`, `nats-unreachable`, `too-many-claims`
   */
  async send(state: AgentState, details: ClaimDetails): Promise<StatusClaim> {
    const { bus, subject } = this.#parts;
    const beat = details.beat_index ?? this.#parts.currentBeat();
    const claim = this.#fill(state, { ...details, beat_index: beat ?? 0 });
    const body = encodeWholeClaim(claim);
    if (beat === undefined) throw noBeat(this.#parts.clusterId);
    if (this.#underWay.size >= CLAIMS_UNDER_WAY_MAX) throw tooMany();
    if (!bus.publish(subject, body)) throw linkDown();
    const flushed = bus.flush();
    this.#underWay.add(flushed);
    try {
      await flushed;
      return claim;
    } catch (cause) {
      throw lost(cause);
    } finally {
      this.#underWay.delete(flushed);
    }
  }

  /** Resolves when no claim is under way. Never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #fill(state: AgentState, details: ClaimDetails & { readonly beat_index: number }): StatusClaim {
    const { agentId, clock } = this.#parts;
    // Not given and given as undefined are one to a caller; on the wire a member is there or it is not.
    const given = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
    return {
      ...(given as ClaimDetails & { readonly beat_index: number }),
      type: STATUS_CLAIM_TYPE,
      agent_id: agentId,
      state,
      hlc: formatHlc(this.#hlc.tick(clock.wallMs())),
    };
  }
}

function noBeat(clusterId: string): BackbeatError {
  return new BackbeatError(
    "no-beat",
    `Cannot claim: no beat of cluster ${clusterId} was heard yet, and a claim speaks of a beat; await firstBeat(), or give a beat_index`,
    { data: { clusterId } },
  );
}

function linkDown(): BackbeatError {
  return new BackbeatError(
    "nats-unreachable",
    "Cannot claim: the link to NATS is down and the claim was not sent; claim again when it is back",
  );
}

function lost(cause: unknown): BackbeatError {
  return new BackbeatError(
    "nats-unreachable",
    `Cannot claim: the server did not confirm the claim, which may be lost (${messageOf(cause)}); claim again`,
    { cause },
  );
}

function tooMany(): BackbeatError {
  return new BackbeatError(
    "too-many-claims",
    `Cannot claim: ${CLAIMS_UNDER_WAY_MAX} claims are under way and the server has confirmed none of them; await claims before you make more`,
  );
}
