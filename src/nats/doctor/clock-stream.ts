/**
 * Reads the server's clock: a message is stored and read back, several times, in a stream of its own.
 *
 * Older servers have no time in their answers. The stream is in memory, has a unique name and subject, and is deleted
 * in every case but that of our own death; what it holds expires by itself.
 */
import { randomBytes } from "node:crypto";
import { messageOf } from "../../errors.ts";
import { ApiRefusal, type JetStreamApi } from "../jetstream-api.ts";
import { NS_PER_MS } from "../stream-info.ts";
import type { ClockFacts, ClockRound } from "./clock.ts";
import { isAllowed, type Rights } from "./subjects.ts";

export const TEMPORARY_PREFIX = "BACKBEAT_DOCTOR_";

/** The quickest of them counts. */
const ROUNDS = 7;

/** Longer than an examination takes. */
const KEPT_MS = 60_000;

export interface ClockStreamOptions {
  readonly clusterId: string;
  /** Where this user may publish, if the server tells; default: that is found out by asking. */
  readonly rights?: Rights | undefined;
  /** Wall time; default: this machine's. */
  readonly wallMs?: () => number;
}

/** Never rejects: what cannot be measured is told in words. */
export async function measureClock(
  api: JetStreamApi,
  { clusterId, rights = {}, wallMs = Date.now }: ClockStreamOptions,
): Promise<ClockFacts> {
  const id = randomBytes(8).toString("hex");
  const name = `${TEMPORARY_PREFIX}${id}`;
  const subject = `backbeat.${clusterId}.doctor.${id}`;
  const removing = `$JS.API.STREAM.DELETE.${name}`;
  if (!isAllowed(removing, rights))
    return { kind: "not-measured", why: `this user may not remove a stream (${removing}), so none is made` };
  try {
    // Who may not remove a stream makes none. There is no such stream, so a refusal is what is wanted.
    await api.ask(`STREAM.DELETE.${name}`);
  } catch (error) {
    if (!(error instanceof ApiRefusal)) return { kind: "not-measured", why: messageOf(error) };
  }
  try {
    await api.ask(`STREAM.CREATE.${name}`, {
      name,
      subjects: [subject],
      retention: "limits",
      storage: "memory",
      discard: "old",
      max_msgs: ROUNDS,
      max_msgs_per_subject: -1,
      max_bytes: 65_536,
      max_age: KEPT_MS * NS_PER_MS,
      duplicate_window: KEPT_MS * NS_PER_MS,
      max_consumers: -1,
      num_replicas: 1,
    });
  } catch (error) {
    // Without an answer it may be there all the same.
    if (!(error instanceof ApiRefusal)) await remove(api, name);
    return { kind: "not-measured", why: `a stream for it could not be made: ${messageOf(error)}` };
  }
  try {
    const rounds: ClockRound[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await measureOnce(api, { name, subject, wallMs }));
    return { kind: "measured", rounds };
  } catch (error) {
    return { kind: "not-measured", why: messageOf(error) };
  } finally {
    await remove(api, name);
  }
}

interface RoundOptions {
  readonly name: string;
  readonly subject: string;
  readonly wallMs: () => number;
}

async function measureOnce(api: JetStreamApi, { name, subject, wallMs }: RoundOptions): Promise<ClockRound> {
  const sentAtMs = wallMs();
  const { seq } = await api.request<{ readonly seq: number }>(subject, new Uint8Array(0));
  const knownAtMs = wallMs();
  const { message } = await api.ask<{ readonly message: { readonly time: string } }>(
    `STREAM.MSG.GET.${name}`,
    { seq },
  );
  return { sentAtMs, storedAtMs: Date.parse(message.time), knownAtMs };
}

async function remove(api: JetStreamApi, name: string): Promise<void> {
  await api.ask(`STREAM.DELETE.${name}`).catch(() => undefined);
}
