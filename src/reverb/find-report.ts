/** Finds reports with the chains that they belong to, in one walk over the report stream. */
import { BackbeatError } from "../errors.ts";
import type { Chain } from "./report-tail.ts";
import type { ReportRecord } from "./stored-record.ts";
import { type WalkParts, walkRecords } from "./walk-records.ts";

/** Windows that are named where a prefix fits several. */
const NAMED_MAX = 5;

export interface FoundReport {
  readonly report: ReportRecord;
  /** Undefined where the stream no longer holds its record. */
  readonly chain: Chain | undefined;
}

/** The newest report of the one window whose id begins so, without case. @throws BackbeatError `no-report`, and as `walkRecords` */
export async function findReport(parts: WalkParts, prefix: string): Promise<FoundReport> {
  const wanted = prefix.toLowerCase();
  const found = new Map<string, FoundReport>();
  let reports = 0;
  await walkChains(parts, (report, chain) => {
    reports += 1;
    const id = windowIdIn(report)?.toLowerCase();
    if (id?.startsWith(wanted)) found.set(id, { report, chain });
  });
  const [only, ...others] = found.values();
  if (only !== undefined && others.length === 0) return only;
  throw new BackbeatError(
    "no-report",
    `Cannot find the report of ${prefix}: ${whyNot([...found.keys()], reports)}`,
  );
}

/** The newest reports, oldest first. @throws as `walkRecords` */
export async function lastReports(parts: WalkParts, count: number): Promise<readonly FoundReport[]> {
  const found: FoundReport[] = [];
  await walkChains(parts, (report, chain) => {
    found.push({ report, chain });
    // Now and then is enough, and moving them all each time is not.
    if (found.length >= 2 * count) found.splice(0, found.length - count);
  });
  return found.slice(-count);
}

/** The id in a report's body, as it stands there; undefined where there is none. */
export function windowIdIn({ body }: Pick<ReportRecord, "body">): string | undefined {
  const { window_id: id } = membersOf(body);
  return typeof id === "string" ? id : undefined;
}

/** Which bar a report speaks of; undefined where its body does not say. */
export function barOf({
  body,
}: Pick<ReportRecord, "body">): { readonly windowId: string; readonly toBeat: number } | undefined {
  const { to_beat: toBeat, window_id: windowId } = membersOf(body);
  const isBar = typeof windowId === "string" && windowId !== "" && isBeat(toBeat);
  return isBar ? { windowId, toBeat } : undefined;
}

function isBeat(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function membersOf(body: Uint8Array): { readonly window_id?: unknown; readonly to_beat?: unknown } {
  try {
    return (JSON.parse(new TextDecoder().decode(body)) ?? {}) as object;
  } catch {
    return {};
  }
}

async function walkChains(
  parts: WalkParts,
  visit: (report: ReportRecord, chain: Chain | undefined) => void,
): Promise<void> {
  const chains = new Map<string, Chain>();
  await walkRecords(parts, {
    record(record) {
      if (record.kind === "chain") chains.set(record.chain.id, record.chain);
      else if (record.kind === "report") visit(record, chains.get(record.facts.chain));
    },
  });
}

function whyNot(ids: readonly string[], reports: number): string {
  if (ids.length === 0)
    return `none of the ${reports} that are stored is of a window whose id begins so; \`backbeat reports\` lists them`;
  const named = ids.slice(0, NAMED_MAX).join(", ");
  return `it begins ${ids.length} windows (${named}${ids.length > NAMED_MAX ? ", …" : ""}), expected more digits`;
}
