/** How a service is, in words for the head of a page. */
import type { Alarm, Readiness } from "../reverb/view.ts";

export const HEALTH_LEVELS = ["good", "warning", "bad"] as const;

export interface Health {
  readonly level: (typeof HEALTH_LEVELS)[number];
  readonly text: string;
}

/** Bad: it cannot do its work. Warning: something else is wrong. */
export function healthOf(readiness: Readiness, alarms: readonly Pick<Alarm, "text">[]): Health {
  if (!readiness.ready) return { level: "bad", text: readiness.reason ?? "not ready" };
  const [alarm, ...others] = alarms;
  if (alarm === undefined) return { level: "good", text: "all is well: beats come, bars close" };
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return { level: "warning", text: `${alarm.text}${more}` };
}
