/** A pulse view from plain values, for tests of what is built on a view. */
import { windowIdOf } from "../../src/contracts/window-id.ts";
import type {
  PulseCompany,
  PulseDrift,
  PulseReadiness,
  PulseStatus,
  PulseView,
} from "../../src/pulse/view.ts";

/** Every member may be replaced, also later: the view reads them when asked. */
export interface FakePulse {
  readiness: PulseReadiness;
  status: PulseStatus;
  drift: PulseDrift;
  company: PulseCompany | undefined;
}

const NOW_MS = Date.UTC(2030, 0, 2, 3, 4, 5, 678);

/** A pulse at beat 18 of a timeline with bars of 8 beats. */
export function fakePulse(): FakePulse {
  return {
    readiness: { ready: true },
    status: {
      clusterId: "test",
      nodeId: "node-1",
      boot: "boot-1",
      version: "1.2.3",
      epoch: 1,
      currentBeat: 18,
      windowId: windowIdOf("test", 17),
      barFrom: 17,
      tempoBpm: 60,
      barLength: 8,
      nextBeat: 19,
      nextBeatDueMs: NOW_MS + 400,
      natsConnected: true,
      uptimeSeconds: 18.25,
      nowMs: NOW_MS,
      expectedAgents: 3,
      totals: { published: 15, skipped: 2, unsent: 1, unstored: 0, answered: 4 },
      alarms: [{ name: "duplicate-node-id", text: "Another has our id" }],
    },
    company: undefined,
    drift: { beats: 15, lastLateMs: 0.25, meanLateMs: 0.5, maxLateMs: 3 },
  };
}

export function fakePulseView(fake: FakePulse): PulseView {
  return {
    status: () => fake.status,
    ready: () => fake.readiness,
    drift: () => fake.drift,
    company: () => fake.company,
    alarms: () => fake.status.alarms,
  };
}
