/** How it stands, in words: the worst thing that the page knows, and what to do about it. Pure. */

import type { Alarm as AlarmName } from "../../../src/reverb/view.ts";
import type { LinkState } from "../link/stream.ts";
import type { BeatPlace } from "../page/beat-clock.ts";
import type { Alarm, HealthLevel, Status } from "../wire/types.ts";
import { countText, localTime, spanText } from "../words/numbers.ts";

export interface Notice {
  readonly kind: "lost" | "no-beat" | "bad" | "warning";
  readonly text: string;
  readonly todo: string;
  /** What else reverb says is wrong. */
  readonly others: readonly Alarm[];
}

/** What docs/operations.md says of each alarm. A record, so that the compiler asks for the words of a new one. */
const ALARM_TODOS: Readonly<Record<AlarmName["name"], string>> = {
  "bar-length-differs": "What is heard wins; correct the setting --bar-length.",
  "chain-head-unsaved": "Make room in reverb's data directory.",
  "duplicate-node-id": "Rename one.",
  "journal-broken": "No bar is closed any more: `backbeat journal status`, then `backbeat journal adopt`.",
  "journal-lagging": "Reports come late: give reverb a core, look at backbeat_journal_lag_entries.",
  "journal-short": "Raise --journal-max-bytes or --journal-max-age.",
  "journal-stalled":
    "Look at the NATS servers and their disks; after a loss a stream may be without a leader for 8 s.",
  "link-lost": "Reverb reconnects by itself; look at the NATS server.",
  "no-beat": "Is a pulse running in this cluster?",
  "other-reporter":
    "Two reverbs report the same bars: stop one, or start it where the journal is (--nats, --js-domain).",
  "replica-divergence": "`backbeat replay <window>` says which replica is right; keep both logs.",
  "report-store-broken":
    "No bar is closed any more: `backbeat journal status`, then `backbeat journal adopt`.",
  "report-unsent": "Reports wait for NATS: look at the server.",
  "store-refuses": "The text says what to do; `backbeat doctor` shows what is used.",
  "standing-by": "Update this replica: another computes reports by a newer algorithm.",
};

/** What to do about an alarm; empty for one that is not known here. */
export function alarmTodo(name: string): string {
  return Object.hasOwn(ALARM_TODOS, name) ? ALARM_TODOS[name as AlarmName["name"]] : "";
}

export interface Facts {
  readonly link: LinkState;
  readonly nowMs: number;
  /** What the clock on the wall says at `nowMs`, in ms since the Unix epoch. */
  readonly wallMs: number;
  readonly status: Status | undefined;
  readonly place: BeatPlace | undefined;
}

/** What has to be said above everything else; undefined when all is well. */
export function noticeOf({ link, nowMs, place, status, wallMs }: Facts): Notice | undefined {
  if (link.kind === "lost") {
    const since = localTime(wallMs - (nowMs - link.sinceMs), wallMs);
    const soon = Math.max(1, Math.ceil((link.retryAtMs - nowMs) / 1_000));
    const text = `Reverb has not answered since ${since}: what you see is from then.`;
    return { kind: "lost", text, todo: `Live again in ${soon} s, if it is back.`, others: [] };
  }
  if (place?.pace === "stopped" && !hasOtherAlarm(status)) {
    const text = `No beat for ${spanText(place.overdueMs)}: no bar can close.`;
    return { kind: "no-beat", text, todo: alarmTodo("no-beat"), others: [] };
  }
  const level = status?.health.level ?? "good";
  if (status === undefined || level === "good") return undefined;
  const { alarms, health } = status;
  const alarm = saidFirst(status);
  return {
    kind: level,
    text: sentence(alarm?.text ?? health.text),
    todo: alarmTodo(alarm?.name ?? ""),
    others: alarms.filter((other) => other !== alarm),
  };
}

/** Who cannot read, or has no link, hears no beat either: then "no beat" is not what is wrong. */
function hasOtherAlarm(status: Status | undefined): boolean {
  return status?.alarms.some(({ name }) => name !== "no-beat") === true;
}

/** The alarm that is why reverb is not ready, else the first; undefined where it is not ready for no alarm's reason. */
function saidFirst({ alarms, health }: Status): Alarm | undefined {
  const why = alarms.find(({ text }) => text.startsWith(health.text));
  const isNoBeat = alarms.some(({ name }) => name === "no-beat");
  if (why !== undefined || (health.level === "bad" && !isNoBeat)) return why;
  return alarms.find(({ name }) => name !== "no-beat") ?? alarms[0];
}

/** The one line in the header. */
export function healthLine(
  facts: Omit<Facts, "nowMs" | "wallMs"> & { readonly issues: readonly { readonly severity: string }[] },
): {
  readonly level: HealthLevel | "unknown";
  readonly text: string;
} {
  const { issues, link, place, status } = facts;
  if (link.kind === "lost") return { level: "unknown", text: "not connected" };
  if (place?.pace === "stopped" && !hasOtherAlarm(status)) return { level: "bad", text: "no beat" };
  if (status === undefined) return { level: "unknown", text: "asking …" };
  if (status.health.level !== "good")
    return { level: status.health.level, text: status.health.level === "bad" ? "not ready" : "degraded" };
  const grave = issues.filter(({ severity }) => severity === "critical" || severity === "error").length;
  if (grave > 0) return { level: "warning", text: `${countText(grave, "error")} in the last bar` };
  const other = issues.filter(({ severity }) => severity === "warning").length;
  if (other > 0) return { level: "good", text: `well, with ${countText(other, "warning")}` };
  return { level: "good", text: "all is well" };
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
