import { describe, expect, it } from "vitest";
import { errorOf, sdkHouse } from "../../test/support/sdk-house.ts";
import type { StatusClaim } from "../contracts/status-claim.ts";
import { BackbeatError } from "../errors.ts";
import { STANDING_CLAIMS_MAX } from "./standing-claim.ts";
import type { Task } from "./task.ts";
import { settled } from "./testing/fake-clock.ts";

/** A promise and what ends it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const shown = (claims: readonly StatusClaim[]) =>
  claims.map(({ beat_index, progress, state, task_id }) =>
    [beat_index, state, task_id, progress].filter((part) => part !== undefined).join(" "),
  );

describe("BACKBEAT-REQ-042 S2 Agent.withBeatBudget", () => {
  it("gives what the work comes to, and leaves no timer", async () => {
    const house = sdkHouse();
    await house.publish(1);
    expect(await house.agent.withBeatBudget(3, () => 42)).toBe(42);
    expect(await house.agent.withBeatBudget(3, async (signal) => signal.aborted)).toBe(false);
    await expect(house.agent.withBeatBudget(3, () => Promise.reject(new Error("mine")))).rejects.toThrow(
      "mine",
    );
    await house.agent.stop();
    expect(house.clock.pending).toBe(0);
  });

  it("is spent after so many beat lengths from where it began, and rejects also where the work goes on", async () => {
    const house = sdkHouse();
    await house.publish(1);
    await house.clock.run(400);
    let reason: unknown;
    const error = errorOf(
      house.agent.withBeatBudget(2, (signal) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
        });
        return new Promise(() => undefined);
      }),
    );
    await house.clock.run(600);
    await house.publish(2);
    await house.clock.run(1_000);
    await house.publish(3);
    await house.clock.run(399);
    expect(reason).toBeUndefined();
    await house.clock.run(1);
    expect(reason).toMatchObject({ code: "budget-spent", data: { beats: 2 } });
    expect((await error).code).toBe("budget-spent");
  });

  it("follows the tempo, from the frame on that has another", async () => {
    const house = sdkHouse();
    await house.play(7, 8);
    let isSpent = false;
    void house.agent
      .withBeatBudget(4, () => new Promise(() => undefined))
      .catch(() => {
        isSpent = true;
      });
    // Beat 9 begins now, and lasts half as long.
    await house.publish(9, { beatDurationMs: 500 });
    for (let beat = 10; beat <= 12; beat += 1) {
      await house.clock.run(500);
      await house.publish(beat, { beatDurationMs: 500 });
    }
    await house.clock.run(499);
    expect(isSpent).toBe(false);
    await house.clock.run(1);
    expect(isSpent).toBe(true);
  });

  it("goes on without a pulse, and begins to count when there is a first beat", async () => {
    const house = sdkHouse();
    let isSpent = false;
    void house.agent
      .withBeatBudget(2, () => new Promise(() => undefined))
      .catch(() => {
        isSpent = true;
      });
    await house.clock.run(60_000);
    expect(isSpent).toBe(false);
    await house.publish(1);
    await house.clock.run(1_999);
    expect(isSpent).toBe(false);
    await house.clock.run(1);
    expect(isSpent).toBe(true);
  });

  it("refuses what is no budget, and ends with the agent", async () => {
    const house = sdkHouse();
    for (const beats of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect((await errorOf(house.agent.withBeatBudget(beats, () => 1))).code).toBe("bad-config");
    const work = errorOf(house.agent.withBeatBudget(2, () => new Promise(() => undefined)));
    await house.agent.stop();
    expect((await work).code).toBe("stopped");
  });
});

describe("BACKBEAT-REQ-041 Agent.task", () => {
  it("claims executing at once and on each beat, how far it is, and its end", async () => {
    const house = sdkHouse();
    await house.publish(1);
    const end = deferred<string>();
    let task: Task | undefined;
    const result = house.agent.task("build", (given) => {
      task = given;
      return end.promise;
    });
    await house.clock.run(1_000);
    task?.progress(0.5, { notes: "half" });
    await house.publish(2);
    await house.clock.run(900);
    task?.enter("reviewing");
    end.resolve("done");
    expect(await result).toBe("done");
    await house.clock.run(100);
    await house.publish(3);
    expect(shown(house.claims)).toEqual([
      "1 executing build",
      "2 executing build 0.5",
      "2 reviewing build 0.5",
      "2 completed build 1",
    ]);
    expect(house.claims.at(-1)).toMatchObject({ notes: "half", beats_left: 0 });
  });

  it("has failed when its work throws, with a stable name of what went wrong and not its words", async () => {
    const house = sdkHouse();
    await house.publish(1);
    const failing = house.agent.task("t", () => {
      throw new TypeError("password is 1234");
    });
    await expect(failing).rejects.toThrow("password");
    await settled();
    expect(house.claims.at(-1)).toMatchObject({ state: "failed", metadata: { error_code: "TypeError" } });
    expect(JSON.stringify(house.claims)).not.toContain("1234");
    await errorOf(
      house.agent.task("t", () => Promise.reject(undefined)).catch(() => Promise.reject(new Error("x"))),
    );
    await settled();
    expect(house.claims.at(-1)?.metadata).toEqual({ error_code: "error" });
  });

  it("has a budget where one is given, and fails for it", async () => {
    const house = sdkHouse();
    await house.publish(1);
    let signal: AbortSignal | undefined;
    const error = errorOf(
      house.agent.task(
        "t",
        (task) => {
          signal = task.signal;
          return new Promise(() => undefined);
        },
        { budgetBeats: 1 },
      ),
    );
    await house.clock.run(1_000);
    expect((await error).code).toBe("budget-spent");
    expect(signal?.aborted).toBe(true);
    await settled();
    expect(house.claims.at(-1)).toMatchObject({ state: "failed", metadata: { error_code: "budget-spent" } });
  });

  it("tells a stopped agent's tasks to stop, and delivers how they ended before it is stopped", async () => {
    const house = sdkHouse();
    await house.publish(1);
    const task = errorOf(
      house.agent.task(
        "t",
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      ),
    );
    await settled();
    await house.agent.stop();
    expect((await task).code).toBe("stopped");
    expect(shown(house.claims)).toEqual(["1 executing t", "1 failed t"]);
    expect((await errorOf(house.agent.task("u", () => 1))).code).toBe("stopped");
  });

  it("begins no more of them than anybody ends", async () => {
    const house = sdkHouse();
    for (let at = 0; at < STANDING_CLAIMS_MAX; at += 1)
      void house.agent.task(`t${at}`, () => new Promise(() => undefined));
    expect((await errorOf(house.agent.task("one-more", () => 1))).code).toBe("too-many-tasks");
    expect((await errorOf(house.agent.waitFor(["a"], Promise.resolve()))).code).toBe("too-many-tasks");
  });
});

describe("BACKBEAT-REQ-041 Agent.waitFor and Agent.help", () => {
  it("is blocked by others on each beat until what it waits for has come", async () => {
    const house = sdkHouse();
    await house.publish(1);
    const until = deferred<number>();
    const waiting = house.agent.waitFor(["ci:a", "ci:b"], until.promise);
    await house.clock.run(1_000);
    await house.publish(2);
    until.resolve(7);
    expect(await waiting).toBe(7);
    await house.clock.run(1_000);
    await house.publish(3);
    expect(shown(house.claims)).toEqual(["1 blocked", "2 blocked", "2 idle"]);
    expect(house.claims[0]?.dependencies).toEqual(["ci:a", "ci:b"]);
  });

  it("within a task it is the task that waits, and goes on afterwards", async () => {
    const house = sdkHouse();
    await house.publish(1);
    const until = deferred<void>();
    const end = deferred<void>();
    const task = house.agent.task("deploy", async (own) => {
      await own.waitFor(["ci:a"], until.promise).catch(() => undefined);
      await end.promise;
    });
    await settled();
    until.reject(new Error("never mind"));
    await settled();
    end.resolve();
    await task;
    expect(shown(house.claims)).toEqual([
      "1 executing deploy",
      "1 blocked deploy",
      "1 executing deploy",
      "1 completed deploy 1",
    ]);
    expect(house.claims[1]?.dependencies).toEqual(["ci:a"]);
    expect(house.claims[3]).not.toHaveProperty("dependencies");
  });

  it("does not outlive the agent, and neither does a task that waits", async () => {
    const house = sdkHouse();
    await house.publish(1);
    const never = new Promise(() => undefined);
    const waiting = errorOf(house.agent.waitFor(["ci:a"], never));
    const task = errorOf(house.agent.task("t", (own) => own.waitFor(["ci:a"], never)));
    await settled();
    await house.agent.stop();
    expect([(await waiting).code, (await task).code]).toEqual(["stopped", "stopped"]);
    expect(house.claims.at(-1)).toMatchObject({ state: "failed", task_id: "t" });
  });

  it("may have as many budgets at once as anybody likes, without a warning", async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => warnings.push(name);
    process.on("warning", onWarning);
    const house = sdkHouse();
    await house.publish(1);
    const budgets = Array.from({ length: 50 }, () => house.agent.withBeatBudget(1, () => 1));
    await Promise.all(budgets);
    await settled();
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });

  it("promises help and fulfils it, or fails", async () => {
    const house = sdkHouse();
    await house.publish(1);
    await house.agent.help("ci:a", () => undefined);
    await errorOf(
      house.agent.help("ci:b", () => Promise.reject(new BackbeatError("no-beat", "x")), { taskId: "p" }),
    );
    await settled();
    expect(shown(house.claims)).toEqual([
      "1 helping help:ci:a",
      "1 helping help:ci:a 1",
      "1 helping p",
      "1 failed p",
    ]);
    expect(house.claims.map(({ dependencies }) => dependencies?.[0])).toEqual([
      "ci:a",
      "ci:a",
      "ci:b",
      "ci:b",
    ]);
  });
});

describe("BACKBEAT-REQ-040 Agent.beats", () => {
  it("is a loop over beats that ends with the agent", async () => {
    const house = sdkHouse();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { index } of house.agent.beats()) seen.push(index);
    })();
    await house.play(1, 3);
    await house.agent.stop();
    await loop;
    expect(seen).toEqual([1, 2, 3]);
  });

  it("tells a slow loop the newest beat and how many it missed", async () => {
    const house = sdkHouse();
    const beats = house.agent.beats();
    await house.play(1, 4);
    expect((await beats.next()).value).toMatchObject({ index: 4, missed: 3 });
    const next = beats.next();
    await house.publish(5);
    expect((await next).value).toMatchObject({ index: 5, missed: 0 });
    await beats.return?.();
    expect(await beats.next()).toEqual({ value: undefined, done: true });
  });
});

describe("BACKBEAT-REQ-003 S1 Agent.health and the words for now", () => {
  it("says where the beat is, and that it is counted without a pulse", async () => {
    const house = sdkHouse();
    expect(house.agent.health.state).toBe("waiting");
    expect([house.agent.currentBeat(), house.agent.currentWindow(), house.agent.currentTempo()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await house.play(1, 2);
    expect(house.agent.health).toMatchObject({ state: "in-time", connected: true, unheardBeats: 1 });
    const window = house.agent.currentWindow() ?? "";
    expect([house.agent.isInWindow(window.toUpperCase()), house.agent.isInWindow("other")]).toEqual([
      true,
      false,
    ]);
    expect(house.agent.currentTempo()).toBe(60);
    await house.clock.run(2_100);
    expect(house.agent.currentBeat()).toBe(5);
    expect(house.agent.health).toMatchObject({ state: "degraded", unheardBeats: 3 });
    expect(house.beats.map(({ degraded }) => degraded)).toEqual([false, false, false, false, true]);
    await house.agent.stop();
    expect(house.agent.health.state).toBe("stopped");
  });

  it("says by how much a frame came later than it was expected", async () => {
    const house = sdkHouse();
    await house.publish(1);
    expect(house.agent.tempoDriftMs()).toBeUndefined();
    await house.clock.run(1_030);
    await house.publish(2);
    expect(house.agent.tempoDriftMs()).toBe(30);
    await house.clock.run(970);
    await house.publish(3);
    expect(house.agent.tempoDriftMs()).toBe(0);
  });
});
