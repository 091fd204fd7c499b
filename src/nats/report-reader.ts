/** The report stream of a cluster, for whoever only reads it: makes nothing, and asks for nothing before it is read. */
import type { Subjects } from "../contracts/subjects.ts";
import type { Log, ReportStore } from "../ports.ts";
import type { NatsBus } from "./bus.ts";
import { JetStreamApi } from "./jetstream-api.ts";
import { StreamReportStore } from "./report-store.ts";
import { reportsName } from "./stream-names.ts";

/** On the connection of the bus, which may not be there yet. */
export function reportReader(
  bus: NatsBus,
  {
    clusterId,
    log,
    subjects,
  }: { readonly clusterId: string; readonly log: Log; readonly subjects: Subjects },
): ReportStore {
  return new StreamReportStore({
    api: new JetStreamApi(bus),
    bus,
    log,
    name: reportsName(clusterId),
    subjects,
  });
}
