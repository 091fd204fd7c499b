import { describe, expect, it } from "vitest";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Two beats are five seconds: a stall is told then, and a missing beat only after three. */
const BEAT_MS = 2_500;
const TOLD_MAX_MS = 9_000;

describe("a journal that does not answer", () => {
  it("R5 is told by /ready and as an alarm, and is over when it answers again", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const replica = await house.start();
    await untilCommitting(replica);
    const { reverb } = replica;
    const frames = { beatDurationMs: BEAT_MS };
    await house.beats(1, 6, frames);
    await waitFor("the first report", () => house.wire.length === 1);
    expect(reverb.view.ready()).toEqual({ ready: true });
    await server.kill("SIGSTOP");
    const told = await waitFor(
      "the stall to be told",
      () => {
        const { ready, reason } = reverb.view.ready();
        return !ready && reason;
      },
      TOLD_MAX_MS,
    );
    expect(told).toMatch(/the journal does not answer|NATS is not connected/);
    const names = reverb.view.status().alarms.map(({ name }) => name);
    expect(names.some((name) => name === "journal-stalled" || name === "link-lost")).toBe(true);
    await server.kill("SIGCONT");
    await waitFor("the link", () => house.peer.connected);
    await house.beats(7, 10, frames);
    await waitFor("the next report", () => house.wire.length === 2);
    await waitFor("to be ready again", () => reverb.view.ready().ready);
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
