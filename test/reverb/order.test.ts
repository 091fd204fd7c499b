import { describe, expect, it } from "vitest";
import { effort } from "../support/effort.ts";
import { claimBody, frameBody } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus, startRealReverb, subjects } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const BARS = effort({ test: 1_000, soak: 10_000 });
const BAR = 2;

describe("order on one server", () => {
  it(`BACKBEAT-REQ-020 a claim that was flushed before the downbeat is in that bar's report, ${BARS} times`, async () => {
    await using server = await startTestServer();
    await using running = await startRealReverb(server.url, { barLength: BAR, graceMs: 0 });
    const [agents, pulse] = await Promise.all([
      connectBus(server.url, "agents"),
      connectBus(server.url, "pulse"),
    ]);
    const frame = (beat: number) => pulse.publish(subjects.beat, frameBody(beat, { barLength: BAR }));
    for (let bar = 0; bar < BARS; bar += 1) {
      const lastBeat = (bar + 1) * BAR;
      frame(lastBeat - 1);
      frame(lastBeat);
      // Another connection: the frames must be there before the claim, or it is held, and lands later all the same.
      await pulse.flush();
      agents.publish(subjects.status, claimBody("racer", lastBeat, { notes: String(bar) }));
      await agents.flush();
      // From here on the next downbeat races with what was flushed a moment ago.
    }
    frame(BARS * BAR + 1);
    frame(BARS * BAR + 2);
    await waitFor("all reports", () => running.reports.length >= BARS);
    const short = running.reports.filter((report) => report.agents_reporting !== 1);
    expect(short).toEqual([]);
    expect(running.reports.map((report) => report.from_beat)).toEqual(
      Array.from({ length: BARS }, (_, bar) => bar * BAR + 1),
    );
    expect(running.reverb.view.status().totals).toMatchObject({ claims: { counted: BARS, late: 0 } });
    await Promise.all([agents.close(), pulse.close()]);
  });
});
