/**
 * Opens the streams of a cluster: finds or makes them, reads their configuration back, and proves what will be relied
 * upon before anything is.
 *
 * "none" is answered only where the server *says* that it has no JetStream for this account. A server that does not
 * answer is waited for: it may be without a leader, or still starting.
 */

import { REFUSAL_CODES } from "../contracts/stream-refusal.ts";
import { BackbeatError } from "../errors.ts";
import type { Log, Streams, StreamsOpener } from "../ports.ts";
import type { NatsBus } from "./bus.ts";
import { connectedServer } from "./connected-server.ts";
import { judgeDurability } from "./durability.ts";
import { ApiRefusal, JetStreamApi, NobodyThere, NotAllowed } from "./jetstream-api.ts";
import { StreamJournal } from "./journal.ts";
import { adviceOn, BeyondProbe, beyondText, IMPOSSIBLE_SEQ } from "./journal-beyond.ts";
import { askMonitors } from "./monitor.ts";
import { StreamReportStore } from "./report-store.ts";
import { type StreamConfig, type StreamInfo, streamInfo } from "./stream-info.ts";
import { journalName } from "./stream-names.ts";
import {
  journalPlan,
  misfits,
  raised,
  reportsPlan,
  type StreamPlans,
  wantsLess,
  wantsMore,
} from "./stream-plans.ts";

/** Pause before a server that did not answer is asked again. */
const ASK_AGAIN_MS = 250;

/** When it is said that we wait, and for what. */
const SAY_WAITING_AFTER_MS = 3_000;

/** The adapter of the port: one per bus. */
export function openStreams(bus: NatsBus, plans: StreamPlans, log: Log): StreamsOpener {
  const api = new JetStreamApi(bus);
  const beyond = new BeyondProbe({ api, log });
  let failure: string | undefined;
  const untilAnswered = async <T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> => {
    const waiting = new Waiting(log);
    while (!signal.aborted) {
      try {
        if (api.connection !== undefined) {
          const answer = await ask();
          failure = undefined;
          return answer;
        }
      } catch (error) {
        if (!(error instanceof BackbeatError) || error.code !== "nats-unreachable") throw error;
        failure = error.message;
        waiting.say(failure);
      }
      await pause(bus);
    }
    return undefined;
  };
  return {
    get failure() {
      return failure;
    },
    open: async (signal) =>
      (await untilAnswered(() => openNow({ api, beyond, bus, log, plans }), signal)) ?? "none",
    hasJournal: async (signal) =>
      (await untilAnswered(() => hasJournalNow({ api, beyond, plans }), signal)) ?? false,
  };
}

interface Opening {
  readonly api: JetStreamApi;
  readonly beyond: BeyondProbe;
  readonly bus: NatsBus;
  readonly log: Log;
  readonly plans: StreamPlans;
}

/** @throws BackbeatError `nats-unreachable` for what passes, `journal-refused`, `mode-refused` for what does not */
async function openNow({ api, beyond, bus, log, plans }: Opening): Promise<Streams | "none"> {
  const hasOwn = await hasJetStream(api);
  // A journal that is made beside another one is a second one: each would report every bar.
  if (!hasOwn || (await find(api, journalName(plans.clusterId))) === undefined)
    await refuseBeyond({ api, beyond, plans });
  if (!hasOwn) return "none";
  const mayChange = plans.leaveAsFound !== true;
  const journal = await provide(api, journalPlan(plans), { log, mayChange });
  const reports = await provide(api, reportsPlan(plans), { log, mayChange });
  for (const subject of [plans.subjects.chain, plans.subjects.commit]) await proveCompareAndSet(api, subject);
  const { durability, reason } = judgeDurability({
    streams: [journal, reports],
    connected: connectedServer(api),
    monitors: plans.monitors && (await askMonitors(plans.monitors)),
  });
  return {
    journal: new StreamJournal({ api, bus, log, name: journal.config.name }),
    reports: new StreamReportStore({ api, bus, log, name: reports.config.name, subjects: plans.subjects }),
    durability,
    durabilityReason: reason,
  };
}

/** @throws BackbeatError `nats-unreachable`; `mode-refused` where the journal is one that we cannot read here */
async function hasJournalNow(asked: Omit<Opening, "bus" | "log">): Promise<boolean> {
  if (await hasStream(asked.api, journalName(asked.plans.clusterId))) return true;
  await refuseBeyond(asked);
  return false;
}

/** @throws BackbeatError `nats-unreachable`; `mode-refused` where a journal is kept beyond our JetStream */
async function refuseBeyond({ api, beyond, plans }: Omit<Opening, "bus" | "log">): Promise<void> {
  const found = await beyond.journal(plans.subjects);
  if (found === undefined) return;
  throw new BackbeatError(
    "mode-refused",
    `Cannot report for cluster ${plans.clusterId}: ${beyondText(found, api)}, expected to read that journal, for a report beside it would be a second one; ${adviceOn(found)}`,
    { data: { stream: found.stream, domain: found.domain } },
  );
}

/** Whether a stream of this name is there; a server that may not be asked, or has no JetStream, has none for us. */
export async function hasStream(api: JetStreamApi, name: string): Promise<boolean> {
  try {
    await streamInfo(api, name);
    return true;
  } catch (error) {
    if (error instanceof BackbeatError && error.code === "stream-missing") return false;
    if (error instanceof NotAllowed || saysNone(error, api)) return false;
    throw passing(error);
  }
}

