/** What a stream is now, where it may be gone. */
import { BackbeatError } from "../errors.ts";
import type { Journal, StreamState } from "../ports.ts";

/** Undefined: it is not there. @throws BackbeatError `nats-unreachable` */
export async function stateOrNone(journal: Pick<Journal, "state">): Promise<StreamState | undefined> {
  try {
    return await journal.state();
  } catch (error) {
    if (error instanceof BackbeatError && error.code === "stream-missing") return undefined;
    throw error;
  }
}
