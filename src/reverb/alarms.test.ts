import { describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { alarmsOf, type Watched } from "./alarms.ts";
import type { JournalStatus } from "./view.ts";

/** Ten beats after the newest frame that was read. */
function watched(role: JournalStatus["role"]): Watched {
  const newest = { index: 5, beatDurationMs: 1_000, timeMs: 0 };
  return {
    settings: { subjects: { beat: "c.beat" } },
    ports: { clock: new FakeClock(), bus: { connected: true } },
    mode: {
      aggregator: { newest },
      newestFrameAtMs: new FakeClock().monotonicMs() - 10_000,
      journal: { role, lagEntries: 0 },
      alarms: () => [{ name: "journal-broken", text: "it was deleted", sinceMonotonicMs: 0 }],
      readiness: () => ({ ready: false, reason: "it was deleted" }),
    },
  } as unknown as Watched;
}

describe("alarmsOf", () => {
  it("R1 who cannot read the journal does not say that there is no beat: one cause, one alarm", () => {
    const names = (role: JournalStatus["role"]) => alarmsOf(watched(role)).map(({ name }) => name);
    expect(names("committing")).toEqual(["journal-broken", "no-beat"]);
    expect(names("broken")).toEqual(["journal-broken"]);
    expect(names("standing-by")).toEqual(["journal-broken"]);
  });
});
