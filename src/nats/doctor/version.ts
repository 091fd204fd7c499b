/**
 * What is known to be wrong with a version of nats-server, and whether BACKBEAT depends on it. Pure.
 *
 * In our own words, from the server's release notes, its advisories, and what was seen on a running server.
 */
import type { Finding, FindingLevel } from "./finding.ts";

interface Version {
  readonly numbers: readonly [major: number, minor: number, patch: number];
  /** A release candidate comes before its release. */
  readonly isPreRelease: boolean;
}

/** Reads `2.12.7`, `2.12.7-RC.1`, `v2.12.7`; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, suffix] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})([-+].*)?$/.exec(text) ?? [];
  if (major === undefined) return undefined;
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    isPreRelease: suffix?.startsWith("-") ?? false,
  };
}

function isBefore(version: Version, limit: string): boolean {
  const other = parseVersion(limit);
  if (other === undefined) return false;
  for (const [at, number] of version.numbers.entries()) {
    const against = other.numbers[at] ?? 0;
    if (number !== against) return number < against;
  }
  return version.isPreRelease && !other.isPreRelease;
}

interface Range {
  readonly from?: string;
  readonly before: string;
}

interface Hazard {
  /** Of the versions that have it: `from` is one of them, `before` is none any more. */
  readonly ranges: readonly Range[];
  readonly level: FindingLevel;
  readonly found: string;
  readonly means: string;
  readonly fix?: string;
}

const UPDATE = "update nats-server: 2.14.0 or newer, or from 2.12.7 or 2.11.16 on within those lines";

/** What BACKBEAT depends on, worst first. */
const HAZARDS: readonly Hazard[] = [
  {
    ranges: [{ from: "2.10.20", before: "2.10.23" }],
    level: "problem",
    found: "these versions can lose a whole stream when their process is killed",
    means: "BACKBEAT depends on it: the journal or all reports could be gone",
    fix: UPDATE,
  },
  {
    ranges: [{ before: "2.9.10" }],
    level: "warning",
    found: "older than the oldest version that BACKBEAT is tested on, 2.9.10",
    means: "nobody has seen whether it works",
    fix: UPDATE,
  },
  {
    ranges: [
      { from: "2.2.0", before: "2.9.23" },
      { from: "2.10.0", before: "2.10.2" },
    ],
    level: "warning",
    found: "where its configuration has an accounts block, clients may get in without credentials",
    means: "BACKBEAT depends on it: whoever gets in can publish beats, claims and reports",
    fix: UPDATE,
  },
  {
    ranges: [
      { before: "2.11.16" },
      { from: "2.12.0", before: "2.12.7" },
      { from: "2.13.0", before: "2.14.0" },
    ],
    level: "warning",
    found: "published security advisories are not mended in it (advisories.nats.io)",
    means: "BACKBEAT depends on it: the server keeps strangers out",
    fix: UPDATE,
  },
  {
    ranges: [{ before: "2.10.0" }],
    level: "note",
    found: "it has no sync_interval: what it acknowledged may be in memory for a minute or more",
    means: "a power cut may take the end of the journal; durability is process-crash-safe at most",
    fix: "update, and set jetstream { sync_interval: always } where power cuts matter",
  },
  {
    ranges: [{ before: "2.9.16" }],
    level: "note",
    found: "the end of a pull request may not be told",
    means: "BACKBEAT pulls, counts the silence itself and asks again",
  },
];

/** Faults in what BACKBEAT does not use, and what it does instead. */
const UNUSED: readonly { readonly ranges: readonly Range[]; readonly text: string }[] = [
  {
    ranges: [{ before: "2.9.21" }],
    text: "the expected last sequence of a subject with three replicas (reports are committed by that of the whole stream, which is tried at each start)",
  },
  { ranges: [{ before: "2.9.21" }], text: "blocks with many holes (no single message is ever deleted)" },
  { ranges: [{ before: "2.9.17" }], text: "direct get (the streams are made without)" },
  { ranges: [{ before: "2.9.16" }], text: "purging (never done)" },
  { ranges: [{ before: "2.9.15" }], text: "partition() in subject mappings" },
  { ranges: [{ before: "2.11.0" }], text: "a time to live of single keys" },
  { ranges: [{ before: "2.12.9" }], text: "message ids (commits carry none)" },
  { ranges: [{ from: "2.12.0", before: "2.12.12" }], text: "compacting a stream (never asked for)" },
];

function isIn(version: Version, ranges: readonly Range[]): boolean {
  return ranges.some(
    ({ before, from }) => isBefore(version, before) && (from === undefined || !isBefore(version, from)),
  );
}

/** All that is known of a version, as the server says it. */
export function judgeVersion(text: string): readonly Finding[] {
  const check = "server version";
  const version = parseVersion(text);
  if (version === undefined)
    return [
      {
        check,
        level: "note",
        found: `the server calls its version "${text.slice(0, 40)}", which says nothing to us`,
        means: "what is known of versions could not be looked up",
      },
    ];
  const known = HAZARDS.filter(({ ranges }) => isIn(version, ranges));
  const unused = UNUSED.filter(({ ranges }) => isIn(version, ranges)).map((hazard) => hazard.text);
  const findings = known.map(
    ({ fix, found, level, means }): Finding => ({
      check,
      level,
      found: `nats-server ${text}: ${found}`,
      means,
      ...(fix === undefined ? {} : { fix }),
    }),
  );
  if (unused.length > 0)
    findings.push({
      check,
      level: "note",
      found: `nats-server ${text} has faults in what BACKBEAT does not use: ${unused.join("; ")}`,
    });
  if (findings.length > 0) return findings;
  return [{ check, level: "ok", found: `nats-server ${text}: nothing is known against it` }];
}
