import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BeatFrame, createDecoder, Refusal, subjectsOf, windowIdOf } from "../../src/contracts/index.ts";
import { type Pulse, runPulse } from "../../src/pulse/pulse.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { TimelineFile } from "../../src/runtime/timeline-file.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { connectBus } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

const TEMPO_BPM = 300;
const BEAT_MS = 200;
const SUBJECTS = subjectsOf(CLUSTER);

interface Heard {
  readonly frame: BeatFrame;
  readonly atWallMs: number;
}

describe("BACKBEAT-REQ-002 runPulse on a real server, with a real clock and disk", () => {
  const clock = new SystemClock();
  const heard: Heard[] = [];
  let server: TestServer;
  let directory: string;
  let bus: Awaited<ReturnType<typeof connectBus>>;
  let peer: Awaited<ReturnType<typeof connectBus>>;
  let pulse: Pulse;

  const start = (): Pulse =>
    runPulse(
      {
        clusterId: CLUSTER,
        nodeId: "node-1",
        version: "0.0.0",
        tempoBpm: TEMPO_BPM,
        barLength: 4,
        subjects: SUBJECTS,
      },
      {
        clock,
        bus,
        log: silentLog,
        metrics: { observe: () => undefined },
        timelineStore: new TimelineFile(directory, CLUSTER),
      },
    );
  const hearMore = (frames: number): Promise<unknown> => {
    const wanted = heard.length + frames;
    return waitFor(`${frames} more beats`, () => heard.length >= wanted);
  };
  const lastIndex = (): number => heard.at(-1)?.frame.beat_index ?? 0;

  beforeEach(async () => {
    heard.length = 0;
    server = await startTestServer();
    directory = mkdtempSync(join(tmpdir(), "backbeat-pulse-"));
    [bus, peer] = await Promise.all([connectBus(server.url, "pulse"), connectBus(server.url, "peer")]);
    const decoder = createDecoder({ mode: "strict" });
    peer.subscribe(SUBJECTS.beat, ({ data }) => {
      const frame = decoder.frame(data);
      if (frame instanceof Refusal) throw new Error(frame.text);
      heard.push({ frame, atWallMs: clock.wallMs() });
    });
    await peer.flush();
    pulse = start();
  });

  afterEach(async () => {
    await pulse.stop();
    await Promise.all([bus.close(), peer.close()]);
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("publishes valid frames with rising indexes, none early, and answers with the newest", async () => {
    await hearMore(9);
    expect(peer.handlerFailures).toBe(0);
    for (const [place, { frame, atWallMs }] of heard.entries()) {
      expect(frame.beat_index).toBeGreaterThan(heard[place - 1]?.frame.beat_index ?? 0);
      expect(frame.window_id).toBe(windowIdOf(CLUSTER, frame.metadata?.bar_from as number));
      const dueWallMs = Date.parse(frame.deadline_at) - BEAT_MS;
      // A deadline is written in whole milliseconds.
      expect(atWallMs).toBeGreaterThan(dueWallMs - 1);
    }
    const newestBefore = lastIndex();
    const answer = await peer.request(SUBJECTS.now, new Uint8Array(), DEADLINE_MS);
    const answered = createDecoder({ mode: "strict" }).frame(answer!.data) as BeatFrame;
    expect(answered.beat_index).toBeGreaterThanOrEqual(newestBefore);
    await waitFor("the pulse to be ready", () => pulse.view.ready().ready);
  });

  it("goes on above its last index after a restart of the pulse and of the server", async () => {
    await hearMore(2);
    await pulse.stop();
    await peer.flush();
    const [stoppedAt, before] = [lastIndex(), heard.length];
    pulse = start();
    await hearMore(2);
    expect(heard.slice(before).filter(({ frame }) => frame.beat_index <= stoppedAt)).toEqual([]);

    await server.kill("SIGKILL");
    await waitFor("the loss to be seen", () => !bus.connected);
    await waitFor("a beat without a link", () => pulse.view.status().totals.unsent > 0);
    await server.restart();
    await hearMore(2);
    const indexes = heard.map(({ frame }) => frame.beat_index);
    expect(new Set(indexes).size).toBe(indexes.length);
    expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
    expect(new Set(heard.map(({ frame }) => frame.metadata?.epoch)).size).toBe(1);
  });
});
