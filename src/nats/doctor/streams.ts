/** Whether the three streams of the cluster are as they must be, and keep enough. Pure. */
import type { StreamConfig, StreamInfo } from "../stream-info.ts";
import { misfits, wantsLess, wantsMore } from "../stream-plans.ts";
import type { Finding } from "./finding.ts";

/** A stream that reverb would use; `unknown`: it could not be looked at. */
export type FoundStream = StreamInfo | "missing" | "unknown";

/** The rhythm that the retention is held against; members that are not known are left out. */
export interface Rhythm {
  readonly beatMs: number;
  readonly barLength?: number;
}

export interface StreamFacts {
  readonly journal: FoundStream;
  readonly reports: FoundStream;
  readonly lease: FoundStream;
  readonly wanted: {
    readonly journal: StreamConfig;
    readonly reports: StreamConfig;
    readonly lease: StreamConfig;
  };
  /** Servers of the cluster that we know of; 1 for a server on its own. */
  readonly serversKnown: number;
  readonly rhythm: Rhythm | undefined;
  /** `Backbeat-Replay-From` of the last report; undefined where there is none. */
  readonly replayFromSeq: number | undefined;
}

/** Recovery reads the open bar and the two before it. */
const BARS_NEEDED = 3;

/** With less than twice of what is needed, a busy hour cuts what recovery needs. */
const HEADROOM = 2;

/** A journal that is as full as this loses its oldest entries. */
const FULL_SHARE = 0.9;

export function judgeStreams(facts: StreamFacts): readonly Finding[] {
  const { journal, lease, reports, wanted } = facts;
  return [
    ...judgeOne("journal", journal, { wanted: wanted.journal, facts }),
    ...judgeOne("report stream", reports, { wanted: wanted.reports, facts }),
    ...judgeOne("lease", lease, { wanted: wanted.lease, facts }),
    ...(typeof journal === "string" ? [] : judgeRetention(journal, facts)),
    ...(typeof journal === "string" ? [] : judgeReplay(journal, facts)),
  ];
}

function judgeOne(
  check: string,
  found: FoundStream,
  { facts, wanted }: { readonly facts: StreamFacts; readonly wanted: StreamConfig },
): readonly Finding[] {
  if (found === "missing")
    return [
      {
        check,
        level: "note",
        found: `the stream ${wanted.name} is not there`,
        means:
          check === "lease"
            ? "a pulse makes it when it starts"
            : "reverb makes it when it starts, unless it runs with --journal off",
      },
    ];
  if (found === "unknown")
    return [{ check, level: "note", found: `the stream ${wanted.name} could not be looked at` }];
  const { config, state } = found;
  const faults = misfits(config, wanted);
  const findings: Finding[] = faults.map((fault) => ({
    check,
    level: "problem",
    found: `${config.name}: ${fault}`,
    means: "reverb refuses to use it",
    fix: "change it with the nats program, or remove the stream and reverb makes it anew",
  }));
  if (wantsMore(config, wanted) || wantsLess(config, wanted))
    findings.push({
      check,
      level: "note",
      found: `${config.name} keeps ${limitsText(config)}, the settings here say ${limitsText(wanted)}`,
      means: "the next reverb that starts keeps more where its settings say more, and never less",
    });
  findings.push(...judgePlace(check, found, facts));
  if (findings.some(({ level }) => level !== "note")) return findings;
  const sequences =
    state.messages === 0 ? "empty" : `${state.messages} entries, ${state.first_seq} to ${state.last_seq}`;
  return [{ check, level: "ok", found: `${config.name} is as it must be: ${sequences}` }, ...findings];
}

function judgePlace(check: string, { cluster, config }: StreamInfo, facts: StreamFacts): readonly Finding[] {
  const findings: Finding[] = [];
  if (config.num_replicas === 1 && facts.serversKnown > 1)
    findings.push({
      check,
      level: "warning",
      found: `${config.name} is kept by one of ${facts.serversKnown} servers`,
      means:
        "while that server is away no claim is taken and no bar reported; if its disk is lost, so is the stream",
      fix: `--journal-replicas ${facts.serversKnown >= 5 ? "3 or 5" : "3"}`,
    });
  if (config.num_replicas % 2 === 0)
    findings.push({
      check,
      level: "warning",
      found: `${config.name} has ${config.num_replicas} replicas`,
      means: "an even number survives no more losses than one less",
      fix: "--journal-replicas 1, 3 or 5",
    });
  if (cluster !== undefined && (cluster.leader ?? "") === "")
    findings.push({
      check,
      level: "problem",
      found: `${config.name} has no leader`,
      means: "nothing is stored and nothing read until it has",
      fix: "bring a majority of its servers back; it passes by itself within 10 s after a loss",
    });
  const away = (cluster?.replicas ?? []).filter(({ current, offline }) => !current || offline === true);
  if (away.length > 0)
    findings.push({
      check,
      level: "warning",
      found: `${config.name}: ${away.map(({ name, offline }) => `${name} is ${offline === true ? "offline" : "behind"}`).join(", ")}`,
      means: "one more loss may stop it",
      fix: "look at these servers",
    });
  return findings;
}

