/** From settings to what the streams of a cluster are to be like. */
import type { Subjects } from "../contracts/subjects.ts";
import type { StreamPlans } from "../nats/stream-plans.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";

/** The settings that say what is kept, and where else to look at the servers that keep it. */
export type StreamSettings = Pick<
  SettingsOf<"reverb">,
  "clusterId" | "journalAgeMaxSeconds" | "journalBytesMax" | "journalReplicas" | "reportsBytesMax"
> &
  Partial<Pick<SettingsOf<"reverb">, "natsMonitors">>;

export function streamPlansOf(settings: StreamSettings, subjects: Subjects): StreamPlans {
  const { clusterId, journalAgeMaxSeconds, journalBytesMax, journalReplicas } = settings;
  const { natsMonitors, reportsBytesMax } = settings;
  return {
    clusterId,
    subjects,
    retention: {
      ageMaxMs: journalAgeMaxSeconds * 1_000,
      bytesMax: journalBytesMax,
      replicas: journalReplicas,
    },
    reports: { bytesMax: reportsBytesMax },
    ...(natsMonitors === undefined ? {} : { monitors: natsMonitors }),
  };
}
