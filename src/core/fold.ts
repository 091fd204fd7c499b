/**
 * From stored bytes to closed bars: what reverb and every replay share (R7).
 *
 * Which kind of entry a message is, is told by its subject alone; place and time come with it. Nothing else enters.
 */
import { type Decoder, Refusal } from "../contracts/decode.ts";
import type { HeaderSource } from "../contracts/report-headers.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { decodeTick } from "../contracts/tick.ts";
import type { Aggregator } from "./aggregator.ts";
import type { ClaimGuard } from "./claim-guard.ts";
import { ClaimReader } from "./claim-reader.ts";
import type { MarkOutcome, Outcome } from "./outcome.ts";
import type { WindowDetail } from "./summary.ts";

/** A message at its place in the journal; `timeMs`: its arrival, ms since the Unix epoch. */
export interface JournalEntry {
  readonly seq: number;
  readonly timeMs: number;
  readonly subject: string;
  readonly data: Uint8Array;
  /** Looked at where claims are signed. */
  readonly headers?: HeaderSource | undefined;
}

export interface FoldParts {
  readonly decoder: Decoder;
  readonly aggregator: Aggregator;
  /** Where claims must be signed. */
  readonly guard?: ClaimGuard | undefined;
  readonly subjects: Pick<Subjects, "beat" | "status" | "tick">;
}

/** State: that of its aggregator, and what it could not use. */
export class Fold {
  readonly #parts: FoldParts;
  readonly #claims: ClaimReader;
  #ticksRefused = 0;
  #strangers = 0;

  constructor(parts: FoldParts) {
    this.#parts = parts;
    this.#claims = new ClaimReader({ decoder: parts.decoder, guard: parts.guard });
  }

  /** Messages on the tick subject that are no ticks. */
  get ticksRefused(): number {
    return this.#ticksRefused;
  }

  /** Messages on subjects that are none of the three: the stream captures more than it should. */
  get strangers(): number {
    return this.#strangers;
  }

  /** Takes the next message. Never throws. */
  apply(message: JournalEntry): Outcome {
    const { subjects } = this.#parts;
    if (message.subject === subjects.status)
      return this.#parts.aggregator.apply(this.#claims.read(message, message));
    if (message.subject === subjects.beat) return this.#frame(message);
    if (message.subject === subjects.tick) return this.#tick(message);
    this.#strangers += 1;
    return "ignored";
  }

  /** The bars that were closed since the last call, oldest first. */
  takeClosed(): readonly WindowDetail[] {
    return this.#parts.aggregator.takeClosed();
  }

  #frame({ data, seq, timeMs }: JournalEntry): Outcome {
    const { aggregator, decoder } = this.#parts;
    const frame = decoder.frame(data);
    if (frame instanceof Refusal)
      return aggregator.apply({ kind: "refused", of: "frame", reason: frame.reason, seq, timeMs });
    return aggregator.apply({ kind: "frame", frame, seq, timeMs });
  }

  #tick({ data, seq, timeMs }: JournalEntry): MarkOutcome {
    const windowId = decodeTick(data);
    if (windowId !== undefined)
      return this.#parts.aggregator.apply({ kind: "tick", windowId, seq, timeMs }) as MarkOutcome;
    this.#ticksRefused += 1;
    return "ignored";
  }
}
