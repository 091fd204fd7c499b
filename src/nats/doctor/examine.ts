/**
 * Looks at a NATS server and at what BACKBEAT has there, and judges it: facts are gathered here, one after the other,
 * and each is judged by a file of its own. Changes nothing that matters: the clock is read with a stream that is removed
 * again; a journal in which no beat is fresh, or that is found in another JetStream, gets one tick that every fold ignores.
 */
import { createDecoder, Refusal } from "../../contracts/decode.ts";
import { readReportFacts } from "../../contracts/report-headers.ts";
import { REFUSAL_CODES } from "../../contracts/stream-refusal.ts";
import { BackbeatError, messageOf } from "../../errors.ts";
import type { Log } from "../../ports.ts";
import type { NatsBus } from "../bus.ts";
import { connectedServer } from "../connected-server.ts";
import { type ConnectedServer, judgeDurability } from "../durability.ts";
import { ApiRefusal, JetStreamApi, NobodyThere, NotAllowed, unknownOutcome } from "../jetstream-api.ts";
import { adviceOn, BeyondProbe, beyondText } from "../journal-beyond.ts";
import { askMonitors, type MonitorAnswer } from "../monitor.ts";
import { reportReader } from "../report-reader.ts";
import { lastKeptSeq, type StreamConfig, type StreamInfo, streamInfo } from "../stream-info.ts";
import { journalPlan, leasePlan, reportsPlan, type StreamPlans } from "../stream-plans.ts";
import { type AccountAnswer, type AccountInfo, judgeAccount, judgePayload } from "./account.ts";
import { judgeCaptures } from "./captures.ts";
import { type ClockFacts, judgeClock, leastRoundTrip } from "./clock.ts";
import { measureClock } from "./clock-stream.ts";
import type { Finding } from "./finding.ts";
import { countJournals, judgeJournals } from "./journals.ts";
import { judgePermissions, rolesOf } from "./permissions.ts";
import { judgeStorage } from "./storage.ts";
import { type FoundStream, judgeStreams, type Rhythm } from "./streams.ts";
import { isAllowed } from "./subjects.ts";
import { judgeJournalWrite, seenIn, tryJournal } from "./try-journal.ts";
import { toldRights, tryRights } from "./try-rights.ts";
import { judgeVersion } from "./version.ts";

export interface ExamineOptions {
  readonly plans: StreamPlans;
  readonly log: Log;
}

/** A pulse on the same continent answers sooner. */
const NOW_TIMEOUT_MS = 1_000;

/** 256 streams a page: an account with more has other uses than this one. */
const PAGES_MAX = 40;

