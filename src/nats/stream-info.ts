/** What the server says of a stream, in its own words, and what of it we use. */

import { REFUSAL_CODES } from "../contracts/stream-refusal.ts";
import { BackbeatError } from "../errors.ts";
import type { StreamState } from "../ports.ts";
import { ApiRefusal, type JetStreamApi } from "./jetstream-api.ts";

/** Nanoseconds, as the API counts. */
export const NS_PER_MS = 1_000_000;

/** A stream's configuration; members that we never look at are left out. */
export interface StreamConfig {
  readonly name: string;
  readonly subjects?: readonly string[];
  readonly retention: string;
  readonly storage: string;
  readonly discard: string;
  /** -1: no limit. */
  readonly max_msgs: number;
  readonly max_msgs_per_subject?: number;
  readonly max_bytes: number;
  readonly max_msg_size?: number;
  /** ns; 0: no limit. */
  readonly max_age: number;
  readonly num_replicas: number;
  readonly no_ack?: boolean;
  readonly sealed?: boolean;
  readonly duplicate_window?: number;
  readonly allow_direct?: boolean;
  readonly deny_delete?: boolean;
  readonly deny_purge?: boolean;
  readonly republish?: { readonly src?: string; readonly dest: string; readonly headers_only?: boolean };
  readonly mirror?: { readonly name: string };
  readonly sources?: readonly { readonly name: string }[];
}

export interface StreamInfo {
  readonly config: StreamConfig;
  /** RFC 3339. */
  readonly created: string;
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
    /** RFC 3339; the year 1 where nothing is kept. */
    readonly first_ts?: string;
    readonly last_ts?: string;
    /** How many sequences between first and last hold nothing, and which. */
    readonly num_deleted?: number;
    readonly deleted?: readonly number[] | null;
  };
  /** Only of a server in a cluster. */
  readonly cluster?: StreamCluster;
}

/** Where a stream is kept. */
export interface StreamCluster {
  readonly name?: string;
  /** Name of the server that leads it; left out while there is none. */
  readonly leader?: string;
  /** The others that keep it. */
  readonly replicas?: readonly {
    readonly name: string;
    readonly current: boolean;
    readonly offline?: boolean;
  }[];
}

/**
 * What the server says of a stream; where sequences are missing inside it, also which.
 * @throws BackbeatError `stream-missing`, `nats-unreachable`; ApiRefusal
 */
export async function streamInfo(api: JetStreamApi, name: string): Promise<StreamInfo> {
  try {
    const info = await api.ask<StreamInfo>(`STREAM.INFO.${name}`);
    if ((info.state.num_deleted ?? 0) === 0) return info;
    return await api.ask<StreamInfo>(`STREAM.INFO.${name}`, { deleted_details: true });
  } catch (error) {
    if (error instanceof ApiRefusal && error.code === REFUSAL_CODES.streamNotFound)
      throw new BackbeatError(
        "stream-missing",
        `Cannot find the stream ${name}: the server has none of that name`,
      );
    throw error;
  }
}

/** The same for whoever waits out a server that cannot answer now. @throws BackbeatError `stream-missing`, `nats-unreachable` */
export async function streamState(api: JetStreamApi, name: string): Promise<StreamState> {
  try {
    return stateOf(await streamInfo(api, name));
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    throw new BackbeatError("nats-unreachable", `Cannot ask for the stream ${name}: ${error.words}`);
  }
}

export function stateOf({ config, created, state }: StreamInfo): StreamState {
  return {
    id: `${config.name}@${created}`,
    firstSeq: state.messages === 0 ? state.last_seq + 1 : state.first_seq,
    lastSeq: lastKeptSeq(state),
    bytes: state.bytes,
    ...(config.max_bytes > 0 ? { bytesMax: config.max_bytes } : {}),
    ...(config.max_age > 0 ? { ageMaxMs: config.max_age / NS_PER_MS } : {}),
  };
}

/**
 * Sequence of the newest message that is there. `last_seq` may be higher: nats-server before 2.10 stores a message that
 * the account has no room for, takes it away again and refuses it, so that its sequence stays empty.
 */
export function lastKeptSeq(state: StreamInfo["state"]): number {
  if (state.messages === 0) return state.last_seq;
  const empty = new Set(state.deleted ?? []);
  let seq = state.last_seq;
  while (empty.has(seq)) seq -= 1;
  return seq;
}
