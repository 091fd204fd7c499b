import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createDecoder, Refusal, subjectsOf } from "../../src/contracts/index.ts";
import { compiledSource } from "../support/compiled.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const LIVES = 12;
const BEAT_MS = 60;
const PRIME = 7;

/** A pulse at 1000 BPM in a process of its own, on a timeline file. */
function pulseScript(port: number, directory: string): string {
  const from = (path: string): string => JSON.stringify(compiledSource(path));
  return `
    import { NatsBus } from ${from("nats/bus.js")};
    import { subjectsOf } from ${from("contracts/index.js")};
    import { runPulse } from ${from("pulse/pulse.js")};
    import { SystemClock } from ${from("runtime/clock.js")};
    import { TimelineFile } from ${from("runtime/timeline-file.js")};
    const say = () => undefined;
    const log = { debug: say, info: say, warn: say, error: say };
    const bus = new NatsBus({ servers: [{ host: "127.0.0.1", port: ${port}, tls: false }], name: "pulse" }, log);
    runPulse(
      {
        clusterId: "${CLUSTER}", nodeId: "node-1", version: "0.0.0",
        tempoBpm: 1000, barLength: 4, subjects: subjectsOf("${CLUSTER}"),
      },
      {
        bus, log, clock: new SystemClock(), metrics: { observe: say },
        timelineStore: new TimelineFile(${JSON.stringify(directory)}, "${CLUSTER}"),
      },
    );`;
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}

describe("BACKBEAT-REQ-001 runPulse under SIGKILL", () => {
  it("invariant P1: uses no index twice, and keeps its epoch, however often it is killed", async () => {
    await using server = await startTestServer();
    const directory = mkdtempSync(join(tmpdir(), "backbeat-crash-"));
    const peer = await connectBus(server.url, "peer");
    const decoder = createDecoder({ mode: "strict" });
    const indexes: number[] = [];
    const epochs = new Set<unknown>();
    peer.subscribe(subjectsOf(CLUSTER).beat, ({ data }) => {
      const frame = decoder.frame(data);
      if (frame instanceof Refusal) throw new Error(frame.text);
      indexes.push(frame.beat_index);
      epochs.add(frame.metadata?.epoch);
    });
    await peer.flush();
    const script = pulseScript(server.port, directory);
    for (let life = 0; life < LIVES; life += 1) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
      const wanted = indexes.length + 2;
      try {
        await waitFor(`beats of life ${life}`, () => indexes.length >= wanted);
        // At another place of the beat in each life, so that stores and publishes are cut too.
        const killAt = performance.now() + ((life * PRIME) % BEAT_MS);
        await waitFor("the moment to kill", () => performance.now() >= killAt);
      } finally {
        await kill(child);
      }
    }
    await peer.close();
    rmSync(directory, { recursive: true, force: true });
    expect(peer.handlerFailures).toBe(0);
    expect(indexes.length).toBeGreaterThanOrEqual(2 * LIVES);
    for (const [place, index] of indexes.entries()) expect(index).toBeGreaterThan(indexes[place - 1] ?? 0);
    expect(epochs.size).toBe(1);
  });
});