/** False only where the server says so. @throws BackbeatError `nats-unreachable` */
export async function hasJetStream(api: JetStreamApi): Promise<boolean> {
  try {
    await api.ask("INFO");
    return true;
  } catch (error) {
    if (saysNone(error, api)) return false;
    throw passing(error);
  }
}

/** Whether a refusal is the server's word that it has no JetStream for this account. */
function saysNone(error: unknown, api: JetStreamApi): boolean {
  if (error instanceof ApiRefusal)
    return error.code === REFUSAL_CODES.offForAccount || error.code === REFUSAL_CODES.off;
  // Nobody listens on the API, or we may not ask, and the server does not say that it has one: there is none.
  const isSilent = error instanceof NobodyThere || error instanceof NotAllowed;
  return isSilent && api.serverHasJetStream === false;
}

/** The stream as it is now: made, or changed within what may be changed, or as it was. */
export async function provide(
  api: JetStreamApi,
  wanted: StreamConfig,
  { log, mayChange }: { readonly log: Log; readonly mayChange: boolean },
): Promise<StreamInfo> {
  const found = await find(api, wanted.name);
  if (found === undefined) {
    await make(api, wanted);
    log.info(`Made the stream ${wanted.name}`, { subjects: wanted.subjects });
    const made = await find(api, wanted.name);
    if (made === undefined) throw new BackbeatError("nats-unreachable", `Cannot find ${wanted.name} yet`);
    return checked(made, wanted);
  }
  checked(found, wanted);
  if (mayChange && wantsLess(found.config, wanted))
    log.info(
      `The stream ${wanted.name} keeps more than the settings say, and is left so; lower it with the nats program where that is wanted`,
    );
  if (!mayChange || !wantsMore(found.config, wanted)) return found;
  await refusable(wanted, api.ask(`STREAM.UPDATE.${wanted.name}`, raised(found.config, wanted)));
  log.info(`The stream ${wanted.name} keeps more from now on`, {
    ageMaxNs: wanted.max_age,
    bytesMax: wanted.max_bytes,
    replicas: wanted.num_replicas,
  });
  return (await find(api, wanted.name)) ?? found;
}

async function find(api: JetStreamApi, name: string): Promise<StreamInfo | undefined> {
  try {
    return await streamInfo(api, name);
  } catch (error) {
    if (error instanceof BackbeatError && error.code === "stream-missing") return undefined;
    throw passing(error);
  }
}

async function make(api: JetStreamApi, wanted: StreamConfig): Promise<void> {
  try {
    await refusable(wanted, api.ask(`STREAM.CREATE.${wanted.name}`, wanted));
  } catch (error) {
    // Another replica was faster: what it made is read back and checked as any other.
    if (error instanceof BackbeatError && error.data.code === REFUSAL_CODES.streamNameInUse) return;
    throw error;
  }
}

async function refusable<T>(wanted: StreamConfig, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    throw new BackbeatError("journal-refused", `Cannot make the stream ${wanted.name}: ${error.words}`, {
      data: { code: error.code },
    });
  }
}

/** @throws BackbeatError `journal-refused` */
function checked(found: StreamInfo, wanted: StreamConfig): StreamInfo {
  const faults = misfits(found.config, wanted);
  if (faults.length === 0) return found;
  throw new BackbeatError(
    "journal-refused",
    `Cannot use the stream ${wanted.name}: ${faults.join("; ")}; change it, or remove it and it is made anew`,
    { data: { faults } },
  );
}

/** Exactly once hangs on it, and a server that ignores it would not say so. @throws BackbeatError `journal-refused` */
export async function proveCompareAndSet(api: JetStreamApi, subject: string): Promise<void> {
  try {
    await api.request(subject, new Uint8Array(0), {
      headers: { "Nats-Expected-Last-Sequence": IMPOSSIBLE_SEQ },
    });
  } catch (error) {
    if (error instanceof ApiRefusal && error.code === REFUSAL_CODES.wrongLastSequence) return;
    throw passing(error);
  }
  throw new BackbeatError(
    "journal-refused",
    "Cannot keep two writers apart: the server stored a record whose expected sequence was impossible; use another server",
  );
}

/** A refusal that may pass: a stream without a leader, a server that is starting. */
function passing(error: unknown): unknown {
  if (!(error instanceof ApiRefusal)) return error;
  return new BackbeatError("nats-unreachable", `Cannot open the journal now: ${error.words}`);
}

/** Says once, after a while, what is waited for. */
class Waiting {
  readonly #log: Log;
  readonly #sinceMs = performance.now();
  #hasSaid = false;

  constructor(log: Log) {
    this.#log = log;
  }

  say(why: string): void {
    if (this.#hasSaid || performance.now() - this.#sinceMs < SAY_WAITING_AFTER_MS) return;
    this.#hasSaid = true;
    this.#log.warn(`Waiting for JetStream, as long as it takes: ${why}`);
  }
}

/** Until the link comes back, or a moment. */
function pause(bus: NatsBus): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, bus.connected ? ASK_AGAIN_MS : ASK_AGAIN_MS / 5);
  });
}
