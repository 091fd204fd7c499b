/**
 * One claim, delivered or not within a time: waits for a beat where none is given, and for the server's word that it
 * has the claim. The agent keeps it meanwhile, also across lost links.
 */
import type { AgentState, StatusClaim } from "../../contracts/status-claim.ts";
import { refusalWords } from "../../contracts/stream-refusal.ts";
import type { Subjects } from "../../contracts/subjects.ts";
import { BackbeatError } from "../../errors.ts";
import type { Bus, Clock } from "../../ports.ts";
import type { Agent } from "../../sdk/agent.ts";
import type { ClaimDetails } from "../../sdk/claims.ts";

export interface ClaimOrder {
  readonly clusterId: string;
  readonly subjects: Subjects;
  readonly state: AgentState;
  readonly details: ClaimDetails;
  readonly waitMs: number;
}

export interface ClaimOncePorts {
  readonly agent: Agent;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Why there is no link, where that is known. */
  readonly linkFailure: () => string | undefined;
  /** One line for whoever waits. */
  readonly say: (text: string) => void;
}

/** A wait that is shorter is not worth a word. */
const SAY_AFTER_MS = 1_000;

/**
 * Resolves with the claim when the server has it.
 * @throws BackbeatError `nats-unreachable`, `no-beat`, `stream-refused` when the time is over; `bad-message`
 */
export function claimOnce(order: ClaimOrder, ports: ClaimOncePorts): Promise<StatusClaim> {
  const { clock, say } = ports;
  const saying = clock.after(SAY_AFTER_MS, () => {
    if (order.waitMs > SAY_AFTER_MS)
      say(`waiting for ${awaited(order, ports)}, at most ${seconds(order.waitMs)}`);
  });
  return new Promise<StatusClaim>((resolve, reject) => {
    const patience = clock.after(order.waitMs, () => reject(tooLate(order, ports)));
    const work = claimWhenPossible(order, ports);
    work.then(resolve, reject).finally(() => patience.cancel());
  }).finally(() => saying.cancel());
}

async function claimWhenPossible(order: ClaimOrder, { agent }: ClaimOncePorts): Promise<StatusClaim> {
  const { details, state, waitMs } = order;
  // Twice the time: it is not this wait that gives up.
  if (details.beat_index === undefined) await agent.firstBeat(2 * waitMs);
  return agent.claim(state, details);
}

function tooLate(order: ClaimOrder, ports: ClaimOncePorts): BackbeatError {
  const { bus, linkFailure } = ports;
  const { clusterId, subjects, waitMs } = order;
  const waited = `waited ${seconds(waitMs)}`;
  if (!bus.connected) {
    const why = linkFailure() ?? "NATS has not answered; is the address right?";
    return new BackbeatError("nats-unreachable", `The claim was not sent: ${why} (${waited})`);
  }
  if (lacksBeat(order, ports))
    return new BackbeatError(
      "no-beat",
      `The claim was not sent: no beat of cluster ${clusterId} came on ${subjects.beat} and nobody answered on ${subjects.now} (${waited}); is its pulse running? Wait longer than a beat with --wait, or name the beat with --beat`,
    );
  const { refusal } = ports.agent.health;
  if (refusal !== undefined)
    return new BackbeatError(
      "stream-refused",
      `The claim is not stored: ${refusalWords(refusal)} (${waited})`,
      {
        data: { serverCode: refusal.code, serverText: refusal.text },
      },
    );
  return new BackbeatError(
    "nats-unreachable",
    `The claim is not confirmed: the server does not answer (${waited}); \`backbeat doctor\` shows whether its JetStream works`,
  );
}

function awaited(order: ClaimOrder, ports: ClaimOncePorts): string {
  if (!ports.bus.connected) return "NATS";
  return lacksBeat(order, ports) ? `a beat of cluster ${order.clusterId}` : "the server";
}

function lacksBeat({ details }: ClaimOrder, { agent }: ClaimOncePorts): boolean {
  return details.beat_index === undefined && agent.now === undefined;
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 100) / 10} s`;
}
