/**
 * `backbeat claim`: one claim from a shell (BACKBEAT-REQ-041).
 *
 * Connects, asks for the current beat unless it is given, claims, and ends when the server has the claim: 0, else 1
 * with one line that says why. A mistake in what was typed is found before anything is connected.
 */
import { hostname } from "node:os";
import { encodeClaim } from "../contracts/encode.ts";
import type { StatusClaim } from "../contracts/status-claim.ts";
import { BackbeatError } from "../errors.ts";
import { SystemClock } from "../runtime/clock.ts";
import { runAgent } from "../sdk/running-agent.ts";
import { claimOnce } from "./claim/claim-once.ts";
import { claimedLine, detailsOf } from "./claim/details.ts";
import type { Run } from "./command.ts";
import { commandLog } from "./command-log.ts";
import { agentIdOfHost } from "./ids.ts";
import { signerFor } from "./keys/signer-for.ts";
import { openBus, subjectsFor } from "./nats-link.ts";
import { quietLog } from "./quiet-log.ts";

const SENT = 0;
const NOT_SENT = 1;
const WRONGLY_CALLED = 2;

export const run: Run<"claim"> = async (settings, context) => {
  const details = detailsOf(settings);
  const say = (text: string): void => void context.stderr.write(`backbeat claim: ${text}\n`);
  const agentId = settings.agentId ?? agentIdOfHost("claim", hostname());
  const { clusterId, state, waitSeconds } = settings;
  const subjects = subjectsFor(settings);
  const signer = signerFor(settings, agentId);
  const log = quietLog(commandLog(settings, context));
  const clock = new SystemClock();
  const bus = openBus(settings, { name: `backbeat-claim ${agentId}`, log });
  const agent = runAgent({ clusterId, agentId, subjects, ...(signer && { signer }) }, { bus, clock, log });
  try {
    const claim = await claimOnce(
      { clusterId, subjects, state, details, waitMs: waitSeconds * 1_000 },
      { agent, bus, clock, linkFailure: () => bus.state.failure, say },
    );
    if (settings.json || settings.verbose) context.stdout.write(`${shown(claim, settings.json)}\n`);
    return SENT;
  } catch (thrown) {
    if (!(thrown instanceof BackbeatError)) throw thrown;
    say(thrown.message);
    return thrown.code === "bad-message" ? WRONGLY_CALLED : NOT_SENT;
  } finally {
    // Not waited for: it was delivered, or it will not be.
    void agent.stop().then(() => bus.close());
  }
};

function shown(claim: StatusClaim, asJson: boolean): string {
  return asJson ? new TextDecoder().decode(encodeClaim(claim)) : claimedLine(claim);
}
