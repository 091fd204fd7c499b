/**
 * Keeps the store true: events as they come, and questions where there is no event.
 *
 * hello ─► (not resumed) everything anew · beat, leader, tempo ─► the clock · claims ─► cells and gauges ·
 * report ─► bars and issues. Asked for: the status every five seconds, since alarms have no event; the score when its
 * roster or a beat moved on; groups and waits while they are shown.
 */
import { batch } from "@preact/signals";
import { fromLists, withReport } from "../bars/bars.ts";
import { EventStream, type StreamEvent } from "../link/stream.ts";
import { Fetcher } from "../score/fetcher.ts";
import { ask, query } from "../wire/ask.ts";
import type {
  BeatEvent,
  ClaimsEvent,
  GroupsAnswer,
  Hello,
  LeaderEvent,
  ReportEvent,
  ScoreAnswer,
  Status,
  StoredReport,
  TempoEvent,
  WaitsAnswer,
  WindowItem,
} from "../wire/types.ts";
import { heardBeat } from "./beat-clock.ts";
import { later, now } from "./clock.ts";
import * as store from "./store.ts";
import { lanesWish } from "./view.ts";

const STATUS_EVERY_MS = 5_000;

/** Words that count seconds are right to half of one. */
const CLOCK_EVERY_MS = 500;

/** Cells are live; order, trouble and progress are as old as the last answer, which in a slow tempo is not left to beats. */
const SCORE_STALE_MS = 5_000;

/** Bars that reverb gives at most, of which the score shows what fits. */
const SCORE_BARS = 8;

/** Reverb goes through all agents for the sums: seldom, since events tell of the beats between. */
const SUMS_EVERY_MS = 5_000;

/** What is in sight of the score; its section says so. */
export interface Sight {
  readonly offset: number;
  readonly limit: number;
  /** Somebody points at the lanes: they stay where they are. */
  readonly isHeld: boolean;
}

/** Before anything is laid out: what a usual screen shows. */
let sight: Sight = { offset: 0, limit: 100, isHeld: false };
/** The lanes that were asked for last: what lies within needs no other question. */
let asked: Pick<Sight, "offset" | "limit"> = sight;
let askedAtMs = 0;
let rosterShown = -1;
/** When the sums were answered, and for which agents. */
let summedAtMs = Number.NEGATIVE_INFINITY;
let summedFor = "";
/** When the bytes were here that the next drawing will show. */
let arrivedAtMs: number | undefined;

const isSeen = (): boolean => !document.hidden;

const score = new Fetcher({ ask: askScore, nowMs: now, later, isSeen });
const groups = new Fetcher({ ask: askGroups, nowMs: now, later, isSeen });
const waits = new Fetcher({ ask: askWaits, nowMs: now, later, isSeen });

const statusFetcher = new Fetcher({ ask: askStatus, nowMs: now, later, isSeen });

const stream = new EventStream({
  open: (url) => new EventSource(url),
  nowMs: now,
  random: Math.random,
  later,
  onLink(state) {
    if (state.kind === "lost") isAnythingMissed = true;
    store.nowMs.value = now();
    store.link.value = state;
  },
  onEvent: (event) => batch(() => take(event)),
});

/** Starts it; runs as long as the page. */
export function startFeed(): void {
  stream.start();
  // Asked beside the first connection, so that there is something to see at once. The bars are not: a report that is
  // stored between the answer and the first event would be missed.
  refresh();
  setInterval(() => {
    if (isSeen()) store.nowMs.value = now();
  }, CLOCK_EVERY_MS);
  // Also for a tab in the background, whose title says how it stands.
  setInterval(() => void askStatus(), STATUS_EVERY_MS);
  addEventListener("online", () => stream.tryNow());
  document.addEventListener("visibilitychange", () => {
    if (isSeen()) refresh();
  });
}

export function tryNow(): void {
  stream.tryNow();
}

/** Other lanes are wanted: filters or order have changed. */
export function wantOtherLanes(): void {
  store.rows.forgetOrder();
  store.lanesTotal.value = undefined;
  score.askNow();
  if (store.view.value.isGrouped) groups.askNow();
}

/** What is in sight has changed. */
export function look(next: Sight): void {
  const isElsewhere = next.offset < asked.offset || next.offset + next.limit > asked.offset + asked.limit;
  const isFreed = sight.isHeld && !next.isHeld;
  sight = next;
  if (isElsewhere) score.askNow();
  else if (isFreed) score.askSoon();
}

/** When the bytes arrived that are drawn now; undefined if they were drawn already. */
export function takeArrival(): number | undefined {
  const taken = arrivedAtMs;
  arrivedAtMs = undefined;
  return taken;
}

/** Everything anew: too much was missed, or reverb is another process. */
function reload(): void {
  store.rows.forgetAll();
  store.sums.forget();
  rosterShown = -1;
  summedAtMs = Number.NEGATIVE_INFINITY;
  score.askNow();
  void askStatus();
  waits.askSoon();
  if (store.view.value.isGrouped) groups.askNow();
}

/** What has no event, after a time in which nobody looked. */
function refresh(): void {
  store.nowMs.value = now();
  void askStatus();
  score.askSoon();
  waits.askSoon();
  if (store.view.value.isGrouped) groups.askSoon();
}

function take({ arrivedAtMs: at, body, name }: StreamEvent): void {
  if (name === "hello") takeHello(body as Hello);
  else if (name === "beat") takeBeat(body as BeatEvent);
  else if (name === "claims") takeClaims(body as ClaimsEvent, at);
  else if (name === "report") takeReport(body as ReportEvent);
  else if (name === "tempo") store.tempo.value = body as TempoEvent;
  else takeLeader(body as LeaderEvent);
}

