/** What is kept of a cluster, how surely, and for how long; and how its history is looked at. */
import { choice, integer, onOff, text } from "./kinds.ts";
import { optional, required, setting } from "./setting.ts";

const KEEPERS = ["up", "reverb", "journal", "doctor"] as const;
const REVERB = ["up", "reverb"] as const;

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 366 * DAY_SECONDS;
/** Three million claims: three bars of an hour of a thousand agents that claim each half minute, ten times over. */
const JOURNAL_BYTES = 2 ** 30;
/** Some 150,000 reports with their headers: a year of bars of four minutes. */
const REPORTS_BYTES = 2 ** 28;
/** What the largest disks hold. */
const BYTES_MAX = 2 ** 46;
/** As a screen or a file holds them. */
const LAST_MAX = 1_000_000;

export const JOURNAL_SETTINGS = {
  journalMode: setting({
    flag: "journal",
    group: "Journal",
    kind: choice("<mode>", ["auto", "on", "off"]),
    default: "auto",
    doc: "auto: a journal where the server has JetStream for us; on: or nothing; off: plain NATS, best effort",
    commands: [...REVERB, "nats-config"],
  }),
  requireDurability: optional({
    flag: "require-durability",
    group: "Journal",
    kind: choice("<class>", ["best-effort", "process-crash-safe", "power-safe"]),
    doc: "Do not run with less",
    defaultText: "whatever the server gives",
    commands: REVERB,
  }),
  replaceProfile: optional({
    flag: "replace-profile",
    group: "Journal",
    kind: text("<hash>", "12 to 32 hex digits of a profile hash or a chain id", /^[0-9a-fA-F]{12,32}$/),
    doc: "The running profile, by its hash, whose chain of reports is to end: a new chain begins with these settings",
    defaultText: "none: settings other than those of the running chain are refused",
    commands: REVERB,
  }),
  journalAgeMaxSeconds: setting({
    flag: "journal-max-age",
    group: "Journal",
    kind: integer("<seconds>", { min: 0, max: YEAR_SECONDS }),
    unit: "seconds",
    // A journal that nobody writes to for longer than that is cut, and must be adopted; at home that is a holiday.
    default: 7 * DAY_SECONDS,
    defaultIn: { up: 0 },
    doc: "How long the journal keeps beats and claims; 0: no limit",
    commands: KEEPERS,
  }),
  journalBytesMax: setting({
    flag: "journal-max-bytes",
    group: "Journal",
    kind: integer("<bytes>", { min: 0, max: BYTES_MAX }),
    unit: "bytes",
    default: JOURNAL_BYTES,
    doc: "How much the journal keeps, the oldest go first; 0: no limit",
    commands: KEEPERS,
  }),
  journalReplicas: setting({
    flag: "journal-replicas",
    group: "Journal",
    kind: integer("<n>", { min: 1, max: 5 }),
    unit: "servers",
    default: 1,
    doc: "NATS servers that keep the streams, for a pulse that of its lease: 1, 3 or 5",
    commands: [...KEEPERS, "pulse"],
  }),
  reportsBytesMax: setting({
    flag: "reports-max-bytes",
    group: "Journal",
    kind: integer("<bytes>", { min: 0, max: BYTES_MAX }),
    unit: "bytes",
    default: REPORTS_BYTES,
    doc: "How much the report stream keeps; 0: no limit",
    commands: KEEPERS,
  }),
  last: setting({
    flag: "last",
    group: "Command",
    kind: integer("<n>", { min: 1, max: LAST_MAX }),
    unit: "reports",
    default: 10,
    defaultIn: { replay: 1 },
    doc: "How many reports, the newest",
    commands: ["reports", "replay"],
  }),
  windowPrefix: optional({
    flag: "window",
    group: "Command",
    kind: text("<window>", "1 to 32 hex digits: a window id, or how it begins", /^[0-9a-fA-F]{1,32}$/),
    doc: "The bar of the report: its window id, or enough of its first digits",
    defaultText: "the newest ones",
    commands: ["reports", "replay"],
  }),
  journalAction: required({
    flag: "action",
    group: "Command",
    kind: choice("<action>", ["status", "adopt"]),
    doc: "status: is the journal whole, and what is it; adopt: begin anew with what it holds",
    commands: ["journal"],
  }),
  recompute: setting({
    flag: "replay",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Compute each report again from the journal, as far back as it reaches",
    commands: ["verify"],
  }),
  force: setting({
    flag: "force",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Adopt although the journal looks whole, where a replica says that it went back",
    commands: ["journal"],
  }),
  yes: setting({
    flag: "yes",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Adopt without being asked again",
    commands: ["journal"],
  }),
} as const;
