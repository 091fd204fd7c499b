/**
 * What the two streams of a cluster must be like, and what of it may be changed on one that exists.
 *
 * Only what nats-server 2.9 knows. Never purged, never edited but to keep more.
 */
import type { Subjects } from "../contracts/subjects.ts";
import { NS_PER_MS, type StreamConfig } from "./stream-info.ts";
import { journalName, leaseName, reportsName } from "./stream-names.ts";

/** How long message ids are remembered: we use none, each costs the server 217 bytes. */
const DUPLICATE_WINDOW_MS = 10_000;

export interface StreamPlans {
  readonly clusterId: string;
  readonly subjects: Subjects;
  /** Of the journal; what is left out or 0 has no limit. */
  readonly retention?: {
    readonly ageMaxMs?: number;
    readonly bytesMax?: number;
    /** 1, 3 or 5; default 1. Of both streams. */
    readonly replicas?: number;
  };
  readonly reports?: { readonly bytesMax?: number };
  /** Monitoring addresses of the servers, to be asked whether they sync before they acknowledge. */
  readonly monitors?: readonly string[];
  /** What exists keeps its limits, whatever is given here: for who mends a cluster that others have set up. */
  readonly leaveAsFound?: boolean;
}

const KEPT_BY_LIMITS = {
  retention: "limits",
  storage: "file",
  // `new` would lose what is published on a captured subject, without an error and without a hole.
  discard: "old",
  max_msgs: -1,
  max_msgs_per_subject: -1,
  max_msg_size: -1,
  max_consumers: -1,
  // A replica that has not caught up may answer a direct get.
  allow_direct: false,
} as const;

export function journalPlan({ clusterId, retention = {}, subjects }: StreamPlans): StreamConfig {
  const ageMaxMs = retention.ageMaxMs ?? 0;
  const windowMs = ageMaxMs > 0 ? Math.min(DUPLICATE_WINDOW_MS, ageMaxMs) : DUPLICATE_WINDOW_MS;
  return {
    ...KEPT_BY_LIMITS,
    name: journalName(clusterId),
    subjects: [subjects.beat, subjects.status, subjects.tick],
    max_bytes: retention.bytesMax || -1,
    max_age: ageMaxMs * NS_PER_MS,
    num_replicas: retention.replicas ?? 1,
    duplicate_window: windowMs * NS_PER_MS,
  };
}

/** Some hundreds of records: only the newest one is ever read, the others are for people. */
const LEASE_BYTES_MAX = 2 ** 18;

/**
 * The lease of the pulses: a stream for one subject, so that the sequence that a write expects is that of the record.
 * Kept on as many servers as the journal.
 */
export function leasePlan({
  clusterId,
  retention = {},
  subjects,
}: Pick<StreamPlans, "clusterId" | "subjects" | "retention">): StreamConfig {
  return {
    ...KEPT_BY_LIMITS,
    name: leaseName(clusterId),
    subjects: [subjects.lease],
    max_bytes: LEASE_BYTES_MAX,
    max_age: 0,
    num_replicas: retention.replicas ?? 1,
    duplicate_window: DUPLICATE_WINDOW_MS * NS_PER_MS,
  };
}

export function reportsPlan({
  clusterId,
  reports = {},
  retention = {},
  subjects,
}: StreamPlans): StreamConfig {
  return {
    ...KEPT_BY_LIMITS,
    name: reportsName(clusterId),
    subjects: [subjects.commit, subjects.chain],
    max_bytes: reports.bytesMax || -1,
    max_age: 0,
    num_replicas: retention.replicas ?? 1,
    duplicate_window: DUPLICATE_WINDOW_MS * NS_PER_MS,
    deny_delete: true,
    deny_purge: true,
    republish: { src: subjects.commit, dest: subjects.reverb },
  };
}

/** What may be changed on a stream that holds something, and what no limit is. */
const CHANGEABLE = ["max_bytes", "max_age", "num_replicas"] as const;

type Changeable = (typeof CHANGEABLE)[number];

/** How much is kept: a limit of 0 or less is none. */
function amountOf(config: StreamConfig, name: Changeable): number {
  return config[name] <= 0 ? Number.POSITIVE_INFINITY : config[name];
}

/** Whether more is wanted than is kept. What is kept is never lowered: it would cut what somebody relies upon. */
export function wantsMore(found: StreamConfig, wanted: StreamConfig): boolean {
  return CHANGEABLE.some((name) => amountOf(wanted, name) > amountOf(found, name));
}

/** Whether less is wanted than is kept, in whatever. */
export function wantsLess(found: StreamConfig, wanted: StreamConfig): boolean {
  return CHANGEABLE.some((name) => amountOf(wanted, name) < amountOf(found, name));
}

/** The found configuration, keeping more where more is wanted: what else an operator has set stays. */
export function raised(found: StreamConfig, wanted: StreamConfig): StreamConfig {
  const more = (name: Changeable) =>
    amountOf(wanted, name) > amountOf(found, name) ? wanted[name] : found[name];
  const max_age = more("max_age");
  const window = found.duplicate_window ?? 0;
  const duplicate_window = max_age > 0 ? Math.min(window, max_age) : window;
  return {
    ...found,
    max_age,
    max_bytes: more("max_bytes"),
    num_replicas: more("num_replicas"),
    duplicate_window,
  };
}

/** Why a stream cannot serve: a phrase for each difference; empty where it can. */
export function misfits(found: StreamConfig, wanted: StreamConfig): readonly string[] {
  const faults: string[] = [];
  const expect = (name: string, isRight: boolean, text: string) => {
    if (!isRight) faults.push(`${name} ${text}`);
  };
  const same = (a: readonly string[] = [], b: readonly string[] = []) =>
    [...a].sort().join(" ") === [...b].sort().join(" ");
  expect(
    "subjects",
    same(found.subjects, wanted.subjects),
    `are ${found.subjects?.join(", ")}, expected ${wanted.subjects?.join(", ")}`,
  );
  for (const name of ["retention", "discard"] as const)
    expect(name, found[name] === wanted[name], `is ${found[name]}, expected ${wanted[name]}`);
  for (const name of ["max_msgs", "max_msgs_per_subject", "max_msg_size"] as const)
    expect(name, (found[name] ?? -1) <= 0, `is ${found[name]}, expected no limit: it would lose entries`);
  expect("no_ack", found.no_ack !== true, "is set, expected acknowledgements");
  expect("sealed", found.sealed !== true, "is set, expected a stream that can be written");
  expect("mirror", found.mirror === undefined, `is ${found.mirror?.name}, expected a stream of its own`);
  expect("sources", (found.sources ?? []).length === 0, "are set, expected none");
  const [is, should] = [found.republish, wanted.republish];
  const isRepublished = is?.src === should?.src && is?.dest === should?.dest && is?.headers_only !== true;
  expect("republish", isRepublished, `is ${JSON.stringify(is)}, expected ${JSON.stringify(should)}`);
  return faults;
}
