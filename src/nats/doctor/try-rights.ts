/**
 * Finds out what this user may do: the server is asked (2.10 and newer tell, where the user may ask), else it is tried.
 * Where it tells nothing is tried: the server logs whatever it refuses.
 *
 * A violation is told beside everything else, so all is sent first, then two round trips, then what was complained
 * about is known. What is published has no effect: on the API a body that it cannot read, on captured subjects a
 * header that no stream fulfils, and where there would be an effect all the same, nothing.
 */
import { errors, headers, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import type { Subjects } from "../../contracts/subjects.ts";
import { hasEffect, keyOf, type Need, type Verdict } from "./permissions.ts";
import { isAllowed, type Rights } from "./subjects.ts";

const TELLS_TIMEOUT_MS = 1_000;

/** No JSON: whatever of the API reads it refuses it. */
const UNREADABLE = "{";

/** No stream has this name, so none stores it. */
const NO_STREAM = "BACKBEAT_NO_STREAM_OF_THIS_NAME";

/** What a user may do, as the server tells it; a list that is not there allows all. */
export interface ToldRights {
  readonly publish?: Rights;
  readonly subscribe?: Rights;
}

export interface TryOptions {
  readonly subjects: Subjects;
  /** What subjects of the JetStream API begin with. */
  readonly apiPrefix: string;
  /** As `toldRights` found them. */
  readonly told: ToldRights | undefined;
}

/** A verdict for each need. @throws what the connection throws when it is lost */
export async function tryRights(
  connection: NatsConnection,
  needs: readonly Need[],
  { apiPrefix, subjects, told }: TryOptions,
): Promise<ReadonlyMap<string, Verdict>> {
  const verdictOf = (need: Need, forbidden: ReadonlySet<string>): Verdict => {
    if (told !== undefined) return isAllowed(need.subject, told[need.act] ?? {}) ? "allowed" : "forbidden";
    if (hasEffect(need, subjects)) return "untried";
    return forbidden.has(keyOf(need)) ? "forbidden" : "allowed";
  };
  const toTry = told === undefined ? needs.filter((need) => !hasEffect(need, subjects)) : [];
  const forbidden = await tried(connection, toTry, apiPrefix);
  return new Map(needs.map((need) => [keyOf(need), verdictOf(need, forbidden)]));
}

/** What the server says that we may do; undefined where it does not say. */
export async function toldRights(connection: NatsConnection): Promise<ToldRights | undefined> {
  try {
    const answer = await connection.request("$SYS.REQ.USER.INFO", "", { timeout: TELLS_TIMEOUT_MS });
    const { data } = answer.json<{ readonly data?: { readonly permissions?: ToldRights } }>();
    return data === undefined ? undefined : (data.permissions ?? {});
  } catch {
    return undefined;
  }
}

/** The keys of what was complained about. */
async function tried(
  connection: NatsConnection,
  needs: readonly Need[],
  apiPrefix: string,
): Promise<ReadonlySet<string>> {
  const forbidden = new Set<string>();
  const statuses = connection.status();
  void (async () => {
    for await (const status of statuses) {
      if (status.type !== "error" || !(status.error instanceof errors.PermissionViolationError)) continue;
      const { operation, subject } = status.error;
      forbidden.add(keyOf({ act: operation === "publish" ? "publish" : "subscribe", subject }));
    }
  })();
  const subscriptions: Subscription[] = [];
  const nowhere = headers();
  nowhere.set("Nats-Expected-Stream", NO_STREAM);
  for (const { act, subject } of new Map(needs.map((need) => [keyOf(need), need])).values()) {
    if (act === "subscribe") subscriptions.push(connection.subscribe(subject, { callback: () => undefined }));
    else if (subject.startsWith("$JS.") || subject.startsWith(`${apiPrefix}.`))
      connection.publish(subject, UNREADABLE);
    else connection.publish(subject, "", { headers: nowhere });
  }
  await connection.flush();
  for (const subscription of subscriptions) subscription.unsubscribe();
  // Complaints are handed on in a turn of their own.
  await connection.flush();
  return forbidden;
}
