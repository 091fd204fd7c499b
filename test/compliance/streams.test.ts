import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { StreamJournal } from "../../src/nats/journal.ts";
import { StreamReportStore } from "../../src/nats/report-store.ts";
import { journalName, reportsName } from "../../src/nats/stream-names.ts";
import { journalPlan, reportsPlan } from "../../src/nats/stream-plans.ts";
import { MemoryJournal, MemoryReportStore } from "../support/memory-streams.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { type StreamsWorld, streamsCompliance } from "./streams.ts";

streamsCompliance("memory", memoryWorld);
streamsCompliance("JetStream", natsWorld);

async function memoryWorld(): Promise<StreamsWorld> {
  const reports = new MemoryReportStore(subjects);
  return {
    journal: new MemoryJournal(),
    reports,
    subject: subjects.tick,
    lose: async (seq) => reports.lose(seq),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** As openStreams makes them, but that records may be deleted. */
async function natsWorld(): Promise<StreamsWorld> {
  const server = await startTestServer({ jetstream: true });
  const bus = await connectBus(server.url);
  const api = new JetStreamApi(bus);
  const plans = { clusterId: CLUSTER, subjects };
  const name = reportsName(CLUSTER);
  await api.ask(`STREAM.CREATE.${journalName(CLUSTER)}`, journalPlan(plans));
  await api.ask(`STREAM.CREATE.${name}`, { ...reportsPlan(plans), deny_delete: false });
  const parts = { api, bus, log: silentLog };
  return {
    journal: new StreamJournal({ ...parts, name: journalName(CLUSTER) }),
    reports: new StreamReportStore({ ...parts, name, subjects }),
    subject: subjects.tick,
    lose: async (seq) => void (await api.ask(`STREAM.MSG.DELETE.${name}`, { seq })),
    [Symbol.asyncDispose]: async () => {
      await bus.close();
      await server.stop();
    },
  };
}