/** The process that said hello last. */
let boot: string | undefined;
let isAnythingMissed = false;

function takeHello(hello: Hello): void {
  store.clusterId.value = hello.cluster_id;
  if (hello.now.tempo !== null) store.tempo.value = hello.now.tempo;
  if (!hello.resumed) {
    // Where it is resumed, the beats that were missed follow in their order.
    store.beat.value = undefined;
    if (hello.now.beat !== null) takeBeat(hello.now.beat);
  }
  if (hello.resumed && hello.boot === boot) refresh();
  else {
    // The first connection's lanes are being asked for already.
    if (boot !== undefined || isAnythingMissed) reload();
    void askBars();
  }
  boot = hello.boot;
  isAnythingMissed = false;
}

/** Reverb tells no beat twice: one that lies before is no late one, whatever its epoch (a foreign pulse has none). */
function takeBeat(event: BeatEvent): void {
  const before = store.beat.value;
  // The beat began anew: what was seen of its beats was seen of others.
  if (before !== undefined && event.beat_index < before.beat_index) reload();
  store.nowMs.value = now();
  store.beat.value = heardBeat(event, now());
  // What reverb said of itself five seconds ago may be over.
  if (store.status.peek()?.health.level !== "good") statusFetcher.askSoon();
  score.askSoon();
  if (store.view.value.isGrouped) groups.askSoon();
}

function takeClaims(event: ClaimsEvent, at: number): void {
  store.rows.note(event);
  // They are of all agents, whatever is searched for.
  if (summedFor === "") store.sums.add(event.cells);
  arrivedAtMs ??= at;
  store.rowsVersion.value += 1;
  const { agents, presence, states, window } = event;
  store.live.value = { agents, presence, states, window };
  const isStale = now() - askedAtMs >= SCORE_STALE_MS;
  if (event.roster !== rosterShown || event.left_out > 0 || isStale) score.askSoon();
}

function takeReport(event: ReportEvent): void {
  store.bars.value = withReport(store.bars.value, event);
  waits.askSoon();
}

/** The beat says it as well; this only says it sooner. */
function takeLeader({ epoch, leader, publisher }: LeaderEvent): void {
  const beat = store.beat.value;
  if (beat !== undefined && beat.epoch === epoch) store.beat.value = { ...beat, leader, publisher };
}

async function askScore(signal: AbortSignal): Promise<void> {
  const { isHeld, limit, offset } = sight;
  asked = sight;
  askedAtMs = now();
  const lanes = lanesWish(store.view.value);
  const isSummed = isSumDue();
  const wish = { bars: SCORE_BARS, limit, offset, ...lanes, sums: isSummed ? "true" : undefined };
  const answer = await ask<ScoreAnswer>(`/api/v1/score${query(wish)}`, signal);
  if (answer.kind !== "answer") return;
  const { body } = answer;
  batch(() => {
    rosterShown = body.roster;
    store.rows.take(body, { offset, isHeld });
    if (isSummed) takeSums(body);
    store.scoreBars.value = body.bars;
    store.scoreBeat.value = body.current_beat ?? undefined;
    store.counts.value = body.counts;
    store.agentsCount.value = body.agents_count;
    store.lanesTotal.value = body.total_count;
    store.rowsVersion.value += 1;
  });
}

/** Whose sums are shown: of all, or of those that are searched for. */
function summed(): string {
  const { group, search } = store.view.value;
  return search === "" && group === undefined ? "" : `${group ?? ""} ${search}`;
}

function isSumDue(): boolean {
  return summed() !== summedFor || now() - summedAtMs >= SUMS_EVERY_MS;
}

function takeSums(answer: ScoreAnswer): void {
  if (summed() !== summedFor) store.sums.forget();
  summedFor = summed();
  summedAtMs = now();
  store.sums.take(answer);
}

async function askGroups(signal: AbortSignal): Promise<void> {
  const { search, sort } = store.view.value;
  const answer = await ask<GroupsAnswer>(
    `/api/v1/score/groups${query({ limit: 200, sort, search })}`,
    signal,
  );
  if (answer.kind === "answer") store.groups.value = answer.body;
}

async function askWaits(signal: AbortSignal): Promise<void> {
  const answer = await ask<WaitsAnswer>("/api/v1/waits", signal);
  if (answer.kind === "answer") store.waits.value = answer.body;
}

async function askStatus(): Promise<void> {
  const answer = await ask<Status>("/api/v1/status");
  if (answer.kind === "unreachable") stream.suspect();
  if (answer.kind !== "answer") return;
  store.status.value = answer.body;
  store.clusterId.value = answer.body.cluster_id;
  if (store.waits.value !== undefined && store.waits.value.blocked_count > 0) waits.askSoon();
}

async function askBars(): Promise<void> {
  const before = new Set(store.bars.value);
  const [reports, windows] = await Promise.all([
    ask<{ readonly reports: readonly StoredReport[] }>("/api/v1/reports?limit=100"),
    ask<{ readonly windows: readonly WindowItem[] }>("/api/v1/windows?limit=100"),
  ]);
  if (reports.kind === "answer") {
    const counted = windows.kind === "answer" ? windows.body.windows : [];
    const arrived = store.bars.value.filter((bar) => !before.has(bar));
    store.bars.value = fromLists([...before], { reports: reports.body.reports, windows: counted, arrived });
  }
  store.areBarsRead.value = true;
}
