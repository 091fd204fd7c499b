import { describe, expect, it } from "vitest";
import { CLUSTER, frameBody, STORED } from "../../../test/support/messages.ts";
import { silentLog } from "../../../test/support/recording-log.ts";
import type { StatusClaim } from "../../contracts/status-claim.ts";
import { subjectsOf } from "../../contracts/subjects.ts";
import { type FakeBus, fakeBroker } from "../../sdk/testing/fake-bus.ts";
import { FakeClock, settled } from "../../sdk/testing/fake-clock.ts";
import { watchBudget } from "./budget.ts";
import type { Ending } from "./ending.ts";
import type { SaidProgress } from "./progress.ts";
import { startReport } from "./report.ts";

const subjects = subjectsOf(CLUSTER);
const completed = { exitCode: 0, state: "completed", errorCode: undefined } as const;
const failed = { exitCode: 3, state: "failed", errorCode: 3 } as const;

/** A report on a command that a test leads by the hand. */
function house(
  options: { readonly connected?: boolean; readonly expectedMs?: number; readonly answer?: number } = {},
) {
  const clock = new FakeClock();
  const broker = fakeBroker();
  const bus: FakeBus = broker.connect({ connected: options.connected ?? true });
  const peer = broker.connect();
  const claims: StatusClaim[] = [];
  const lines: string[] = [];
  let said: SaidProgress | undefined;
  peer.subscribe(subjects.status, (message) => {
    claims.push(JSON.parse(new TextDecoder().decode(message.data)));
    message.respond(STORED);
  });
  const { answer } = options;
  if (answer !== undefined) peer.subscribe(subjects.now, (request) => request.respond(frameBody(answer)));
  const report = startReport(
    {
      clusterId: CLUSTER,
      agentId: "exec:here-1",
      taskId: "build",
      subjects,
      expectedMs: options.expectedMs,
      waitMs: 2_000,
    },
    {
      bus,
      clock,
      log: silentLog,
      linkFailure: () => "connection refused",
      said: () => said,
      say: (text) => lines.push(text),
    },
  );
  return {
    clock,
    broker,
    bus,
    claims,
    lines,
    report,
    print: (progress: number, note: string) => {
      said = { progress, note };
    },
    /** Ends the command; what is left to say is said. */
    async finish(ending: Ending) {
      const line = await report.finish(ending);
      if (line !== undefined) lines.push(line);
    },
    async beat(index: number) {
      peer.publish(subjects.beat, frameBody(index));
      await settled();
    },
  };
}

const statesOf = (claims: readonly StatusClaim[]) =>
  claims.map((claim) => `${claim.state} ${claim.beat_index}`);

