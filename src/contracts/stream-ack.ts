/**
 * What comes back where a message was published with a reply address: a stream says that it stored it or why not,
 * or the server says that nobody listens. Pure.
 */
import type { StreamRefusal } from "./stream-refusal.ts";

export type StreamAck =
  | { readonly kind: "stored"; readonly stream: string; readonly seq: number }
  /** No stream and no subscriber is there. */
  | { readonly kind: "nobody" }
  | { readonly kind: "refused"; readonly refusal: StreamRefusal };

const decoder = new TextDecoder();

/** The acknowledgement in an answer; undefined where somebody else answered. */
export function readStreamAck(data: Uint8Array): StreamAck | undefined {
  if (data.length === 0) return { kind: "nobody" };
  const answer = membersOf(data);
  if (answer === undefined) return undefined;
  const refusal = refusalIn(answer.error);
  if (refusal !== undefined) return { kind: "refused", refusal };
  const { seq, stream } = answer;
  if (typeof stream !== "string" || typeof seq !== "number" || answer.error !== undefined) return undefined;
  return { kind: "stored", stream, seq };
}

/** The refusal in the member `error` of an answer of JetStream; undefined where it is none. */
export function refusalIn(error: unknown): StreamRefusal | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, description, err_code } = error as Readonly<Record<string, unknown>>;
  return {
    code: typeof err_code === "number" ? err_code : 0,
    text: typeof description === "string" ? description : `code ${String(code)}`,
  };
}

function membersOf(data: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(data));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
