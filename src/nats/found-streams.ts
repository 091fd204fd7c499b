/** The streams of a cluster as they are: found and read, never made, never changed. */
import { BackbeatError } from "../errors.ts";
import type { Journal, Log, ReportStore } from "../ports.ts";
import type { NatsBus } from "./bus.ts";
import { ApiRefusal, JetStreamApi } from "./jetstream-api.ts";
import { StreamJournal } from "./journal.ts";
import { StreamReportStore } from "./report-store.ts";
import { NS_PER_MS, streamInfo } from "./stream-info.ts";
import { journalName, reportsName } from "./stream-names.ts";
import type { StreamPlans } from "./stream-plans.ts";
import { hasJetStream } from "./streams.ts";

/** What the server says of one stream, for people. */
export interface StreamDetails {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** When the oldest message was stored, ms since the Unix epoch; undefined where there is none. */
  readonly oldestMs?: number;
  /** Limits of what is kept; undefined: none. */
  readonly bytesMax?: number;
  readonly ageMaxMs?: number;
  readonly replicas: number;
}

/** Both may be missing: then whatever is asked of them throws `stream-missing`. */
export interface FoundStreams {
  readonly journal: Journal;
  readonly reports: ReportStore;
  /** Undefined for a stream that is not there. @throws BackbeatError `nats-unreachable` */
  details(): Promise<{
    readonly journal: StreamDetails | undefined;
    readonly reports: StreamDetails | undefined;
  }>;
}

/** "none": the server says that it has no JetStream for this account. @throws BackbeatError `nats-unreachable` */
export async function findStreams(
  bus: NatsBus,
  { clusterId, subjects }: Pick<StreamPlans, "clusterId" | "subjects">,
  log: Log,
): Promise<FoundStreams | "none"> {
  const api = new JetStreamApi(bus);
  if (!(await hasJetStream(api))) return "none";
  const names = { journal: journalName(clusterId), reports: reportsName(clusterId) };
  return {
    journal: new StreamJournal({ api, bus, log, name: names.journal }),
    reports: new StreamReportStore({ api, bus, log, name: names.reports, subjects }),
    async details() {
      return { journal: await detailsOf(api, names.journal), reports: await detailsOf(api, names.reports) };
    },
  };
}

async function detailsOf(api: JetStreamApi, name: string): Promise<StreamDetails | undefined> {
  try {
    const { config, state } = await streamInfo(api, name);
    return {
      name,
      messages: state.messages,
      bytes: state.bytes,
      firstSeq: state.messages === 0 ? state.last_seq + 1 : state.first_seq,
      lastSeq: state.last_seq,
      ...(state.messages > 0 && state.first_ts !== undefined ? { oldestMs: Date.parse(state.first_ts) } : {}),
      ...(config.max_bytes > 0 ? { bytesMax: config.max_bytes } : {}),
      ...(config.max_age > 0 ? { ageMaxMs: config.max_age / NS_PER_MS } : {}),
      replicas: config.num_replicas,
    };
  } catch (error) {
    if (error instanceof BackbeatError && error.code === "stream-missing") return undefined;
    if (!(error instanceof ApiRefusal)) throw error;
    throw new BackbeatError("nats-unreachable", `Cannot ask for the stream ${name}: ${error.message}`);
  }
}