describe("BACKBEAT-REQ-041 startReport", () => {
  it("claims executing at once, on each beat, and the end", async () => {
    const { beat, claims, clock, lines, print, finish } = house({ answer: 4 });
    await settled();
    await clock.run(1_000);
    print(0.5, "50%");
    await beat(5);
    await finish(completed);
    expect(statesOf(claims)).toEqual(["executing 4", "executing 5", "completed 5"]);
    expect(claims[0]).toMatchObject({ agent_id: "exec:here-1", task_id: "build" });
    expect(claims[0]).not.toHaveProperty("progress");
    expect(claims[1]).toMatchObject({ progress: 0.5, notes: "50%" });
    expect(claims[2]).toMatchObject({ progress: 1, notes: "50%" });
    expect(new Set(claims.map(({ hlc }) => hlc)).size).toBe(3);
    expect(lines).toEqual([]);
    await clock.run(0);
    expect(clock.pending).toBe(0);
  });

  it("claims begin and end of a command that was shorter than the way to the first beat", async () => {
    const { claims, lines, finish } = house({ answer: 4, expectedMs: 60_000 });
    await finish(failed);
    expect(statesOf(claims)).toEqual(["executing 4", "failed 4"]);
    expect(claims[0]).toMatchObject({ progress: 0, beats_left: 60 });
    expect(claims[1]?.metadata).toEqual({ error_code: 3, next_beat: Number.MAX_SAFE_INTEGER });
    expect(lines).toEqual([]);
  });

  it("waits a bounded time for a link, counted from the start, and says once that there was none", async () => {
    const { clock, lines, finish } = house({ connected: false });
    await clock.run(500);
    let finished = false;
    const finishing = finish(completed).then(() => {
      finished = true;
    });
    await clock.run(1_499);
    expect(finished).toBe(false);
    await clock.run(1);
    await finishing;
    expect(lines).toEqual(["build was not reported: connection refused"]);
  });

  it("does not wait at the end of a long command for what never came, and does not say it twice", async () => {
    const { clock, lines, finish } = house({ connected: false });
    await clock.run(60_000);
    expect(lines).toEqual(["build is not reported for now: connection refused; it runs on"]);
    const finishing = finish(completed);
    await clock.run(0);
    await finishing;
    expect(lines).toHaveLength(1);
  });

  it("says that there is no pulse", async () => {
    const { clock, lines, finish } = house();
    const finishing = finish(completed);
    await clock.run(2_000);
    await finishing;
    expect(lines).toEqual([
      "build was not reported: no beat of cluster test on backbeat.test.beat, and nobody answers on backbeat.test.now; is its pulse running?",
    ]);
  });

  it("begins when the link comes up late", async () => {
    const { beat, bus, claims, clock, lines, finish } = house({ connected: false });
    await clock.run(5_000);
    bus.restoreLink();
    await beat(9);
    await finish(completed);
    expect(statesOf(claims)).toEqual(["executing 9", "completed 9"]);
    expect(lines).toHaveLength(1);
  });

  it("claims the end when the link was lost and comes back in time", async () => {
    const { beat, bus, claims, clock, lines, finish } = house();
    await beat(3);
    bus.loseLink();
    const finishing = finish(completed);
    await clock.run(1_000);
    bus.restoreLink();
    await clock.run(100);
    await finishing;
    expect(statesOf(claims)).toEqual(["executing 3", "completed 3"]);
    expect(lines).toEqual([]);
  });

  it("says that the end was not reported when the link is lost for good", async () => {
    const { beat, bus, clock, lines, finish } = house();
    await beat(3);
    bus.loseLink();
    await clock.run(10_000);
    expect(lines).toEqual(["build is not reported for now: connection refused; it runs on"]);
    bus.restoreLink();
    await clock.run(1_050);
    bus.loseLink();
    const finishing = finish(completed);
    await clock.run(2_000);
    await finishing;
    expect(lines.slice(1)).toEqual(["the end of build was not reported: connection refused"]);
  });

  it("ends also when the server is silent", async () => {
    const { beat, broker, clock, lines, finish } = house();
    await beat(3);
    broker.freeze();
    const finishing = finish(completed);
    await clock.run(2_000);
    await finishing;
    expect(lines).toEqual(["the end of build was not reported: the server did not confirm within 2 s"]);
  });
});

describe("BACKBEAT-REQ-041 watchBudget", () => {
  it("asks a command to stop when its beats have begun, ends it ten seconds later, and says so once", async () => {
    const { beat, clock, report } = house();
    const happened: string[] = [];
    watchBudget(report.agent, {
      beats: 2,
      clock,
      kill: (signal) => happened.push(signal),
      over: () => happened.push("over"),
    });
    await beat(5);
    await clock.run(1_000);
    await beat(6);
    await clock.run(999);
    expect(happened).toEqual([]);
    await clock.run(1);
    await beat(7);
    expect(happened).toEqual(["over", "SIGTERM"]);
    await clock.run(9_999);
    expect(happened).toHaveLength(2);
    await clock.run(1);
    expect(happened).toEqual(["over", "SIGTERM", "SIGKILL"]);
  });
});
