/**
 * The wait for a first sign of a cluster: says for what and how long at most, and gives up in words that say what
 * to check. A wait that is short enough is not worth a word.
 */
import type { Subjects } from "../contracts/subjects.ts";
import { BackbeatError } from "../errors.ts";
import type { Bus, Clock } from "../ports.ts";
import type { Unusable } from "./hear-beats.ts";

const SAID_AFTER_MS = 500;

export interface FirstBeatOptions {
  /** What cannot be done without it: `watch`. */
  readonly action: string;
  readonly clusterId: string;
  readonly subjects: Subjects;
  readonly waitSeconds: number;
  readonly unusable: () => Unusable | undefined;
  readonly say: (text: string) => void;
  /** BackbeatError `no-beat` or `nats-unreachable`. */
  readonly onGivenUp: (error: BackbeatError) => void;
}

/** Begins to wait. The function that it returns ends that: something came, or nobody waits any more. */
export function awaitFirstBeat(
  options: FirstBeatOptions,
  { bus, clock }: { readonly bus: Bus; readonly clock: Clock },
): () => void {
  const { clusterId, onGivenUp, say, waitSeconds } = options;
  const saying = clock.after(SAID_AFTER_MS, () => {
    const what = bus.connected ? "" : "NATS and ";
    if (waitSeconds * 1_000 > SAID_AFTER_MS)
      say(`waiting for ${what}the first beat of cluster ${clusterId}, at most ${waitSeconds} s`);
  });
  const end = (): void => {
    saying.cancel();
    givingUp.cancel();
  };
  const givingUp = clock.after(waitSeconds * 1_000, () => {
    end();
    onGivenUp(bus.connected ? noBeat(options) : noNats(options));
  });
  return end;
}

function noBeat(options: FirstBeatOptions): BackbeatError {
  const { action, clusterId, subjects, waitSeconds } = options;
  const unusable = options.unusable();
  const observed =
    unusable === undefined
      ? `there was no beat on ${subjects.beat} for ${waitSeconds} s`
      : `what came on ${subjects.beat} in ${waitSeconds} s could not be used, ${unusable.count} in all, the last because ${unusable.why}`;
  const next =
    unusable === undefined
      ? `start a pulse (backbeat pulse --cluster ${clusterId}), or wait for longer than a beat with --wait`
      : "see which pulse publishes there";
  return new BackbeatError("no-beat", `Cannot ${action} cluster ${clusterId}: ${observed}; ${next}`);
}

function noNats({ action, clusterId, waitSeconds }: FirstBeatOptions): BackbeatError {
  const next = "check --nats, or --data-dir of the `backbeat up` that keeps a server";
  return new BackbeatError(
    "nats-unreachable",
    `Cannot ${action} cluster ${clusterId}: NATS was not reached for ${waitSeconds} s; ${next}`,
  );
}
