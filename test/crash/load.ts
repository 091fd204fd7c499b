/** What the crash tests publish, and the log that says what of it was acknowledged: the oracle's side of the story. */
import { encodeFrame, windowIdOf } from "../../src/contracts/index.ts";

export const CLUSTER = "crash";

/** What a generator is told. */
export interface Load {
  readonly servers: readonly string[];
  readonly claimsPerSecond: number;
  readonly agents: number;
  readonly barLength: number;
  readonly beatMs: number;
  readonly seed: number;
  /** Where its log goes. */
  readonly logPath: string;
}

/** What a generator says at its end. */
export interface LoadDone {
  readonly claims: number;
  readonly frames: number;
  /** Claims that were sent more than once because no acknowledgement came in time. */
  readonly resent: number;
  /** Longest time without any acknowledgement. */
  readonly silenceMaxMs: number;
  /** Claims that were never acknowledged: 0, or the run says nothing. */
  readonly unacknowledged: number;
}

/** One line of the log: a claim or a frame that a stream acknowledged at a place. */
export type LogLine =
  | { readonly kind: "claim"; readonly id: number; readonly beat: number; readonly seq: number }
  | {
      readonly kind: "frame";
      readonly beat: number;
      readonly windowId: string;
      readonly seq: number;
      /** First sent at, ms since the Unix epoch. */
      readonly sentAtMs: number;
    };

export function logText(line: LogLine): string {
  return line.kind === "claim"
    ? `c ${line.id} ${line.beat} ${line.seq}\n`
    : `f ${line.beat} ${line.windowId} ${line.seq} ${line.sentAtMs}\n`;
}

function readLogLine(text: string): LogLine {
  const [kind, one, two, three, four] = text.split(" ");
  if (kind === "c") return { kind: "claim", id: Number(one), beat: Number(two), seq: Number(three) };
  return {
    kind: "frame",
    beat: Number(one),
    windowId: two ?? "",
    seq: Number(three),
    sentAtMs: Number(four),
  };
}

/** The lines of a log that may still be written: all that are whole. */
export function* logLinesIn(text: string): Generator<LogLine> {
  for (let at = 0, end = text.indexOf("\n"); end >= 0; at = end + 1, end = text.indexOf("\n", at))
    yield readLogLine(text.slice(at, end));
}

/** Where a stream has stored what was published, by its answer; undefined: nobody has, or it was refused. */
export function acknowledgedAt(answer: string): number | undefined {
  if (answer === "") return undefined;
  const { error, seq = 0 } = JSON.parse(answer) as { readonly error?: unknown; readonly seq?: number };
  return error === undefined && seq > 0 ? seq : undefined;
}

/** A claim's bytes: the same whenever it is sent. Its id stands in its notes. */
export function claimText(id: number, beat: number, agents: number): string {
  const state = id % 16 === 0 ? "reviewing" : "executing";
  return `{"type":"backbeat.statusclaim.v1","agent_id":"crash:${id % agents}","task_id":"task:${id % 7}","beat_index":${beat},"state":"${state}","progress":${(id % 1000) / 1000},"hlc":"0000:0000:0001","notes":"#${id}"}`;
}

const ID = /"notes":"#(\d+)"/;

/** The id of a stored claim; undefined where it is none of ours. */
export function claimIdIn(text: string): number | undefined {
  const id = ID.exec(text)?.[1];
  return id === undefined ? undefined : Number(id);
}

export function frameBytes(beat: number, { barLength, beatMs }: Pick<Load, "barLength" | "beatMs">) {
  const barFrom = 1 + Math.floor((beat - 1) / barLength) * barLength;
  const windowId = windowIdOf(CLUSTER, barFrom);
  const body = encodeFrame({
    type: "backbeat.beatframe.v1",
    cluster_id: CLUSTER,
    beat_index: beat,
    downbeat: beat === barFrom,
    phase: "plan",
    hlc: "0000:0000:0001",
    deadline_at: new Date(Date.now() + beatMs).toISOString(),
    tempo_bpm: 60_000 / beatMs,
    window_id: windowId,
    metadata: { bar_from: barFrom, bar_length: barLength },
  });
  return { windowId, body };
}
