/** The HTTP APIs over a real reverb and a real pulse: what they show keeps to the documents, too. */
import { describe, expect, it } from "vitest";
import { createPulseApi } from "../../src/http/pulse-api.ts";
import { createReverbApi } from "../../src/http/reverb-api.ts";
import { runReverb } from "../../src/reverb/reverb.ts";
import type { ReverbView } from "../../src/reverb/view.ts";
import { fakeBroker } from "../../src/sdk/testing/fake-bus.ts";
import { FakeClock } from "../../src/sdk/testing/fake-clock.ts";
import { type Asking, asking } from "../support/http-api.ts";
import { CLUSTER, claimBody, frameBody } from "../support/messages.ts";
import { judgeOf, type OpenApiDocument } from "../support/openapi.ts";
import { PulseHouse, SUBJECTS } from "../support/pulse-house.ts";
import { silentLog } from "../support/recording-log.ts";

const options = { log: silentLog, metricsText: async () => "" };
const BEATS_PER_BAR = 8;

/** Two bars and a half with claims of every kind. */
async function reverbAfterBeats(): Promise<ReverbView> {
  const broker = fakeBroker();
  const clock = new FakeClock();
  const peer = broker.connect();
  const { view } = runReverb(
    { clusterId: CLUSTER, nodeId: "node-1", version: "1.2.3", subjects: SUBJECTS, barLength: BEATS_PER_BAR },
    { bus: broker.connect(), clock, log: silentLog, metrics: { observe: () => undefined } },
  );
  for (let beat = 1; beat <= 20; beat += 1) {
    peer.publish(SUBJECTS.beat, frameBody(beat));
    peer.publish(SUBJECTS.status, claimBody("worker:1", beat, { task_id: "t:1", progress: beat / 20 }));
    if (beat % 2 === 0)
      peer.publish(
        SUBJECTS.status,
        claimBody("worker:2", beat, { state: "blocked", dependencies: ["worker:3"] }),
      );
    if (beat % 3 === 0)
      peer.publish(
        SUBJECTS.status,
        claimBody("worker:3", beat, { state: "blocked", dependencies: ["worker:2"] }),
      );
    peer.publish(SUBJECTS.status, new TextEncoder().encode("garbage"));
    await clock.run(1_000);
  }
  return view;
}

/** Asks each path, and what its lists name; returns what the document forbids. */
async function faultsOf(api: Asking): Promise<readonly string[]> {
  const document = (await api.get("/openapi.json")).body as OpenApiDocument;
  const judge = judgeOf(document);
  const idsOf = async (path: string) => {
    const listed = JSON.stringify((await api.get(path)).body);
    return new Set([...listed.matchAll(/"(?:window_id|agent_id)":"([^"]+)"/g)].map(([, id = ""]) => id));
  };
  const faults: string[] = [];
  for (const declared of Object.keys(document.paths)) {
    // Its answer has no end.
    if (declared === "/api/v1/events") continue;
    const [list = declared, value] = declared.split("/{");
    const asked = value === undefined ? [declared] : [...(await idsOf(list))].map((id) => `${list}/${id}`);
    expect(asked.length, declared).toBeGreaterThan(0);
    for (const path of asked) faults.push(...judge(declared, await api.get(path)));
  }
  return faults;
}

describe("HTTP over real services", () => {
  it("BACKBEAT-REQ-020 createReverbApi shows a running reverb as declared", async () => {
    const api = asking(createReverbApi(await reverbAfterBeats(), options));
    expect(await faultsOf(api)).toEqual([]);
    const { body } = await api.get("/api/v1/windows");
    expect(body).toMatchObject({
      total_count: 3,
      windows: [
        { open: true, from_beat: 17, agents_reporting: 3, state_counts: null, issues_count: null },
        {
          ...{ open: false, from_beat: 9, to_beat: 16, agents_reporting: 3 },
          ...{
            state_counts: { executing: 8, blocked: 7 },
            completed_tasks: 0,
            failed_tasks: 0,
            issues_count: 3,
          },
        },
        { open: false, from_beat: 1, to_beat: 8, agents_reporting: 3 },
      ],
    });
    expect((await api.get("/api/v1/agents?state=blocked")).body).toMatchObject({ total_count: 2 });
  });

  it("BACKBEAT-REQ-020 createReverbApi shows a reverb that has heard nothing as declared", async () => {
    const bus = fakeBroker().connect({ connected: false });
    const { view } = runReverb(
      {
        clusterId: CLUSTER,
        nodeId: "node-1",
        version: "1.2.3",
        subjects: SUBJECTS,
        barLength: BEATS_PER_BAR,
      },
      { bus, clock: new FakeClock(), log: silentLog, metrics: { observe: () => undefined } },
    );
    const api = asking(createReverbApi(view, options));
    const judge = judgeOf((await api.get("/openapi.json")).body as OpenApiDocument);
    for (const path of ["/health", "/ready", "/api/v1/status", "/api/v1/windows", "/api/v1/agents"])
      expect(judge(path, await api.get(path))).toEqual([]);
    expect((await api.get("/ready")).status).toBe(503);
  });

  it("BACKBEAT-REQ-002 createPulseApi shows a running pulse as declared", async () => {
    const house = new PulseHouse();
    const { view } = house.start();
    const api = asking(createPulseApi(view, options));
    expect(await faultsOf(api)).toEqual([]);
    await house.clock.run(10_500);
    expect(await faultsOf(api)).toEqual([]);
    expect((await api.get("/api/v1/status")).body).toMatchObject({ current_beat: expect.any(Number) });
  });
});
