import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { recordingLog } from "../../test/support/recording-log.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { BackbeatError } from "../errors.ts";
import { Lifecycle, type LifecycleOptions } from "./lifecycle.ts";

class FakeProcess extends EventEmitter {
  ppid = 1234;
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function started(options: Partial<LifecycleOptions> = {}) {
  const process = new FakeProcess();
  const log = recordingLog();
  const lifecycle = new Lifecycle({ log, process, ...options });
  return { process, log, lifecycle };
}

const forever = (): Promise<void> => new Promise(() => undefined);

describe("Lifecycle", () => {
  it.each(["SIGINT", "SIGTERM", "disconnect"])(
    "BACKBEAT-REQ-020 Lifecycle stops everything once on %s, the last started first, and ends with 0",
    async (event) => {
      const { process, log, lifecycle } = started();
      const stopped: string[] = [];
      lifecycle.onStop("bus", () => void stopped.push("bus"));
      lifecycle.onStop("reverb", async () => {
        await Promise.resolve();
        stopped.push("reverb");
      });
      expect(lifecycle.signal.aborted).toBe(false);
      process.emit(event);
      lifecycle.stop("asked again");
      expect(lifecycle.signal.aborted).toBe(true);
      expect(await lifecycle.finished).toBe(0);
      expect(stopped).toEqual(["reverb", "bus"]);
      expect(log.texts("info")).toHaveLength(1);
      expect(process.exits).toEqual([]);
      expect(process.eventNames()).toEqual([]);
    },
  );

  it("Lifecycle stops where its parent went away before it began to listen", async () => {
    const gone = Object.assign(new FakeProcess(), { connected: false });
    const { lifecycle } = started({ process: gone });
    expect(lifecycle.signal.aborted).toBe(true);
    let stopped = false;
    lifecycle.onStop("a part that starts all the same", () => {
      stopped = true;
    });
    expect(await lifecycle.finished).toBe(0);
    expect(stopped).toBe(true);
  });

  it("BACKBEAT-REQ-020 Lifecycle ends at once on a second signal", () => {
    const { process, lifecycle } = started();
    lifecycle.onStop("slow", forever);
    process.emit("SIGTERM");
    expect(process.exits).toEqual([]);
    process.emit("SIGINT");
    expect(process.exits).toEqual([130]);
    lifecycle.close();
  });

  it("BACKBEAT-REQ-020 Lifecycle names what hangs and ends with 1", async () => {
    const { process, log, lifecycle } = started({ stopLimitMs: 20 });
    lifecycle.onStop("bus", () => undefined);
    lifecycle.onStop("http", forever);
    lifecycle.onStop("reverb", () => undefined);
    process.emit("SIGTERM");
    await waitFor("the forced end", () => process.exits.length > 0);
    expect(process.exits).toEqual([1]);
    expect(log.texts("error")).toEqual([
      "Cannot stop in order: http did not stop within 0.02 s, bus after it; ending anyway",
    ]);
    lifecycle.close();
  });

  it("BACKBEAT-REQ-020 Lifecycle stops the rest when a part cannot be stopped, and ends with 1", async () => {
    const { log, lifecycle } = started();
    const stopped: string[] = [];
    lifecycle.onStop("bus", () => void stopped.push("bus"));
    lifecycle.onStop("http", () => Promise.reject(new Error("stuck")));
    lifecycle.stop("test");
    expect(await lifecycle.finished).toBe(1);
    expect(stopped).toEqual(["bus"]);
    expect(log.texts("error")).toEqual(["Cannot stop http in order: stuck"]);
  });

  it("BACKBEAT-REQ-020 Lifecycle stops in order and ends with 1 when a part fails", async () => {
    const { log, lifecycle } = started();
    const stopped: string[] = [];
    lifecycle.onStop("bus", () => void stopped.push("bus"));
    lifecycle.fail(new Error("lock lost"));
    expect(await lifecycle.finished).toBe(1);
    expect(stopped).toEqual(["bus"]);
    expect(log.texts("error")).toEqual(["lock lost"]);
  });

  it.each([
    ["duplicate-node-id", 75],
    ["profile-differs", 2],
    ["data-dir-locked", 1],
  ] as const)("BACKBEAT-REQ-020 Lifecycle ends for %s with %i", async (code, exitCode) => {
    const { lifecycle } = started();
    lifecycle.fail(new BackbeatError(code, "x"));
    expect(await lifecycle.finished).toBe(exitCode);
  });

  it("BACKBEAT-REQ-020 Lifecycle stops at once what is registered too late", async () => {
    const { lifecycle } = started();
    lifecycle.stop("test");
    await lifecycle.finished;
    const stopped: string[] = [];
    lifecycle.onStop("late", () => void stopped.push("late"));
    expect(stopped).toEqual(["late"]);
  });

  it.each(["uncaughtException", "unhandledRejection"])(
    "BACKBEAT-REQ-020 Lifecycle ends with one clear line on %s",
    (event) => {
      const { process, log, lifecycle } = started();
      process.emit(event, new Error("a bug"));
      expect(process.exits).toEqual([1]);
      expect(log.texts("error")).toEqual(["Unexpected error, ending: a bug"]);
      lifecycle.close();
    },
  );

  it("BACKBEAT-REQ-020 Lifecycle notices without a channel that the parent is gone, when told to", async () => {
    const { process, lifecycle } = started({ followParent: true });
    process.ppid = 1;
    expect(await lifecycle.finished).toBe(0);
  });
});
