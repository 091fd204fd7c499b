/** Reads a part of a stream to its end, once: for who computes or checks, and goes. Never waits without end. */
import { BackbeatError } from "../errors.ts";
import type {
  Clock,
  ReadStart,
  StreamFault,
  StreamListener,
  StreamMessage,
  StreamReading,
} from "../ports.ts";

/** How often it is looked whether anything comes. */
const LOOK_EVERY_MS = 1_000;

export interface RangeOptions {
  /** Both inclusive; the stream must reach to `toSeq` already. */
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly clock: Clock;
  /** Given up when nothing came for so long. */
  readonly silenceMaxMs: number;
  /** As in `StreamListener`; for who finds out otherwise whether something is missing. */
  readonly hole?: StreamListener["hole"];
  /** Told every second how far it is. */
  readonly onProgress?: ((readSeq: number) => void) | undefined;
}

/** What messages are read from: the journal or the report stream. */
export interface RangeSource {
  read(start: ReadStart, listener: StreamListener): StreamReading;
}

/**
 * Hands every message of a range to `take`, in order. Resolves with the fault where the stream does not hold what
 * comes next, of a hole at its very end too; undefined when all of it was read.
 * @throws BackbeatError `nats-unreachable` when nothing comes any more; what `take` throws
 */
export function readRange(
  source: RangeSource,
  { clock, fromSeq, hole, onProgress, silenceMaxMs, toSeq }: RangeOptions,
  take: (message: StreamMessage) => void,
): Promise<StreamFault | undefined> {
  if (fromSeq > toSeq) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    let readSeq = fromSeq - 1;
    let heardAtMs = clock.monotonicMs();
    let isOver = false;
    const end = (settle: () => void): void => {
      isOver = true;
      timer.cancel();
      reading.stop();
      settle();
    };
    const look = (): void => {
      onProgress?.(readSeq);
      if (clock.monotonicMs() - heardAtMs > silenceMaxMs) end(() => reject(silent(readSeq, silenceMaxMs)));
      else timer = clock.after(LOOK_EVERY_MS, look);
    };
    let timer = clock.after(LOOK_EVERY_MS, look);
    const reading = source.read(
      { seq: fromSeq },
      {
        message(message) {
          if (isOver) return;
          heardAtMs = clock.monotonicMs();
          try {
            // A stream that grows may hold what lies behind the range only.
            if (message.seq <= toSeq) take(message);
          } catch (error) {
            end(() => reject(error));
            return;
          }
          readSeq = Math.min(message.seq, toSeq);
          if (readSeq === toSeq) end(() => resolve(undefined));
          else if (reading.pending === 0) end(() => resolve(lostEnd(readSeq, toSeq)));
        },
        ...(hole === undefined ? {} : { hole }),
        broken: (fault) => end(() => resolve(fault)),
      },
    );
  });
}

function lostEnd(readSeq: number, toSeq: number): StreamFault {
  const text = `the stream should reach to ${toSeq}, nothing is there after ${readSeq}`;
  return { kind: "cut", nextSeq: toSeq + 1, text };
}

function silent(readSeq: number, silenceMaxMs: number): BackbeatError {
  const seconds = Math.round(silenceMaxMs / 1_000);
  return new BackbeatError(
    "nats-unreachable",
    `Cannot read on: nothing came after entry ${readSeq} for ${seconds} s; look at the NATS server, or wait for longer with --wait`,
  );
}
