/**
 * What is said to whoever publishes a claim, or asks which streams take it: a stream's acknowledgement, a refusal, nobody,
 * or somebody else's words. Pure.
 */
import { readStreamAck, refusalIn } from "../../contracts/stream-ack.ts";
import { REFUSAL_CODES, type StreamRefusal } from "../../contracts/stream-refusal.ts";

/** `none`: no stream keeps claims, the server's word that it took them is all there is. */
export type JournalPresence = "unknown" | "journal" | "none";

/** `nobody`: neither a stream nor anybody else was there. `refused`: the stream did not store it. */
export type Answer =
  | { readonly kind: "stored" }
  | { readonly kind: "nobody" }
  | { readonly kind: "refused"; readonly refusal: StreamRefusal };

const NOT_ENABLED: ReadonlySet<number> = new Set([REFUSAL_CODES.offForAccount, REFUSAL_CODES.off]);

/** How a stream begins to say that it stored a claim, and what it says else. */
const STORED_HEAD = Buffer.from('{"stream":"');
const ERROR_NAME = Buffer.from('"error"');
const STORED: Answer = { kind: "stored" };

const decoder = new TextDecoder();

/** What a stream, or the server for nobody, says to a publisher; undefined where somebody else talks. */
export function answerOf(data: Uint8Array): Answer | undefined {
  return data.length > 0 && isPlainlyStored(data) ? STORED : readStreamAck(data);
}

/** The answer to nearly every claim, known without reading it as JSON. */
function isPlainlyStored(data: Uint8Array): boolean {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const hasHead =
    bytes.length > STORED_HEAD.length && STORED_HEAD.compare(bytes, 0, STORED_HEAD.length) === 0;
  return hasHead && !bytes.includes(ERROR_NAME);
}

/** What the JetStream API says of streams that take the subject. `no-jetstream`: none for this account, or at all. */
export function presenceIn(data: Uint8Array): JournalPresence | "no-jetstream" {
  // No responders: the server has no JetStream.
  if (data.length === 0) return "no-jetstream";
  const answer = parse(data);
  if (answer === undefined) return "unknown";
  const refusal = refusalIn(answer.error);
  if (refusal !== undefined) return NOT_ENABLED.has(refusal.code) ? "no-jetstream" : "unknown";
  return Array.isArray(answer.streams) && answer.streams.length > 0 ? "journal" : "none";
}

function parse(data: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(data));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
