/** Messages for tests: valid by default, each member yours to override. */
import {
  type BeatFrame,
  encodeClaim,
  encodeFrame,
  type StatusClaim,
  windowIdOf,
} from "../../src/contracts/index.ts";
import { FAKE_WALL_START_MS } from "../../src/sdk/testing/fake-clock.ts";

/** The cluster of the tests. */
export const CLUSTER = "test";

export interface FrameWish extends Partial<BeatFrame> {
  /** Beats per bar, default 8. */
  readonly barLength?: number;
  /** Length of a beat, default 1,000 ms. */
  readonly beatDurationMs?: number;
}

/** A frame of a timeline whose beat 0 was due at the fake clock's start. */
export function frameOf(beatIndex: number, wish: FrameWish = {}): BeatFrame {
  const { barLength = 8, beatDurationMs = 1_000, ...members } = wish;
  const barFrom = beatIndex === 0 ? 0 : 1 + Math.floor((beatIndex - 1) / barLength) * barLength;
  return {
    type: "backbeat.beatframe.v1",
    cluster_id: CLUSTER,
    beat_index: beatIndex,
    downbeat: beatIndex === barFrom,
    phase: "plan",
    hlc: "0000:0000:0001",
    deadline_at: new Date(FAKE_WALL_START_MS + (beatIndex + 1) * beatDurationMs).toISOString(),
    tempo_bpm: 60_000 / beatDurationMs,
    window_id: windowIdOf(CLUSTER, barFrom),
    ...members,
  };
}

export function claimOf(agentId: string, beatIndex: number, members: Partial<StatusClaim> = {}): StatusClaim {
  return {
    type: "backbeat.statusclaim.v1",
    agent_id: agentId,
    beat_index: beatIndex,
    state: "executing",
    hlc: "0000:0000:0002",
    ...members,
  };
}

export function frameBody(beatIndex: number, wish?: FrameWish): Uint8Array {
  return encodeFrame(frameOf(beatIndex, wish));
}

export function claimBody(agentId: string, beatIndex: number, members?: Partial<StatusClaim>): Uint8Array {
  return encodeClaim(claimOf(agentId, beatIndex, members));
}

/** What a stream answers to who publishes what it stores. */
export const STORED = new TextEncoder().encode('{"stream":"BACKBEAT_JOURNAL_test","seq":1}');
