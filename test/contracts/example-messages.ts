/** One plain valid message of each kind, to start an example from. */
import type { BarReport } from "../../src/contracts/bar-report.ts";
import type { BeatFrame } from "../../src/contracts/beat-frame.ts";
import type { StatusClaim } from "../../src/contracts/status-claim.ts";

export const frame: BeatFrame = {
  type: "backbeat.beatframe.v1",
  cluster_id: "chorus",
  beat_index: 121,
  downbeat: true,
  phase: "plan",
  hlc: "7ffd:0001:abcd",
  deadline_at: "2026-03-01T12:00:30Z",
  tempo_bpm: 2,
  window_id: "7e9b0e6c4c1e4f3a8d2b5a6978c0d1e2",
};

export const claim: StatusClaim = {
  type: "backbeat.statusclaim.v1",
  agent_id: "builder:eu-1",
  beat_index: 121,
  state: "executing",
  hlc: "7ffd:0002:beef",
};

export const report: BarReport = {
  type: "backbeat.barreport.v1",
  window_id: "7e9b0e6c4c1e4f3a8d2b5a6978c0d1e2",
  from_beat: 1,
  to_beat: 120,
  agents_reporting: 42,
  on_time_reviews: 40,
  help_promises_fulfilled: 3,
  secret_rotations_ok: true,
  tempo_drift_ms: 1.5,
};
