/** Every alarm of a service stands in the log: a line when it begins, a line when it ends. */
import type { Clock, Log, Timer } from "../ports.ts";
import { StandingLook } from "./standing.ts";

/** An alarm that is shorter than this may pass without a line. */
const LOOK_EVERY_MS = 1_000;

/** Without somebody's doing no more beats, claims or reports are kept; the others are warnings. */
const ERRORS: ReadonlySet<string> = new Set([
  "journal-broken",
  "replica-divergence",
  "report-store-broken",
  "store-refuses",
]);

/** What stands now, as a view shows it. */
export type AlarmSource = () => readonly { readonly name: string; readonly text: string }[];

/** Looks once a second until it is stopped. */
export function logAlarms(
  alarms: AlarmSource,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): { stop(): void } {
  const standing = new StandingLook();
  let next: Timer;
  const look = () => {
    const { began, ended } = standing.look(alarms(), clock.monotonicMs());
    for (const { name, text } of began) {
      const line = `Alarm ${name}: ${text}`;
      if (ERRORS.has(name)) log.error(line);
      else log.warn(line);
    }
    for (const { lastedMs, name } of ended)
      log.info(`Alarm ${name} is over after ${Math.round(lastedMs / 1_000)} s`);
    next = clock.after(LOOK_EVERY_MS, look);
  };
  next = clock.after(LOOK_EVERY_MS, look);
  return { stop: () => next.cancel() };
}
