/**
 * Other streams of this account that take what they must not, or lose what they should keep. Pure.
 *
 * A stored report carries the header that it was stored under (the sequence that its stream had to end with), also
 * where it is republished. Another stream that captures it checks that header against itself, and refuses the report
 * without a word to anybody. A stream that sources does the same; a mirror does not.
 */
import type { Subjects } from "../../contracts/subjects.ts";
import type { StreamConfig } from "../stream-info.ts";
import { journalName, reportsName } from "../stream-names.ts";
import { TEMPORARY_PREFIX } from "./clock-stream.ts";
import type { Finding } from "./finding.ts";
import { subjectsOverlap } from "./subjects.ts";

export interface CaptureFacts {
  readonly clusterId: string;
  readonly subjects: Subjects;
  /** Every stream of the account that was listed, ours among them. */
  readonly streams: readonly StreamConfig[];
  /** False where there are more than were listed. */
  readonly isWhole: boolean;
}

const CHECK = "other streams";

export function judgeCaptures(facts: CaptureFacts): readonly Finding[] {
  const { clusterId, isWhole, streams } = facts;
  const [journal, reports] = [journalName(clusterId), reportsName(clusterId)];
  const others = streams.filter(({ name }) => name !== journal && name !== reports);
  const hasReports = streams.some(({ name }) => name === reports);
  const findings = others.flatMap((stream) => [
    ...judgeCapture(stream, { ...facts, hasReports }),
    ...judgeSources(stream, reports),
    ...judgeLeftOver(stream),
  ]);
  if (!isWhole)
    findings.push({
      check: CHECK,
      level: "note",
      found: `the account has more than ${streams.length} streams`,
      means: "only so many were looked at",
    });
  if (findings.length > 0) return findings;
  return [{ check: CHECK, level: "ok", found: `none of ${others.length} takes what is BACKBEAT's` }];
}

function judgeCapture(
  { name, subjects = [] }: StreamConfig,
  { hasReports, subjects: ours }: CaptureFacts & { readonly hasReports: boolean },
): readonly Finding[] {
  const captures = (subject: string) => subjects.some((pattern) => subjectsOverlap(pattern, subject));
  const findings: Finding[] = [];
  if (captures(ours.reverb))
    findings.push({
      check: CHECK,
      level: hasReports ? "problem" : "warning",
      found: `the stream ${name} captures reports on ${ours.reverb}`,
      means: `${hasReports ? "it loses" : "with a journal it would lose"} most of them without an error: each carries the sequence that another stream had to end with`,
      fix: `make a stream that mirrors the report stream instead, and take ${ours.reverb} out of ${name}`,
    });
  const taken = [ours.beat, ours.status, ours.tick, ours.commit, ours.chain].filter(captures);
  if (taken.length > 0)
    findings.push({
      check: CHECK,
      level: "problem",
      found: `the stream ${name} captures ${taken.join(", ")}`,
      means: "two streams of an account cannot capture one subject: reverb cannot make its own",
      fix: `remove these subjects from ${name}, or give the cluster's subjects other names with --subject-…`,
    });
  return findings;
}

function judgeSources({ name, sources = [] }: StreamConfig, reports: string): readonly Finding[] {
  if (!sources.some((source) => source.name === reports)) return [];
  return [
    {
      check: CHECK,
      level: "problem",
      found: `the stream ${name} sources the report stream`,
      means: "it keeps none or few of the reports, without an error",
      fix: `make it a mirror of ${reports}: a mirror keeps all`,
    },
  ];
}

/** An examination that was killed leaves its stream behind. */
function judgeLeftOver({ name }: StreamConfig): readonly Finding[] {
  if (!name.startsWith(TEMPORARY_PREFIX)) return [];
  return [
    {
      check: CHECK,
      level: "note",
      found: `the stream ${name} was left by an examination that was killed, or another one is under way`,
      means: "it is empty, in memory, and harmless; it may be removed",
    },
  ];
}