/** All findings, in the order of the checks. The bus is connected. @throws BackbeatError `nats-unreachable` when it is lost */
export async function examine(bus: NatsBus, { log, plans }: ExamineOptions): Promise<readonly Finding[]> {
  const { connection, state } = bus;
  if (connection === undefined)
    throw new BackbeatError("nats-unreachable", "Cannot examine NATS: the link is down");
  const api = new JetStreamApi(bus);
  const { clusterId, subjects } = plans;
  const server = connectedServer(api);
  const version = connection.info?.version ?? "";
  const findings: Finding[] = [
    {
      check: "server",
      level: "ok",
      found: `nats-server ${version}${nameOf(server)}${server.cluster === undefined ? "" : ` of cluster ${server.cluster}`} at ${state.server ?? "?"}`,
    },
    ...judgeVersion(version),
    ...judgePayload(connection.info?.max_payload),
  ];
  const told = await toldRights(connection);
  // What the server says that we may not do is not tried.
  const mayTick = told === undefined || isAllowed(subjects.tick, told.publish ?? {});
  const account = await askAccount(api, { log, plans, mayTick });
  const hasApi = account.kind === "info";
  const looked = (check: string, { name }: StreamConfig) =>
    hasApi ? findStream(api, name, (finding) => findings.push({ check, ...finding })) : "unknown";
  const journal = await looked("journal", journalPlan(plans));
  const reports = await looked("report stream", reportsPlan(plans));
  const lease = await looked("lease", leasePlan(plans));
  const ours = [journal, reports, lease].filter((found) => typeof found !== "string");
  const monitors = plans.monitors && (await askMonitors(plans.monitors));
  findings.push(
    ...judgeAccount({
      answer: account,
      wanted: {
        journalBytes: plans.retention?.bytesMax ?? 0,
        reportsBytes: plans.reports?.bytesMax ?? 0,
        replicas: plans.retention?.replicas ?? 1,
      },
      ours: { streams: ours.length, bytes: ours.reduce((sum, { state: { bytes } }) => sum + bytes, 0) },
    }),
  );
  // A server whose store hangs may answer nothing more on this connection.
  if (account.kind === "silent") return findings;
  const lookedAtMs = Date.now();
  const clock = hasApi ? await measureClock(api, { clusterId, rights: told?.publish }) : undefined;
  if (clock !== undefined) findings.push(judgeClock(clock));
  // Who may not ask for the account is judged by what the server says of itself.
  const isOff = account.kind === "off" || (account.kind === "forbidden" && api.serverHasJetStream === false);
  const { apiPrefix, inboxPrefix } = bus;
  const roles = rolesOf({ clusterId, subjects, inboxPrefix, apiPrefix, hasJournal: !isOff });
  const needs = roles.flatMap((role) => [...role.needs, ...role.asks]);
  findings.push(...judgePermissions(roles, await rightsOn(connection, needs, { subjects, told, apiPrefix })));
  if (account.kind !== "info") return findings;
  findings.push(...judgeStorage({ account: account.info, ours, monitors }));
  const rhythm = await hearRhythm(bus, { api, journal, plans });
  if (typeof journal !== "string") {
    const newest = { agoMs: agoMsOf(journal, { clock, lookedAtMs }), beatMs: rhythm?.beatMs };
    findings.push(
      judgeJournalWrite(
        seenIn(newest) ?? (mayTick ? await tryJournal(api, subjects.tick) : { kind: "forbidden" }),
      ),
    );
  }
  findings.push(
    ...judgeJournals(mayTick ? await countJournals(connection, subjects.tick) : 1),
    ...judgeStreams({
      journal,
      reports,
      lease,
      wanted: { journal: journalPlan(plans), reports: reportsPlan(plans), lease: leasePlan(plans) },
      serversKnown: Math.max(1, new Set(connection.info?.connect_urls ?? []).size),
      rhythm,
      replayFromSeq: typeof reports === "string" ? undefined : await replayFrom(bus, { log, plans }),
    }),
    ...(await judgeOthers(api, plans)),
    judgePromise(
      [journal, reports].filter((found) => typeof found !== "string"),
      { api, monitors },
    ),
  );
  return findings;
}

/** Without a name of its own a server is called by its id, which says nothing. */
function nameOf({ serverId, serverName }: ConnectedServer): string {
  return serverName === serverId ? "" : ` ${JSON.stringify(serverName)}`;
}

interface AskOptions extends ExamineOptions {
  readonly mayTick: boolean;
}

async function askAccount(api: JetStreamApi, options: AskOptions): Promise<AccountAnswer> {
  try {
    return { kind: "info", info: await api.ask<AccountInfo>("INFO") };
  } catch (error) {
    if (
      error instanceof ApiRefusal &&
      [REFUSAL_CODES.off, REFUSAL_CODES.offForAccount].includes(error.code as never)
    )
      return await askBeyond(api, options);
    if (error instanceof NobodyThere && api.serverHasJetStream === false)
      return await askBeyond(api, options);
    if (error instanceof NotAllowed) return { kind: "forbidden", subject: api.subjectOf("INFO") };
    return { kind: "silent", why: unknownOutcome(error).why };
  }
}

/** JetStream is off here: whether a journal is kept elsewhere that takes what is published here. */
async function askBeyond(api: JetStreamApi, { log, mayTick, plans }: AskOptions): Promise<AccountAnswer> {
  if (!mayTick) return { kind: "off" };
  const found = await new BeyondProbe({ api, log }).journal(plans.subjects).catch(() => undefined);
  return {
    kind: "off",
    beyond: found && { found: beyondText(found, api), fix: adviceOn(found) },
  };
}

/** @throws BackbeatError `nats-unreachable` */
async function rightsOn(...asked: Parameters<typeof tryRights>): ReturnType<typeof tryRights> {
  try {
    return await tryRights(...asked);
  } catch (cause) {
    const text = `Cannot examine NATS: the link was lost, ${messageOf(cause)}; try again`;
    throw new BackbeatError("nats-unreachable", text, { cause });
  }
}

