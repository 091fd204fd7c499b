/**
 * What a nats-server says of itself on its monitoring address: `GET /varz`.
 *
 * The API of JetStream does not show whether a server syncs before it acknowledges; this does. An answer is judged by
 * whoever asked; here a server that is not reached, or says something else, is a fault in words.
 */
import { messageOf } from "../errors.ts";

/** A monitoring address answers in milliseconds, or its server has other troubles. */
const ANSWER_TIMEOUT_MS = 3_000;

/** /varz of a big cluster has some 20 kB. */
const BODY_BYTES_MAX = 262_144;

/** What we use of /varz. */
export interface Varz {
  readonly serverId: string;
  readonly serverName: string;
  readonly version: string;
  /** Undefined for a server on its own. */
  readonly cluster: string | undefined;
  /** Undefined where JetStream is off. */
  readonly jetstream:
    | {
        readonly syncAlways: boolean;
        /** Bytes on disk of all accounts, and the limit; undefined where it does not say. */
        readonly storage?: { readonly used: number; readonly limit: number } | undefined;
      }
    | undefined;
}

/** What came from one address. */
export type MonitorAnswer =
  | { readonly url: string; readonly varz: Varz }
  | { readonly url: string; readonly fault: string };

/** Asks all of them at once. Never rejects. */
export function askMonitors(
  urls: readonly string[],
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<readonly MonitorAnswer[]> {
  return Promise.all(urls.map((url) => askMonitor(url, timeoutMs)));
}

async function askMonitor(url: string, timeoutMs: number): Promise<MonitorAnswer> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, "")}/varz`, {
      signal: AbortSignal.timeout(timeoutMs),
      // Another place would speak of another server.
      redirect: "error",
      headers: { accept: "application/json" },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { url, fault: `it answers with status ${response.status}` };
    }
    const varz = parseVarz(await boundedText(response));
    return typeof varz === "string" ? { url, fault: varz } : { url, varz };
  } catch (thrown) {
    return { url, fault: faultText(thrown, timeoutMs) };
  }
}

function faultText(thrown: unknown, timeoutMs: number): string {
  if (thrown instanceof Error && thrown.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  // fetch says "fetch failed"; the reason is its cause.
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause === undefined ? messageOf(thrown) : messageOf(cause) || messageOf(thrown);
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) throw new Error(`what it answers is longer than ${BODY_BYTES_MAX} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** The members of /varz that we use; a text where it is no such answer. */
export function parseVarz(text: string): Varz | string {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return "what answers there is no monitoring port of NATS: no JSON";
  }
  const { cluster, jetstream, server_id, server_name, version } = membersOf(said);
  if (typeof server_id !== "string" || typeof version !== "string")
    return "what answers there is no monitoring port of NATS: it says no server_id";
  const { config, stats } = membersOf(jetstream);
  const { name } = membersOf(cluster);
  return {
    serverId: server_id,
    serverName: typeof server_name === "string" ? server_name : server_id,
    version,
    cluster: typeof name === "string" && name !== "" ? name : undefined,
    // An empty object where JetStream is off.
    jetstream:
      typeof config === "object" && config !== null
        ? { syncAlways: membersOf(config).sync_always === true, storage: storageIn(config, stats) }
        : undefined,
  };
}

function storageIn(config: object, stats: unknown): { used: number; limit: number } | undefined {
  const { max_storage: limit } = membersOf(config);
  const { storage: used } = membersOf(stats);
  return typeof limit === "number" && typeof used === "number" ? { used, limit } : undefined;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
