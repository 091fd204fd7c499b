/**
 * A write that is stored only if the stream still ends with the message that the writer knows (R1, P2).
 *
 * The server compares with a count of its own. Where the account has no room, an older server counts what it refuses
 * for a stream of one copy as well (before 2.10 a hole in the stream shows it, in 2.10 nothing does), so that a writer
 * who names the newest message is told "wrong last sequence" for ever. The refusal names the count. Such a server stores
 * one message after the other, and each that it stores or refuses makes the count grow: who then sees that nothing is
 * behind the message that he knows may expect the count instead, and is refused if anything was stored since it was told.
 * Of several copies nothing is counted that is refused, and the count may be ahead of what is stored: it is never used.
 */
import { AFTER_HEADER } from "../contracts/report-headers.ts";
import { REFUSAL_CODES } from "../contracts/stream-refusal.ts";
import type { CommitResult, NewRecord } from "../ports.ts";
import { ApiRefusal, type JetStreamApi, unknownOutcome } from "./jetstream-api.ts";
import { isServerBefore } from "./server-version.ts";
import { lastKeptSeq, streamInfo } from "./stream-info.ts";

export interface Write extends Pick<NewRecord, "body"> {
  readonly subject: string;
  readonly headers?: NewRecord["headers"];
  readonly timeoutMs?: number;
}

export interface WriteTarget {
  readonly api: JetStreamApi;
  /** Name of the stream. */
  readonly stream: string;
}

/** Stores it if the newest message of the stream has this sequence (0: there is none). Never rejects. */
export async function storeAfter(
  { api, stream }: WriteTarget,
  write: Write,
  expectedLastSeq: number,
): Promise<CommitResult> {
  try {
    const first = await store(api, write, expectedLastSeq);
    if (first.kind === "stored" || first.count <= expectedLastSeq) return resultOf(first);
    // After the count was told: what is stored from now on makes it another one.
    const { config, state } = await streamInfo(api, stream);
    // Of several copies the count may be that of a write under way, which the state does not show yet.
    if (config.num_replicas > 1 || !isServerBefore(api, 2, 12)) return resultOf(first);
    const lastSeq = state.messages === 0 ? 0 : lastKeptSeq(state);
    if (lastSeq !== expectedLastSeq) return resultOf(first);
    const headers = { ...write.headers, [AFTER_HEADER]: String(expectedLastSeq) };
    return resultOf(await store(api, { ...write, headers }, first.count));
  } catch (error) {
    return unknownOutcome(error);
  }
}

/** `count`: what the server compared with; 0 where it did not say. */
type Stored =
  | { readonly kind: "stored"; readonly seq: number }
  | { readonly kind: "conflict"; readonly count: number };

function resultOf(stored: Stored): CommitResult {
  return stored.kind === "stored" ? stored : { kind: "conflict" };
}

async function store(
  api: JetStreamApi,
  { body, headers, subject, timeoutMs }: Write,
  expected: number,
): Promise<Stored> {
  try {
    const { seq } = await api.request<{ readonly seq: number }>(subject, body, {
      headers: { ...headers, "Nats-Expected-Last-Sequence": String(expected) },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    return { kind: "stored", seq };
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.code !== REFUSAL_CODES.wrongLastSequence) throw error;
    return { kind: "conflict", count: Number(/: (\d{1,15})$/.exec(error.message)?.[1] ?? 0) };
  }
}