/** `tell` is told of a stream that the server does not answer for. */
async function findStream(
  api: JetStreamApi,
  name: string,
  tell: (finding: Omit<Finding, "check">) => void,
): Promise<FoundStream> {
  try {
    return await streamInfo(api, name);
  } catch (error) {
    if (!(error instanceof NotAllowed || (error instanceof BackbeatError && error.code === "stream-missing")))
      tell({
        level: "problem",
        found: `the server does not answer for the stream ${name}: ${unknownOutcome(error).why}`,
        means: "nothing is stored there and nothing read until it does",
        fix: "look at the JetStream servers: do a majority of them run, has their disk room, what do their logs say?",
      });
    return error instanceof BackbeatError && error.code === "stream-missing" ? "missing" : "unknown";
  }
}

/** How long ago the newest entry was stored when we looked, by the server's clock. */
function agoMsOf(
  { state }: StreamInfo,
  { clock, lookedAtMs }: { readonly clock: ClockFacts | undefined; readonly lookedAtMs: number },
): number | undefined {
  const { last_seq, last_ts, messages } = state;
  // What an old server refuses has a time as well, and a sequence that is empty.
  if (messages === 0 || last_ts === undefined || lastKeptSeq(state) !== last_seq) return undefined;
  const offsetMs = clock?.kind === "measured" ? (leastRoundTrip(clock.rounds)?.offsetMs ?? 0) : 0;
  return lookedAtMs + offsetMs - Date.parse(last_ts);
}

interface RhythmOptions {
  readonly api: JetStreamApi;
  readonly journal: FoundStream;
  readonly plans: StreamPlans;
}

/** From a pulse that answers, else from the last beat in the journal. */
async function hearRhythm(bus: NatsBus, { api, journal, plans }: RhythmOptions): Promise<Rhythm | undefined> {
  const { beat, now } = plans.subjects;
  const answer = await bus.request(now, new Uint8Array(0), NOW_TIMEOUT_MS);
  const said = answer && rhythmIn(answer.data);
  if (said !== undefined || typeof journal === "string") return said;
  try {
    const { message } = await api.ask<{ readonly message: { readonly data?: string } }>(
      `STREAM.MSG.GET.${journal.config.name}`,
      { last_by_subj: beat },
    );
    return rhythmIn(Buffer.from(message.data ?? "", "base64"));
  } catch {
    return undefined;
  }
}

function rhythmIn(body: Uint8Array): Rhythm | undefined {
  const frame = createDecoder().frame(body);
  if (frame instanceof Refusal) return undefined;
  const barLength = frame.metadata?.bar_length;
  return {
    beatMs: 60_000 / frame.tempo_bpm,
    ...(typeof barLength === "number" && barLength > 0 ? { barLength } : {}),
  };
}

async function replayFrom(bus: NatsBus, { log, plans }: ExamineOptions): Promise<number | undefined> {
  const { clusterId, subjects } = plans;
  try {
    const last = await reportReader(bus, { clusterId, log, subjects }).last("report");
    return last?.headers && readReportFacts(last.headers)?.replayFrom.seq;
  } catch {
    return undefined;
  }
}

async function judgeOthers(
  api: JetStreamApi,
  { clusterId, subjects }: StreamPlans,
): Promise<readonly Finding[]> {
  try {
    const { isWhole, streams } = await listStreams(api);
    return judgeCaptures({ clusterId, subjects, streams, isWhole });
  } catch (error) {
    return [
      {
        check: "other streams",
        level: "note",
        found: `the account's streams could not be listed: ${messageOf(error)}`,
        means: "whether one of them loses reports or takes our subjects is not known",
      },
    ];
  }
}

async function listStreams(api: JetStreamApi) {
  const streams: StreamConfig[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await api.ask<{ readonly total: number; readonly streams: readonly StreamInfo[] | null }>(
      "STREAM.LIST",
      { offset: streams.length },
    );
    const more = answer.streams ?? [];
    streams.push(...more.map(({ config }) => config));
    if (more.length === 0 || streams.length >= answer.total) return { streams, isWhole: true };
  }
  return { streams, isWhole: false };
}

function judgePromise(
  streams: readonly StreamInfo[],
  { api, monitors }: { readonly api: JetStreamApi; readonly monitors: readonly MonitorAnswer[] | undefined },
): Finding {
  const { durability, reason } = judgeDurability({ streams, connected: connectedServer(api), monitors });
  return {
    check: "durability",
    level: durability === "best-effort" ? "warning" : durability === "power-safe" ? "ok" : "note",
    found: `${durability}, because ${reason}`,
    ...(durability === "best-effort" ? { fix: "remove the stream, and reverb makes it on disk" } : {}),
  };
}
