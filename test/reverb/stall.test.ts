import { describe, expect, it } from "vitest";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Two beats are five seconds: a stall is told then, and a missing beat only after three. */
const BEAT_MS = 2_500;

describe.concurrent("a journal that does not answer", () => {
  it("R5 is told by /ready and as an alarm, and is over when it answers again", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const replica = await house.start();
    await untilCommitting(replica);
    const { reverb } = replica;
    let newest = 0;
    const beat = async (count: number) => {
      await house.beats(newest + 1, newest + count, { beatDurationMs: BEAT_MS });
      newest += count;
    };
    // Another beat where the machine was so busy that the last one is long ago.
    const untilReady = () =>
      waitFor("to be ready", async () => {
        if (reverb.view.ready().ready) return true;
        await beat(1);
        return false;
      });
    await beat(6);
    await waitFor("the first report", () => house.wire.length > 0);
    await untilReady();
    await server.kill("SIGSTOP");
    await waitFor("the stall to be told", () => {
      const { ready, reason = "" } = reverb.view.ready();
      return !ready && /the journal does not answer|NATS is not connected/.test(reason);
    });
    const names = reverb.view.status().alarms.map(({ name }) => name);
    expect(names.some((name) => name === "journal-stalled" || name === "link-lost")).toBe(true);
    await server.kill("SIGCONT");
    await waitFor("the link", () => house.peer.connected);
    const before = house.wire.length;
    await beat(4);
    await waitFor("the next report", () => house.wire.length > before);
    await untilReady();
    expect(reverb.view.status().alarms).toEqual([]);
  });

  it("R7 replicas with other limits, or another way of reading, are stopped with the differences named", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    await untilCommitting(await house.start());
    const other = await house.start({
      nodeId: "node-2",
      settings: { readingMode: "strict", limits: { agentsPerWindow: 7 }, rotationRequired: true },
    });
    await expect(other.reverb.failed).rejects.toMatchObject({
      code: "profile-differs",
      message: expect.stringMatching(
        /--require-rotation is on here and off .*--strict is on here and off .*--agents-per-window-max is 7 here and 100000/,
      ),
    });
  });
});
