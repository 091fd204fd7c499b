/** Both streams of a run, read with nats.js alone: the oracle uses no reader of ours. */
import {
  AckPolicy,
  DeliverPolicy,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { subjectsOf } from "../../src/contracts/index.ts";
import { journalName, reportsName } from "../../src/nats/stream-names.ts";
import type { ChainBegin, ReportFacts, StoredEntry } from "./ledger.ts";
import { CLUSTER, claimIdIn } from "./load.ts";

const subjects = subjectsOf(CLUSTER);

export const JOURNAL = journalName(CLUSTER);
const REPORTS = reportsName(CLUSTER);

/** Reports that were computed from one begin. */
export interface ReportChain extends ChainBegin {
  /** Whether it was begun on a journal that was lost. */
  readonly isAdopted: boolean;
  /** Oldest first. */
  readonly reports: ReportFacts[];
}

/** Every report of the report stream, oldest first, by chains. */
export async function readChains(connection: NatsConnection): Promise<ReportChain[]> {
  const chains: ReportChain[] = [];
  let prev = "";
  await readAll(connection, REPORTS, (message) => {
    if (message.subject === subjects.chain) {
      const { from, reason } = message.json<{ from: { seq: number }; reason: string }>();
      chains.push({ fromSeq: from.seq, prev, isAdopted: reason === "adopted", reports: [] });
    }
    if (message.subject !== subjects.commit) return;
    const report = reportFacts(message);
    prev = report.hash;
    const chain = chains.at(-1);
    if (chain === undefined) throw new Error(`a report at ${message.seq}, and no chain was begun`);
    chain.reports.push(report);
  });
  return chains;
}

/** Every report of the report stream, oldest first. */
export async function readReports(connection: NatsConnection): Promise<ReportFacts[]> {
  return (await readChains(connection)).flatMap(({ reports }) => reports);
}

/** How many records the report stream has ever held: a look that costs nothing. */
export async function reportsStored(manager: JetStreamManager): Promise<number> {
  return (await manager.streams.info(REPORTS)).state.last_seq;
}

/** Hands over every entry of the journal, in order. Frames and claims of others than the generator are not expected. */
export async function readJournal(
  connection: NatsConnection,
  take: (entry: StoredEntry) => void,
): Promise<void> {
  await readAll(connection, JOURNAL, (message) => {
    const { seq, subject } = message;
    if (subject === subjects.tick) return take({ kind: "tick", seq });
    const body = message.string();
    const { beat_index: beat, window_id: windowId = "" } = JSON.parse(body);
    if (subject === subjects.beat) return take({ kind: "frame", seq, beat, windowId });
    take({ kind: "claim", seq, beat, id: claimIdIn(body) ?? 0 });
  });
}

function reportFacts(message: JsMsg): ReportFacts {
  const body = message.json<{
    window_id: string;
    from_beat: number;
    to_beat: number;
    agents_reporting: number;
    issues?: { category: string; count: number }[];
  }>();
  const { headers } = message;
  if (headers === undefined) throw new Error(`no headers at ${message.seq}`);
  const number = (name: string) => Number((headers as MsgHdrs).get(name));
  return {
    windowId: body.window_id,
    fromBeat: body.from_beat,
    toBeat: body.to_beat,
    seq: message.seq,
    firstSeq: number("Backbeat-First-Sequence"),
    lastSeq: number("Backbeat-Last-Sequence"),
    claims: number("Backbeat-Claims"),
    agentsReporting: body.agents_reporting,
    issues: Object.fromEntries((body.issues ?? []).map(({ category, count }) => [category, count])),
    hash: headers.get("Backbeat-Hash"),
    prev: headers.get("Backbeat-Prev"),
  };
}

/** No stream of a run has more holes than this. */
const ATTEMPTS_MAX = 1_000;

/**
 * Hands over all that a stream holds now, in order. A hole is believed where a second consumer sees it, too: under load a
 * consumer may skip what is there.
 */
export async function readAll(
  connection: NatsConnection,
  stream: string,
  take: (message: JsMsg) => void,
): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 15_000 });
  const { state } = await manager.streams.info(stream);
  if (state.messages === 0) return;
  let fromSeq = 1;
  let behindHole: number | undefined;
  for (let attempts = 0; fromSeq <= state.last_seq; attempts += 1) {
    if (attempts === ATTEMPTS_MAX) throw new Error(`what ${stream} holds did not arrive from ${fromSeq} on`);
    for await (const message of await deliveries(connection, { manager, stream, fromSeq })) {
      const { seq } = message;
      if (seq !== fromSeq && seq !== behindHole) {
        behindHole = seq;
        break;
      }
      take(message);
      fromSeq = seq + 1;
      if (fromSeq > state.last_seq) break;
    }
  }
}

interface Place {
  readonly manager: JetStreamManager;
  readonly stream: string;
  readonly fromSeq: number;
}

async function deliveries(connection: NatsConnection, { fromSeq, manager, stream }: Place) {
  const { name } = await manager.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: fromSeq,
    mem_storage: true,
    inactive_threshold: 60e9,
  });
  const consumer = await jetstream(connection).consumers.get(stream, name);
  return consumer.consume({ max_messages: 5_000 });
}
