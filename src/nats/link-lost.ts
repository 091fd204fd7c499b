/** Why a flush did not come to its end. */
import { BackbeatError } from "../errors.ts";

export function linkLost(): BackbeatError {
  return new BackbeatError(
    "nats-unreachable",
    "Cannot flush: the link to NATS is down, so what was published may be lost; publish again when it is restored",
  );
}