/** Whether three bars of the running tempo fit what the journal keeps, by age and by bytes. */
function judgeRetention({ config, state }: StreamInfo, { rhythm }: StreamFacts): readonly Finding[] {
  const check = "retention";
  if (rhythm?.barLength === undefined)
    return [
      {
        check,
        level: "note",
        found: "no beat could be heard or read that says how long a bar is",
        means: `whether the journal keeps ${BARS_NEEDED} bars could not be judged`,
      },
    ];
  const neededMs = BARS_NEEDED * rhythm.barLength * rhythm.beatMs;
  const findings: Finding[] = [];
  const judge = (keptMs: number, flag: string) => {
    if (keptMs >= HEADROOM * neededMs) return;
    findings.push({
      check,
      level: keptMs < neededMs ? "problem" : "warning",
      found: `${BARS_NEEDED} bars last ${seconds(neededMs)}, the journal keeps ${seconds(keptMs)}${flag === "--journal-max-bytes" ? " at the rate of what it holds" : ""}`,
      means:
        keptMs < neededMs
          ? "a restart finds the beginning of its bars cut off, and stops closing bars"
          : "twice the load would cut off what a restart needs",
      fix: `raise ${flag}`,
    });
  };
  if (config.max_age > 0) judge(config.max_age / 1e6, "--journal-max-age");
  const heldMs = Date.parse(state.last_ts ?? "") - Date.parse(state.first_ts ?? "");
  // A rate of less than a bar says little: bars begin quietly.
  if (config.max_bytes > 0 && heldMs >= neededMs / BARS_NEEDED && state.bytes > 0)
    judge((config.max_bytes * heldMs) / state.bytes, "--journal-max-bytes");
  if (findings.length > 0) return findings;
  return [
    {
      check,
      level: "ok",
      found: `${BARS_NEEDED} bars last ${seconds(neededMs)}, the journal keeps more than twice that`,
    },
  ];
}

/** Whether the journal still holds what the last report must be computed from again. */
function judgeReplay({ config, state }: StreamInfo, { replayFromSeq }: StreamFacts): readonly Finding[] {
  if (replayFromSeq === undefined) return [];
  const check = "recovery";
  const firstSeq = state.messages === 0 ? state.last_seq + 1 : state.first_seq;
  if (firstSeq > replayFromSeq)
    return [
      {
        check,
        level: "problem",
        found: `the journal begins at ${firstSeq}, the last report says to begin at ${replayFromSeq}`,
        means: "a reverb that starts now, without a checkpoint, closes no bar",
        fix: "`backbeat journal status`, then `backbeat journal adopt`; and raise --journal-max-age or --journal-max-bytes",
      },
    ];
  const needed = state.last_seq - replayFromSeq + 1;
  const isFull = config.max_bytes > 0 && state.bytes >= FULL_SHARE * config.max_bytes;
  if (isFull && replayFromSeq - firstSeq < needed)
    return [
      {
        check,
        level: "warning",
        found: `the journal is full, begins at ${firstSeq}, and is needed from ${replayFromSeq} on`,
        means: `${replayFromSeq - firstSeq} more entries and the oldest that is needed is cut off`,
        fix: "raise --journal-max-bytes; is a reverb running?",
      },
    ];
  return [
    {
      check,
      level: "ok",
      found: `the journal holds all that the last report needs, from ${replayFromSeq} on`,
    },
  ];
}

function limitsText({ max_age, max_bytes, num_replicas }: StreamConfig): string {
  const age = max_age > 0 ? seconds(max_age / 1e6) : "any age";
  return `${age}, ${max_bytes > 0 ? `${max_bytes} bytes` : "any size"}, ${num_replicas} replica${num_replicas === 1 ? "" : "s"}`;
}

function seconds(ms: number): string {
  const inSeconds = ms / 1_000;
  if (inSeconds >= 7_200) return `${(inSeconds / 3_600).toFixed(1)} h`;
  return inSeconds >= 120 ? `${(inSeconds / 60).toFixed(1)} min` : `${Number(inSeconds.toFixed(1))} s`;
}
