/** What is shown of a cluster, and for how long. */
import { integer, onOff } from "./kinds.ts";
import { optional, setting } from "./setting.ts";

/** Three weeks of beats at 60 BPM; who wants more wants no end. */
const BEATS_MAX = 2_000_000;
const REPORTS_MAX = 1_000_000;

export const WATCH_SETTINGS = {
  beatsMax: optional({
    flag: "beats",
    group: "Command",
    kind: integer("<n>", { min: 1, max: BEATS_MAX }),
    unit: "beats",
    doc: "End after so many beats",
    defaultText: "no end",
    commands: ["watch", "sim"],
  }),
  reportsMax: optional({
    flag: "reports",
    group: "Command",
    kind: integer("<n>", { min: 1, max: REPORTS_MAX }),
    unit: "reports",
    doc: "End after so many reports; with --beats, whichever comes first",
    defaultText: "no end",
    commands: ["watch"],
  }),
  lines: setting({
    flag: "lines",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Lines one after the other, also on a terminal, which else shows a screen",
    commands: ["watch"],
  }),
  beatsHidden: setting({
    flag: "no-beats",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Show only reports",
    commands: ["watch"],
  }),
} as const;
