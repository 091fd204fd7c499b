/** Live events as server-sent events: a name, an id, and one line of JSON. Members as everywhere in this API. */
import type {
  Leadership,
  LiveBeat,
  LiveClaims,
  LiveEvent,
  LiveLeader,
  LiveNow,
  LiveReport,
  LiveTempo,
  Tempo,
} from "../reverb/live-view.ts";
import type { NotResumed } from "./event-ring.ts";
import { conservationBody, issueBody } from "./issue-bodies.ts";

/** What a client should wait before it comes back, ms. */
const RETRY_MS = 2_000;

/** What a connection begins with. */
export interface Hello {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly boot: string;
  readonly mode: string;
  /** Undefined: all that was missed follows. */
  readonly notResumed: NotResumed | undefined;
  readonly newestId: string | undefined;
  readonly now: LiveNow;
}

/** The first event of a connection. It has no id: to come back after it is to come back after what was before. */
export function helloText({ boot, clusterId, mode, newestId, nodeId, notResumed, now }: Hello): string {
  const body = {
    cluster_id: clusterId,
    node_id: nodeId,
    boot,
    mode,
    resumed: notResumed === undefined,
    why: notResumed ?? "resumed",
    newest_id: newestId ?? null,
    now: {
      beat: now.beat === undefined ? null : beatBody(now.beat),
      leader: now.leader === undefined ? null : leaderBody(now.leader),
      tempo: now.tempo === undefined ? null : tempoBody(now.tempo),
    },
  };
  return `retry: ${RETRY_MS}\nevent: hello\ndata: ${JSON.stringify(body)}\n\n`;
}

/** An event as text. */
export function eventText(event: LiveEvent): string {
  return `event: ${event.name}\nid: ${event.id.text}\ndata: ${JSON.stringify(bodyOf(event))}\n\n`;
}

function bodyOf(event: LiveEvent): object {
  switch (event.name) {
    case "beat":
      return beatBody(event.value);
    case "claims":
      return claimsBody(event.value);
    case "report":
      return reportBody(event.value);
    case "leader":
      return leaderBody(event.value);
    case "tempo":
      return tempoBody(event.value);
  }
}

function beatBody(beat: LiveBeat) {
  return {
    beat_index: beat.beatIndex,
    window_id: beat.windowId,
    bar_from: beat.barFrom,
    bar_length: beat.barLength,
    phase: beat.phase,
    downbeat: beat.downbeat,
    tempo_bpm: beat.tempoBpm,
    next_tempo_bpm: beat.nextTempoBpm ?? null,
    beat_ms: rounded(beat.beatMs),
    into_beat_ms: rounded(beat.intoBeatMs),
    deadline_at: beat.deadlineAt,
    ...leadershipBody(beat),
    window: { claims_count: beat.window.claimsCount, agents_reporting: beat.window.agentsReporting },
  };
}

function claimsBody(claims: LiveClaims) {
  return {
    look: claims.look,
    roster: claims.roster,
    beat_index: claims.beatIndex ?? null,
    window_id: claims.windowId ?? null,
    span_ms: rounded(claims.spanMs),
    received: claims.received,
    outcomes: claims.outcomes,
    window: { claims_count: claims.window.claimsCount, agents_reporting: claims.window.agentsReporting },
    agents: claims.agentsCount,
    states: claims.states,
    presence: claims.presence,
    cells: claims.cells.map(({ beat, firstLane, letters }) => [beat, firstLane, letters]),
    left_out: claims.leftOut,
  };
}

function reportBody({ detail, headers }: LiveReport) {
  return {
    report: detail.report,
    headers,
    first_sequence: detail.position.firstSeq,
    last_sequence: detail.position.lastSeq,
    claims_count: detail.claimsCount,
    state_counts: detail.stateCounts,
    completed_tasks: detail.completedTasks,
    failed_tasks: detail.failedTasks,
    conservation: conservationBody(detail.conservation),
    issue_details: detail.issueDetails.map(issueBody),
  };
}

function leaderBody({ beatIndex, before, ...now }: LiveLeader) {
  return {
    beat_index: beatIndex,
    ...leadershipBody(now),
    before: before === undefined ? null : leadershipBody(before),
  };
}

function leadershipBody({ epoch, leader, publisher }: Leadership) {
  return { leader: leader ?? null, epoch, publisher: publisher ?? null };
}

function tempoBody({ beatIndex, before, nextFromBeat, ...now }: LiveTempo) {
  return {
    beat_index: beatIndex,
    ...tempoMembers(now),
    next_from_beat: nextFromBeat ?? null,
    before: before === undefined ? null : tempoMembers(before),
  };
}

function tempoMembers({ nextTempoBpm, tempoBpm }: Tempo) {
  return { tempo_bpm: tempoBpm, next_tempo_bpm: nextTempoBpm ?? null };
}

/** Microseconds are enough. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
