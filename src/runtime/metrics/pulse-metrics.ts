/** What a pulse measures: read from its view when scraped. */
import { PULSE_ALARM_NAMES, type PulseCompany, type PulseStatus, type PulseView } from "../../pulse/view.ts";
import { byLabel, counter, gauge, type HistogramRow, type MetricRow } from "./row.ts";

/** What one scrape reads: the status is taken once. */
export interface PulseSource {
  readonly view: PulseView;
  readonly status: PulseStatus;
  /** Undefined for a pulse that runs by itself. */
  readonly company: PulseCompany | undefined;
}

export const pulseSource = (view: PulseView): PulseSource => ({
  view,
  status: view.status(),
  company: view.company(),
});

/** An alarm that never stood has a value, too. */
const ALARM_OFF = Object.fromEntries(PULSE_ALARM_NAMES.map((name) => [name, 0]));

export const PULSE_METRICS: readonly MetricRow<PulseSource>[] = [
  {
    name: "backbeat_pulse_beats_total",
    type: "counter",
    help: "Beats that came due, by what became of them",
    labels: ["outcome"],
    read: ({ company, status }) => {
      const { published, skipped, unsent, unstored } = status.totals;
      const followed = company?.totals.followed ?? 0;
      return byLabel("outcome", { published, followed, skipped, unsent, unstored });
    },
  },
  counter(
    "backbeat_pulse_answers_total",
    "Requests for the newest frame that were answered",
    ({ status }) => status.totals.answered,
  ),
  gauge("backbeat_pulse_current_beat", "Index of the newest beat", ({ status }) => status.currentBeat),
  gauge("backbeat_pulse_tempo_bpm", "Tempo, beats per minute", ({ status }) => status.tempoBpm),
  gauge("backbeat_pulse_bar_length_beats", "Beats per bar", ({ status }) => status.barLength),
  gauge("backbeat_pulse_epoch", "Epoch of the timeline", ({ status }) => status.epoch),
  gauge(
    "backbeat_pulse_late_seconds_max",
    "Latest of the last frames: time after its beat was due",
    ({ view }) => view.drift().maxLateMs / 1_000,
  ),
  gauge("backbeat_pulse_leader", "1 while this pulse may change the timeline", ({ company }) =>
    Number(company === undefined || company.authority === "lease" || company.authority === "alone"),
  ),
  gauge(
    "backbeat_pulse_others",
    "Other pulses that were heard within three beats",
    ({ company }) => company?.others.length,
  ),
  counter(
    "backbeat_pulse_terms_total",
    "How often this pulse became the leader",
    ({ company }) => company?.totals.terms ?? 0,
  ),
  counter(
    "backbeat_pulse_take_overs_total",
    "Beats published in the place of another pulse that did not",
    ({ company }) => company?.totals.takeOvers ?? 0,
  ),
  counter(
    "backbeat_pulse_frames_repeated_total",
    "Frames published again because no journal acknowledged them",
    ({ company }) => company?.totals.repeated ?? 0,
  ),
  counter(
    "backbeat_pulse_frames_refused_total",
    "Answers of the journal that it does not store a frame",
    ({ company }) => company?.totals.refused ?? 0,
  ),
  {
    name: "backbeat_pulse_alarm",
    type: "gauge",
    help: "1 while an alarm stands",
    labels: ["alarm"],
    read: ({ status }) => {
      const standing = Object.fromEntries(status.alarms.map(({ name }) => [name, 1]));
      return byLabel("alarm", { ...ALARM_OFF, ...standing });
    },
  },
  counter(
    "backbeat_pulse_frames_stale_total",
    "Frames of a lower epoch that were heard, and changed nothing",
    ({ company }) => company?.totals.stale ?? 0,
  ),
  gauge("backbeat_pulse_link_up", "1 while NATS is connected", ({ status }) => Number(status.natsConnected)),
  gauge("backbeat_pulse_ready", "1 while /ready says so", ({ view }) => Number(view.ready().ready)),
  {
    name: "backbeat_pulse_info",
    type: "gauge",
    help: "Always 1; which version runs",
    labels: ["version", "cluster"],
    read: ({ status: { version, clusterId } }) => [{ labels: { version, cluster: clusterId }, value: 1 }],
  },
];

export const PULSE_HISTOGRAMS = {
  beat_late_seconds: {
    name: "backbeat_pulse_beat_late_seconds",
    help: "How long after its due time a frame left",
    // Timers wake within a millisecond or two; what is later than an eighth of a beat is not published.
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1],
  },
} as const satisfies Readonly<Record<string, HistogramRow>>;
