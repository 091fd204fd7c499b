/** The real programs: a copied data directory, and rolling restarts with fixed node ids. */
import { describe, expect, it } from "vitest";
import { repeated, type Service, ServiceFleet } from "../support/service-fleet.ts";
import { waitFor } from "../support/wait-for.ts";

const ALARM = "duplicate-node-id";

/** Slow enough that a busy machine is seldom late by a place in the row. */
const SLOW = { tempo: 60 };

/** Three of its beats are longer than anybody needs to stop a process. */
const SLOWER = { tempo: 20 };

/**
 * Two that know nothing of each other publish each beat twice. On a busy machine a frame may leave so late that it
 * crosses the next one's; in virtual time (test/pulse/) no beat leaves twice.
 */
const TWICE_SHARE_MAX = 1 / 4;

function expectFewTwice({ frames }: ServiceFleet): void {
  const twice = repeated(frames.map(({ beat_index }) => beat_index)).length;
  expect(twice / frames.length).toBeLessThanOrEqual(TWICE_SHARE_MAX);
}

const alarmsIn = (body: Readonly<Record<string, unknown>>) =>
  (body.alarms as { readonly name: string; readonly text: string }[]).filter(({ name }) => name === ALARM);

const isReady = async (service: Service) => (await service.ask("/ready")).status === 200;

/** The lines of a service that speak of a duplicate. */
const linesOf = ({ program }: Service) =>
  program
    .stderr()
    .split("\n")
    .filter((line) => line.includes("node id") || line.includes(ALARM));

describe.concurrent("BACKBEAT-REQ-001 a copied data directory, with the real programs", () => {
  it("the later pulse ends with 75, the other names it, and no beat is published twice", async () => {
    await using fleet = await ServiceFleet.open();
    const first = fleet.pulse({ dir: "a", ...SLOW });
    await waitFor("the pulse to be ready", () => isReady(first));
    await fleet.moreBeats(2);
    fleet.copy("a", "b");
    const copy = fleet.pulse({ dir: "b", ...SLOW });
    const { end, stderr } = await copy.program.ended;
    expect(end).toBe(75);
    expect(stderr).toMatch(
      /"level":"error".*Cannot go on with node id node-[0-9a-f]{8}: another pulse .*remove the file node-id/,
    );
    await fleet.moreBeats(5);
    await waitFor("the end of the alarm", () => linesOf(first).some((line) => line.includes("is over")));
    expect(linesOf(first)).toEqual([
      expect.stringMatching(/"level":"warn".*boot id [0-9a-f-]{36}\) and began later/),
      expect.stringMatching(/"level":"info".*is over/),
    ]);
    expectFewTwice(fleet);
    const { body } = await first.ask("/api/v1/status");
    expect(alarmsIn(body)).toEqual([]);
    expect(stderr).toContain(`boot id ${body.boot_id}) began before`);
    expect(linesOf(first)[0]).not.toContain(String(body.boot_id));
    first.program.kill("SIGTERM");
    expect((await first.program.ended).end).toBe(0);
  });

  it("the later reverb ends with 75, and no report comes twice", async () => {
    await using fleet = await ServiceFleet.open();
    fleet.pulse({ dir: "p" });
    const first = fleet.reverb({ dir: "a" });
    await fleet.moreReports(1);
    fleet.copy("a", "b");
    const { end, stderr } = await fleet.reverb({ dir: "b" }).program.ended;
    expect(end).toBe(75);
    expect(stderr).toMatch(/"level":"error".*another reverb .*was heard for 3 bars.*remove the file node-id/);
    const line = await waitFor("the alarm in the log", () => linesOf(first)[0]);
    expect(line).toMatch(/"level":"warn".*began later/);
    await fleet.moreReports(2);
    expect(repeated(fleet.reports.map(({ window_id }) => window_id))).toEqual([]);
    expect((await first.ask("/ready")).status).toBe(200);
  });
});

describe.concurrent("BACKBEAT-REQ-001 a rolling restart with fixed node ids, with the real programs", () => {
  it("of three pulses and two reverbs: nobody ends for its predecessor, beats go on, no report comes twice", async () => {
    await using fleet = await ServiceFleet.open();
    const startOf = {
      p1: () => fleet.pulse({ dir: "p1", args: ["--node", "p1"] }),
      p2: () => fleet.pulse({ dir: "p2", args: ["--node", "p2"] }),
      p3: () => fleet.pulse({ dir: "p3", args: ["--node", "p3"] }),
      r1: () => fleet.reverb({ dir: "r1", args: ["--node", "r1"] }),
      r2: () => fleet.reverb({ dir: "r2", args: ["--node", "r2"] }),
    };
    const running = Object.entries(startOf).map(([node, start]) => ({ node, start, service: start() }));
    for (const { service } of running) await waitFor("all to be ready", () => isReady(service));
    await fleet.moreReports(1);
    const successors: Service[] = [];
    for (const [at, { service, start }] of running.entries()) {
      service.program.kill(at % 2 === 0 ? "SIGTERM" : "SIGKILL");
      await service.program.ended;
      const successor = start();
      successors.push(successor);
      await waitFor("the successor to be ready", () => isReady(successor));
      // Longer than a duplicate would be borne.
      await fleet.moreBeats(5);
    }
    await fleet.moreReports(4);
    for (const service of successors) {
      expect(linesOf(service)).toEqual([]);
      expect(alarmsIn((await service.ask("/api/v1/status")).body)).toEqual([]);
    }
    for (const { program } of successors) program.kill("SIGTERM");
    const ends = await Promise.all(successors.map(({ program }) => program.ended));
    expect(ends.map(({ end }) => end)).toEqual(Array(successors.length).fill(0));
    expect(repeated(fleet.reports.map(({ window_id }) => window_id))).toEqual([]);
    expect(fleet.unreported).toEqual([]);
  });

  it("a successor that starts before its predecessor has ended goes on in its place", async () => {
    await using fleet = await ServiceFleet.open();
    const old = fleet.pulse({ dir: "a", args: ["--node", "a"], ...SLOWER });
    await waitFor("the pulse to be ready", () => isReady(old));
    await fleet.moreBeats(1);
    const fresh = fleet.pulse({ dir: "b", args: ["--node", "a"], ...SLOWER });
    await waitFor("the successor to be ready", () => isReady(fresh));
    old.program.kill("SIGTERM");
    expect((await old.program.ended).end).toBe(0);
    await fleet.moreBeats(4);
    expect(alarmsIn((await fresh.ask("/api/v1/status")).body)).toEqual([]);
    fresh.program.kill("SIGTERM");
    expect((await fresh.program.ended).end).toBe(0);
    expectFewTwice(fleet);
  });
});
