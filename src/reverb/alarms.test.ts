import { describe, expect, it } from "vitest";
import { alarmsOf, readinessOf, type Watched } from "./alarms.ts";
import type { RaisedAlarm } from "./mode.ts";
import type { JournalStatus } from "./view.ts";

const BEAT_MS = 1_000;

/** A reverb whose newest frame was stored, and was read, so long ago. */
function watched({
  lagEntries,
  mayBlamePulse,
  others,
  readAgoMs,
  role,
  storedAgoMs,
}: {
  readonly others?: readonly RaisedAlarm[];
  readonly mayBlamePulse?: boolean;
  readonly lagEntries: number;
  readonly role?: JournalStatus["role"];
  readonly readAgoMs: number;
  readonly storedAgoMs: number;
}): Watched {
  const nowMs = 100_000;
  return {
    settings: { clusterId: "c", subjects: { beat: "beats" } },
    ports: {
      bus: { connected: true },
      clock: { monotonicMs: () => nowMs, wallMs: () => nowMs },
    },
    mode: {
      aggregator: { newest: { beatDurationMs: BEAT_MS, timeMs: nowMs - storedAgoMs } },
      newestFrameAtMs: nowMs - readAgoMs,
      journal: { lagEntries, role },
      readiness: () => ({ ready: true }),
      alarms: () => [...(others ?? []), ...hinderedBy(role)],
      ...(mayBlamePulse === undefined ? {} : { mayBlamePulse }),
    },
  } as unknown as Watched;
}

const raised = (name: RaisedAlarm["name"]): RaisedAlarm => ({ name, text: name, sinceMonotonicMs: 0 });

function hinderedBy(role: JournalStatus["role"] | undefined): readonly RaisedAlarm[] {
  if (role === "broken") return [raised("journal-broken")];
  return role === "standing-by" ? [raised("standing-by")] : [];
}

const namesOf = (it: Watched) => alarmsOf(it).map(({ name }) => name);

describe("alarms of reverb", () => {
  it("R5 nothing is wrong while frames come and are read", () => {
    const now = watched({ lagEntries: 0, readAgoMs: 500, storedAgoMs: 500 });
    expect(namesOf(now)).toEqual([]);
    expect(readinessOf(now)).toEqual({ ready: true });
  });

  it("BACKBEAT-REQ-001 a pulse that is silent is no-beat", () => {
    const silent = watched({ lagEntries: 0, readAgoMs: 3_500, storedAgoMs: 3_500 });
    expect(namesOf(silent)).toEqual(["no-beat"]);
    expect(readinessOf(silent).reason).toContain("no beat for 3 beat lengths");
  });

  it("R5 a journal that is read late is journal-lagging, and no fault of the pulse", () => {
    const late = watched({ lagEntries: 7, readAgoMs: 10, storedAgoMs: 4_200 });
    expect(namesOf(late)).toEqual(["journal-lagging"]);
    expect(readinessOf(late).reason).toBe("the journal is read late: 4 beats and 7 entries behind");
    expect(namesOf(watched({ lagEntries: 7, readAgoMs: 10, storedAgoMs: 900 }))).toEqual([]);
  });

  it.each(["broken", "standing-by"] as const)(
    "R5 who is %s says nothing of beats that he does not read",
    (role) => {
      const only = [role === "broken" ? "journal-broken" : role];
      expect(namesOf(watched({ lagEntries: 0, readAgoMs: 9_500, role, storedAgoMs: 9_500 }))).toEqual(only);
      expect(namesOf(watched({ lagEntries: 7, readAgoMs: 9_500, role, storedAgoMs: 9_500 }))).toEqual(only);
    },
  );

  it.each(["link-lost", "store-refuses", "journal-stalled"] as const)(
    "R5 one cause, one alarm: %s explains that no beat is read and that reports wait",
    (cause) => {
      const others = [raised(cause), raised("report-unsent")];
      expect(namesOf(watched({ lagEntries: 0, others, readAgoMs: 9_500, storedAgoMs: 9_500 }))).toEqual([
        cause,
      ]);
    },
  );

  it("BACKBEAT-REQ-001 the pulse is not blamed before it is known that the journal takes entries", () => {
    const silence = { lagEntries: 0, readAgoMs: 9_500, storedAgoMs: 9_500 };
    expect(namesOf(watched({ ...silence, mayBlamePulse: false }))).toEqual([]);
    expect(readinessOf(watched({ ...silence, mayBlamePulse: false })).ready).toBe(false);
    expect(namesOf(watched({ ...silence, mayBlamePulse: true }))).toEqual(["no-beat"]);
  });
});
