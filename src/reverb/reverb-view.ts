/** What reverb shows of itself, computed when asked: intake keeps no state for anybody's eyes. */
import type { AgentRecord } from "../core/agent-record.ts";
import { FirstNames } from "../core/first-names.ts";
import type { PresenceOptions } from "../core/presence.ts";
import { presenceOf, summarizeAgent } from "../core/presence.ts";
import type { AgentSummary } from "../core/summary.ts";
import { alarmsOf, lagBeatsOf, readinessOf, type Watched } from "./alarms.ts";
import { presenceNow } from "./presence-now.ts";
import type { RetainedBars } from "./retained-bars.ts";
import { DEFAULT_WINDOW_TTL_SECONDS, DEFAULT_WINDOWS_RETAINED_MAX } from "./settings.ts";
import type {
  AgentQuery,
  ListedWindow,
  Page,
  PageQuery,
  PlainView,
  ReverbStatus,
  StoredReport,
  Totals,
} from "./view.ts";

/** `mode` may change with time. */
export interface ShownParts extends Watched {
  readonly retained: RetainedBars;
}

export function createReverbView(parts: ShownParts): PlainView {
  const { ports, retained } = parts;
  const startedAtMs = ports.clock.monotonicMs();
  const nowMs = () => ports.clock.monotonicMs();
  const windows = () => [...parts.mode.aggregator.openWindows(), ...retained.windows(nowMs())];
  return {
    status: () => statusOf(parts, startedAtMs),
    alarms: () => alarmsOf(parts),
    ready: () => readinessOf(parts),
    windows: (query) => pageOf<ListedWindow>(windows(), query, (window) => window.windowId),
    window: (windowId) => parts.mode.aggregator.openWindow(windowId) ?? retained.window(windowId, nowMs()),
    reports: async (query) =>
      (await parts.mode.history?.page(query)) ??
      pageOf(retained.reports(nowMs()), query, (stored) => stored.report.window_id),
    report: (windowId) => reportOf(parts, windowId),
    agents: (query) => agentsOf(parts, query),
    agent: (agentId) => agentOf(parts, agentId),
  };
}

/** The stored report, with the names behind it while its window is retained. */
async function reportOf(
  { mode, ports, retained }: ShownParts,
  windowId: string,
): Promise<StoredReport | undefined> {
  const nowMs = ports.clock.monotonicMs();
  if (mode.history === undefined)
    return retained.reports(nowMs).find((stored) => isSameId(stored.report.window_id, windowId));
  const stored = await mode.history.find(windowId);
  const issueDetails = retained.window(windowId, nowMs)?.issueDetails;
  return stored && { ...stored, ...(issueDetails === undefined ? {} : { issueDetails }) };
}

function statusOf(parts: ShownParts, startedAtMs: number): ReverbStatus {
  const { mode, ports, retained, settings } = parts;
  const { aggregator } = mode;
  const agentsReporting = retained.newestReport?.agents_reporting;
  const { newest, currentWindowId } = aggregator;
  return {
    clusterId: settings.clusterId,
    nodeId: settings.nodeId,
    ...(settings.boot === undefined ? {} : { boot: settings.boot }),
    version: settings.version,
    mode: mode.name,
    durability: mode.durability,
    ...(mode.durabilityReason === undefined ? {} : { durabilityReason: mode.durabilityReason }),
    activeWindows: aggregator.openWindows().length,
    ...(newest === undefined ? {} : { currentBeat: newest.index, tempoBpm: newest.tempoBpm }),
    ...(currentWindowId === undefined ? {} : { currentWindowId }),
    barLength: aggregator.barLength,
    windowTtlSeconds: settings.windowTtlSeconds ?? DEFAULT_WINDOW_TTL_SECONDS,
    maxWindowsRetained: settings.windowsRetainedMax ?? DEFAULT_WINDOWS_RETAINED_MAX,
    natsConnected: ports.bus.connected,
    uptimeSeconds: Math.round(ports.clock.monotonicMs() - startedAtMs) / 1_000,
    nowMs: ports.clock.wallMs(),
    lagBeats: lagBeatsOf(parts),
    ...(settings.expectedAgents === undefined ? {} : { expectedAgents: settings.expectedAgents }),
    ...(agentsReporting === undefined ? {} : { agentsReporting }),
    ...(mode.journal === undefined ? {} : { journal: mode.journal }),
    totals: totalsOf(parts),
    alarms: alarmsOf(parts),
  };
}

function totalsOf({ mode, retained }: ShownParts): Totals {
  const { aggregator, decoder } = mode;
  const { tally } = aggregator;
  return {
    claimsReceived: tally.claimsReceived,
    framesReceived: tally.framesReceived,
    claims: { ...tally.claims },
    frames: { ...tally.frames },
    bends: { ...decoder.bends },
    dependenciesCut: aggregator.dependenciesCut,
    ...mode.counts,
    windowsForgotten: retained.forgotten,
  };
}

function agentOf(parts: ShownParts, agentId: string): AgentSummary | undefined {
  const found = parts.mode.aggregator.findAgent(agentId);
  return found && summarizeAgent(found.agent, { ...presenceNow(parts), windowId: found.windowId });
}

/** One pass over all agents; only the page is sorted and summarized. */
function agentsOf(parts: ShownParts, query: AgentQuery): Page<AgentSummary> {
  const options = presenceNow(parts);
  const page = new FirstNames(query.limit);
  let total = 0;
  parts.mode.aggregator.eachAgent((agent) => {
    if (!matches(agent, query, options)) return;
    total += 1;
    if (query.after === undefined || agent.agentId > query.after) page.add(agent.agentId);
  });
  const items = page.names.map((agentId) => agentOf(parts, agentId)).filter((agent) => agent !== undefined);
  return { items, total };
}

function matches(agent: AgentRecord, query: AgentQuery, options: PresenceOptions): boolean {
  if (query.state !== undefined && agent.state !== query.state) return false;
  if (query.prefix !== undefined && !agent.agentId.startsWith(query.prefix)) return false;
  return query.presence === undefined || presenceOf(agent, options) === query.presence;
}

/** What is older than `before`, newest first; empty where that id is not known. */
function pageOf<T>(items: readonly T[], query: PageQuery, idOf: (item: T) => string): Page<T> {
  const { before, limit } = query;
  const from = before === undefined ? 0 : items.findIndex((item) => isSameId(idOf(item), before)) + 1;
  const older = before !== undefined && from === 0 ? [] : items.slice(from);
  return { items: limit === undefined ? older : older.slice(0, limit), total: items.length };
}

function isSameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
