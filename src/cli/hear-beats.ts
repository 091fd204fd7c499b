/**
 * Hearing the beat of a cluster: asks a pulse for the newest frame, at once and after each loss of the link, and
 * listens. What a frame is worth is for the line to say (core/line.ts); when beats are due, for the flywheel.
 *
 * Shared by commands that follow the beat. It publishes nothing but the question.
 */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import { createDecoder, Refusal, type RefusalReason } from "../contracts/decode.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { Flywheel } from "../core/flywheel.ts";
import type { LineVerdict } from "../core/line.ts";
import type { Bus, BusMessage, Clock } from "../ports.ts";

/** What came on the beat subject. */
export type Heard =
  | { readonly kind: "frame"; readonly frame: BeatFrame; readonly verdict: LineVerdict }
  | { readonly kind: "foreign" }
  | { readonly kind: "unreadable"; readonly reason: RefusalReason };

/** What came on the beat subject and could not be used. */
export interface Unusable {
  readonly count: number;
  /** Of the last. */
  readonly why: string;
}

export interface BeatEar {
  readonly flywheel: Flywheel;
  /** Undefined while all could be used. */
  readonly unusable: Unusable | undefined;
  stop(): void;
}

export interface HearBeatsOptions {
  readonly clusterId: string;
  readonly subjects: Subjects;
  /** After the flywheel has taken it. */
  readonly onHeard: (heard: Heard) => void;
}

/** A pulse that does not answer by then has nothing to say, and the next beat will tell. */
const NOW_TIMEOUT_MS = 1_000;

const EMPTY_BODY = new Uint8Array(0);

/** Listens until `stop`. The bus stays open. */
export function hearBeats(
  options: HearBeatsOptions,
  ports: { readonly bus: Bus; readonly clock: Clock },
): BeatEar {
  const { bus, clock } = ports;
  const { clusterId, subjects, onHeard } = options;
  const flywheel = new Flywheel();
  const decoder = createDecoder();
  let seq = 0;
  let isStopped = false;
  let unusable: Unusable | undefined;
  const refuse = (why: string): void => {
    unusable = { count: 1 + (unusable?.count ?? 0), why };
  };

  const judge = (body: Uint8Array, answered: boolean): Heard => {
    const frame = decoder.frame(body);
    if (frame instanceof Refusal) {
      refuse(`${frame.member || "it"} ${frame.text}`);
      return { kind: "unreadable", reason: frame.reason };
    }
    if (frame.cluster_id !== clusterId) {
      refuse(`it is of cluster ${frame.cluster_id}`);
      return { kind: "foreign" };
    }
    seq += 1;
    const entry = { kind: "frame", frame, answered, seq, timeMs: clock.wallMs() } as const;
    return { kind: "frame", frame, verdict: flywheel.hear(entry, clock.monotonicMs()) };
  };
  const take = (message: BusMessage, answered = false): void => {
    if (!isStopped) onHeard(judge(message.data, answered));
  };
  const ask = async (): Promise<void> => {
    const answer = await bus.request(subjects.now, EMPTY_BODY, NOW_TIMEOUT_MS);
    if (answer !== undefined) take(answer, true);
  };

  const subscription = bus.subscribe(subjects.beat, (message) => take(message));
  bus.onLink((link) => {
    if (link === "restored" && !isStopped) void ask();
  });
  if (bus.connected) void ask();
  return {
    flywheel,
    get unusable() {
      return unusable;
    },
    stop() {
      isStopped = true;
      subscription.unsubscribe();
    },
  };
}
