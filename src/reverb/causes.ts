/** One cause, one alarm: what follows from another alarm is left out. Pure. */
import type { RaisedAlarm } from "./mode.ts";

type Name = RaisedAlarm["name"];

/** What each alarm explains; a cause stands before what follows from it. */
const EXPLAINS: Partial<Readonly<Record<Name, readonly Name[]>>> = {
  "link-lost": ["store-refuses", "journal-stalled", "journal-lagging", "report-unsent", "no-beat"],
  "journal-broken": ["journal-stalled", "journal-lagging", "report-unsent", "no-beat"],
  "standing-by": ["journal-lagging", "no-beat"],
  "store-refuses": ["journal-stalled", "journal-lagging", "report-unsent", "no-beat"],
  "report-store-broken": ["report-unsent", "journal-stalled", "journal-lagging", "no-beat"],
  "journal-stalled": ["journal-lagging", "report-unsent", "no-beat"],
  "journal-lagging": ["no-beat"],
};

/** The alarms that no other one of them explains. */
export function causesOf(raised: readonly RaisedAlarm[]): readonly RaisedAlarm[] {
  const explained = new Set(raised.flatMap(({ explains, name }) => explains ?? EXPLAINS[name] ?? []));
  return raised.filter(({ name }) => !explained.has(name));
}
