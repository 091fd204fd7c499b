/**
 * What reverb measures: read from its view when scraped, so that a claim costs nothing here.
 *
 * Conservation (R6) can be checked from outside: received = the sum over all outcomes + held.
 */
import { PRESENCES } from "../../core/summary.ts";
import { ALARM_NAMES, type ReverbStatus, type ReverbView } from "../../reverb/view.ts";
import { byLabel, counter, gauge, type HistogramRow, type MetricRow } from "./row.ts";

/** What one scrape reads: the status is taken once. */
export interface ReverbSource {
  readonly view: ReverbView;
  readonly status: ReverbStatus;
}

export const reverbSource = (view: ReverbView): ReverbSource => ({ view, status: view.status() });

/** Every alarm has a value at all times: a series that is absent raises no alert. */
const ALARM_OFF = Object.fromEntries(ALARM_NAMES.map((name) => [name, 0]));

const NOBODY_DROPPED = { unread: 0, stuck: 0 };

export const REVERB_METRICS: readonly MetricRow<ReverbSource>[] = [
  counter(
    "backbeat_reverb_claims_received_total",
    "Claims that arrived, of any outcome",
    ({ status }) => status.totals.claimsReceived,
  ),
  {
    name: "backbeat_reverb_claims_total",
    type: "counter",
    help: "Claims by what became of them",
    labels: ["outcome"],
    read: ({ status }) => {
      const { held: _held, ...settled } = status.totals.claims;
      return byLabel("outcome", settled);
    },
  },
  gauge(
    "backbeat_reverb_claims_held",
    "Claims held for beats that are not heard yet",
    ({ status }) => status.totals.claims.held,
  ),
  counter(
    "backbeat_reverb_dependencies_cut_total",
    "Dependencies of claims beyond the limit, which were not kept",
    ({ status }) => status.totals.dependenciesCut,
  ),
  counter(
    "backbeat_reverb_frames_received_total",
    "Beat frames that arrived, of any outcome",
    ({ status }) => status.totals.framesReceived,
  ),
  {
    name: "backbeat_reverb_frames_total",
    type: "counter",
    help: "Beat frames by what became of them",
    labels: ["outcome"],
    read: ({ status }) => byLabel("outcome", status.totals.frames),
  },
  {
    name: "backbeat_reverb_bends_total",
    type: "counter",
    help: "Messages read although they do not fit the schema to the letter, by what was bent",
    labels: ["bend"],
    read: ({ status }) => byLabel("bend", status.totals.bends),
  },
  counter(
    "backbeat_reverb_reports_published_total",
    "Bar reports that the NATS server has taken",
    ({ status }) => status.totals.reportsPublished,
  ),
  counter(
    "backbeat_reverb_reports_dropped_total",
    "Bar reports given up unsent because the link stayed down",
    ({ status }) => status.totals.reportsDropped,
  ),
  counter(
    "backbeat_reverb_reports_withheld_total",
    "Bar reports kept back because another reverb reports the same bars",
    ({ status }) => status.totals.reportsWithheld,
  ),
  counter(
    "backbeat_reverb_windows_forgotten_total",
    "Closed bars that the API no longer shows, by age or number",
    ({ status }) => status.totals.windowsForgotten,
  ),
  counter(
    "backbeat_reverb_intake_gaps_total",
    "Times that the connection was lost, so that claims may have been missed",
    ({ status }) => status.totals.gaps,
  ),
  counter(
    "backbeat_reverb_intake_gap_seconds_total",
    "How long the connection was lost, in all",
    ({ status }) => status.totals.gapMs / 1_000,
  ),
  gauge("backbeat_reverb_open_windows", "Bars that take claims now", ({ status }) => status.activeWindows),
  gauge("backbeat_reverb_current_beat", "Index of the newest beat heard", ({ status }) => status.currentBeat),
  gauge(
    "backbeat_reverb_tempo_bpm",
    "Tempo of the newest beat, beats per minute",
    ({ status }) => status.tempoBpm,
  ),
  gauge("backbeat_reverb_bar_length_beats", "Beats per bar, as heard", ({ status }) => status.barLength),
  gauge("backbeat_reverb_lag_beats", "Beats since the newest frame", ({ status }) => status.lagBeats),
  {
    name: "backbeat_reverb_agents",
    type: "gauge",
    help: "Agents heard of within two bars, by what they are",
    labels: ["presence"],
    read: ({ view }) =>
      PRESENCES.map((presence) => ({
        labels: { presence },
        value: view.agents({ presence, limit: 0 }).total,
      })),
  },
  gauge(
    "backbeat_reverb_agents_reporting",
    "Agents that reported in the last bar that is over",
    ({ status }) => status.agentsReporting,
  ),
  gauge(
    "backbeat_reverb_agents_expected",
    "Agents that should report",
    ({ status }) => status.expectedAgents,
  ),
  {
    name: "backbeat_reverb_alarm",
    type: "gauge",
    help: "1 while an alarm stands",
    labels: ["alarm"],
    read: ({ status }) => {
      const standing = Object.fromEntries(status.alarms.map(({ name }) => [name, 1]));
      return byLabel("alarm", { ...ALARM_OFF, ...standing });
    },
  },
  gauge(
    "backbeat_reverb_events_clients",
    "Clients that listen to /api/v1/events",
    ({ view }) => view.live.audience?.clients,
  ),
  counter(
    "backbeat_reverb_events_sent_total",
    "Events handed to clients, one for each of them",
    ({ view }) => view.live.audience?.sent ?? 0,
  ),
  counter(
    "backbeat_reverb_events_refused_total",
    "Clients that were sent away because too many listened",
    ({ view }) => view.live.audience?.refused ?? 0,
  ),
  {
    name: "backbeat_reverb_events_dropped_total",
    type: "counter",
    help: "Clients that were cut: unread, too much waited for them; stuck, they took nothing for a minute",
    labels: ["reason"],
    read: ({ view }) => byLabel("reason", view.live.audience?.dropped ?? NOBODY_DROPPED),
  },
  gauge("backbeat_reverb_link_up", "1 while NATS is connected", ({ status }) => Number(status.natsConnected)),
  gauge("backbeat_reverb_ready", "1 while /ready says so", ({ view }) => Number(view.ready().ready)),
  {
    name: "backbeat_reverb_info",
    type: "gauge",
    help: "Always 1; which version runs, and what it promises",
    labels: ["version", "cluster", "mode", "durability"],
    read: ({ status: { version, clusterId, mode, durability } }) => [
      { labels: { version, cluster: clusterId, mode, durability }, value: 1 },
    ],
  },
];

export const REVERB_HISTOGRAMS = {
  rollup_seconds: {
    name: "backbeat_reverb_rollup_seconds",
    help: "From the frame that shows a bar is over until its report was taken (BACKBEAT-PER-002: within a beat)",
    // Grace is a tenth of a beat, at most 1 s; beats last from 60 ms to ten minutes.
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.25, 1.5, 2.5, 5, 10, 30, 60],
  },
  close_seconds: {
    name: "backbeat_reverb_close_seconds",
    help: "How long the process was busy closing a bar",
    // A million agents take some 30 ms; above a second intake is held up.
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  },
  checkpoint_seconds: {
    name: "backbeat_journal_checkpoint_seconds",
    help: "From the begin of a checkpoint until it was on disk; the fold stands still for its first part",
    buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  report_bytes: {
    name: "backbeat_reverb_report_bytes",
    help: "Size of the bar reports",
    // An empty report has some 250 bytes, one with every category of issue some 1,500.
    buckets: [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384],
  },
} as const satisfies Readonly<Record<string, HistogramRow>>;
