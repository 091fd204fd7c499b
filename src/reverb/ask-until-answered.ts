/** Asks a server again and again until it answers: a lost link or a stream without a leader passes. */
import { BackbeatError } from "../errors.ts";
import type { Clock } from "../ports.ts";

/** Pause before it is asked again: a stream may be without a leader for 8 s, and an answer takes a millisecond. */
const ASK_AGAIN_MS = 250;

export interface AskOptions {
  readonly clock: Clock;
  readonly isStopped: () => boolean;
  /** Told why the last try came to nothing; undefined when there is an answer. */
  readonly onTried?: ((why: string | undefined) => void) | undefined;
}

/** The answer; undefined when stopped meanwhile. @throws what is not BackbeatError `nats-unreachable` */
export async function askUntilAnswered<T>(
  ask: () => Promise<T>,
  { clock, isStopped, onTried }: AskOptions,
): Promise<T | undefined> {
  while (!isStopped()) {
    try {
      const answer = await ask();
      onTried?.(undefined);
      return answer;
    } catch (error) {
      if (!(error instanceof BackbeatError) || error.code !== "nats-unreachable") throw error;
      onTried?.(error.message);
      await new Promise<void>((resolve) => clock.after(ASK_AGAIN_MS, resolve));
    }
  }
  return undefined;
}
