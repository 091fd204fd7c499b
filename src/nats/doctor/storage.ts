/** How much is stored of what may be, by the account's limit and by each server's: who is full stores nothing. Pure. */
import type { MonitorAnswer, Varz } from "../monitor.ts";
import type { StreamInfo } from "../stream-info.ts";
import type { AccountInfo } from "./account.ts";
import type { Finding } from "./finding.ts";

export interface StorageFacts {
  readonly account: Pick<AccountInfo, "storage" | "limits">;
  /** The streams of the cluster that are there: journal, reports, lease. */
  readonly ours: readonly Pick<StreamInfo, "config" | "state">[];
  /** From `--nats-monitor`; undefined where none is set. */
  readonly monitors: readonly MonitorAnswer[] | undefined;
}

const CHECK = "storage";

/** From here on somebody should look before it is full. */
const WARNING_SHARE = 0.8;

/** A server refuses the message that would pass its limit: with less than this free, the next large one. */
const FREE_BYTES_MIN = 262_144;

export function judgeStorage({ account, monitors, ours }: StorageFacts): readonly Finding[] {
  const findings: Finding[] = [];
  if (ours.length > 0) findings.push({ check: CHECK, level: "ok", found: usedText(ours) });
  const { max_storage: limit } = account.limits;
  if (limit >= 0)
    findings.push(judgeUse("the account", { used: account.storage, limit }, "the account's storage limit"));
  const told = (monitors ?? []).flatMap((answer) => ("varz" in answer ? [answer.varz] : []));
  findings.push(...told.flatMap(judgeServer));
  if (limit < 0 && told.length === 0)
    findings.push({
      check: CHECK,
      level: "note",
      found: "the account has no limit, and what the server itself may store is not told by the API",
      means: "name the servers' monitoring addresses with --nats-monitor to see how full they are",
    });
  return findings;
}

function judgeServer({ jetstream, serverName }: Varz): readonly Finding[] {
  if (jetstream?.storage === undefined) return [];
  return [
    judgeUse(`the server ${JSON.stringify(serverName)}`, jetstream.storage, "max_file_store, or its disk"),
  ];
}

function judgeUse(
  who: string,
  { limit, used }: { readonly used: number; readonly limit: number },
  what: string,
): Finding {
  const found = `${who} stores ${mb(used)} of ${mb(limit)}`;
  if (limit - used < FREE_BYTES_MIN)
    return {
      check: CHECK,
      level: "problem",
      found: `${found}: it is full`,
      means: "the server refuses claims, beats, reports and the lease",
      fix: `raise ${what}, or give the streams less and remove those that nobody needs`,
    };
  if (used >= WARNING_SHARE * limit)
    return {
      check: CHECK,
      level: "warning",
      found,
      means: "once it is full the server refuses claims, beats, reports and the lease",
      fix: `raise ${what}, or give the streams less`,
    };
  return { check: CHECK, level: "ok", found };
}

function usedText(ours: StorageFacts["ours"]): string {
  const parts = ours.map(({ config: { max_bytes, name }, state: { bytes } }) => {
    const may = max_bytes > 0 ? `of ${mb(max_bytes)}` : "without a limit";
    return `${name} ${mb(bytes)} ${may}`;
  });
  const isBounded = ours.every(({ config }) => config.max_bytes > 0);
  const sum = ours.reduce(
    (total, { config: { max_bytes, num_replicas } }) => total + max_bytes * num_replicas,
    0,
  );
  const grown = isBounded ? `they may grow to ${mb(sum)} with all copies` : "they may grow without an end";
  return `our streams: ${parts.join(", ")}; ${grown}`;
}

function mb(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
