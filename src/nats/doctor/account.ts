/** Whether JetStream is there for us, and whether what is to be kept fits the account and the messages. Pure. */
import { BODY_BYTES_MAX } from "../../contracts/decode.ts";
import type { Finding } from "./finding.ts";

/** What the API says of the account; -1: no limit. */
export interface AccountInfo {
  readonly memory: number;
  readonly storage: number;
  readonly streams: number;
  readonly consumers: number;
  readonly domain?: string;
  readonly limits: {
    readonly max_memory: number;
    readonly max_storage: number;
    readonly max_streams: number;
    readonly max_consumers: number;
    readonly max_bytes_required?: boolean;
  };
}

/** What came of asking for it. */
export type AccountAnswer =
  | { readonly kind: "info"; readonly info: AccountInfo }
  | { readonly kind: "off"; readonly beyond?: { readonly found: string; readonly fix: string } | undefined }
  | { readonly kind: "forbidden"; readonly subject: string }
  | { readonly kind: "silent"; readonly why: string };

export interface AccountFacts {
  readonly answer: AccountAnswer;
  /** As `--journal-max-bytes`, `--reports-max-bytes` and `--journal-replicas` want them; 0: no limit. */
  readonly wanted: {
    readonly journalBytes: number;
    readonly reportsBytes: number;
    readonly replicas: number;
  };
  /** Of our streams that are there already: they are among what the account counts. */
  readonly ours: { readonly streams: number; readonly bytes: number };
}

/** Two readers for each replica of reverb, and room for the one that is gone and not yet forgotten. */
const CONSUMERS_NEEDED = 4;

/** The journal, the reports, the lease. */
const STREAMS_NEEDED = 3;

const CHECK = "jetstream";

export function judgeAccount(facts: AccountFacts): readonly Finding[] {
  const { answer } = facts;
  if (answer.kind === "info") return judgeInfo(answer.info, facts);
  if (answer.kind === "off" && answer.beyond !== undefined)
    return [
      {
        check: CHECK,
        level: "problem",
        found: `the server has no JetStream for this account, and ${answer.beyond.found}`,
        means: "reverb does not start here, and a pulse here cannot lead",
        fix: answer.beyond.fix,
      },
    ];
  if (answer.kind === "off")
    return [
      {
        check: CHECK,
        level: "warning",
        found: "the server has no JetStream for this account",
        means: "reverb takes core mode: best effort, and what it does not hear is lost",
        fix: "enable jetstream in the server, and for this account, or accept it with --journal off",
      },
    ];
  if (answer.kind === "forbidden")
    return [
      {
        check: CHECK,
        level: "warning",
        found: `this user may not ask the API of JetStream (${answer.subject})`,
        means: "reverb would wait for a journal for ever; what else stands there could not be looked at",
        fix: `allow this user to publish on ${answer.subject.replace(/INFO$/, ">")}, or examine as the user of reverb`,
      },
    ];
  return [
    {
      check: CHECK,
      level: "problem",
      found: `the API of JetStream does not answer: ${answer.why}`,
      means: "reverb waits until it does; what else stands there could not be looked at",
      fix: "look at the servers' logs and disks: a cluster needs a majority of its JetStream servers, and a store whose disk is full may hang",
    },
  ];
}

function judgeInfo(info: AccountInfo, facts: AccountFacts): readonly Finding[] {
  const { domain, limits } = info;
  const where = domain === undefined ? "" : `, domain ${domain}`;
  const findings: Finding[] = [
    {
      check: CHECK,
      level: "ok",
      found: `on for this account${where}: ${info.streams} streams, ${info.consumers} consumers`,
    },
  ];
  findings.push(...judgeStorage(info, facts));
  const streamsLeft = limits.max_streams - info.streams + facts.ours.streams;
  if (limits.max_streams >= 0 && streamsLeft < STREAMS_NEEDED)
    findings.push({
      check: CHECK,
      level: "problem",
      found: `the account may have ${limits.max_streams} streams, ${info.streams} are there`,
      means: "the journal, the report stream and the lease of the pulses cannot all be made",
      fix: "raise the account's max_streams, or remove streams that nobody needs",
    });
  if (limits.max_consumers >= 0 && limits.max_consumers < CONSUMERS_NEEDED)
    findings.push({
      check: CHECK,
      level: "warning",
      found: `the account may have ${limits.max_consumers} consumers`,
      means: `a replica of reverb reads with two, and needs up to ${CONSUMERS_NEEDED} after a loss`,
      fix: `raise the account's max_consumers to ${CONSUMERS_NEEDED} for each replica`,
    });
  return findings;
}

function judgeStorage({ limits, storage }: AccountInfo, { ours, wanted }: AccountFacts): readonly Finding[] {
  const { journalBytes, replicas, reportsBytes } = wanted;
  const isUnlimited = journalBytes === 0 || reportsBytes === 0;
  if (limits.max_bytes_required === true && isUnlimited)
    return [
      {
        check: CHECK,
        level: "problem",
        found: "the account wants a limit of bytes for every stream, and one of ours is to have none",
        fix: "give --journal-max-bytes and --reports-max-bytes",
      },
    ];
  if (limits.max_storage < 0) return [];
  const free = limits.max_storage - storage + ours.bytes;
  const needed = (journalBytes + reportsBytes) * replicas;
  if (isUnlimited)
    return [
      {
        check: CHECK,
        level: "warning",
        found: `the account may keep ${mb(limits.max_storage)}, and a stream of ours is to have no limit`,
        means: "when the account is full the server takes no more claims and no more reports",
        fix: "give --journal-max-bytes and --reports-max-bytes, so that the oldest go first",
      },
    ];
  if (needed <= free) return [];
  return [
    {
      check: CHECK,
      level: "problem",
      found: `--journal-max-bytes and --reports-max-bytes need ${mb(needed)}${replicas > 1 ? ` with ${replicas} replicas` : ""}, the account has ${mb(free)} for them`,
      means: "the streams cannot be made, or will be full before their limits hold",
      fix: "lower the two settings, or raise the account's storage limit",
    },
  ];
}

/** Whether what agents may send fits what the server takes. */
export function judgePayload(maxPayload: number | undefined): readonly Finding[] {
  if (maxPayload === undefined || maxPayload >= BODY_BYTES_MAX) return [];
  return [
    {
      check: "messages",
      level: "warning",
      found: `the server takes messages of ${maxPayload} bytes at most, bodies may have ${BODY_BYTES_MAX}`,
      means:
        "it cuts the connection of an agent that sends a larger claim; reports with many issues need some 20,000",
      fix: `raise max_payload to ${2 * BODY_BYTES_MAX} or more`,
    },
  ];
}

function mb(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
