/** What `sim` shows, as transcripts: test/transcripts/sim-*.txt. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { runSim, type Sim } from "../../src/cli/sim/run-sim.ts";
import { SimScreen } from "../../src/cli/sim/sim-screen.ts";
import { messageOf } from "../../src/errors.ts";
import type { FleetSettings } from "../../src/sim/fleet-settings.ts";
import { CLUSTER } from "../support/messages.ts";
import { Stage } from "../transcripts/stage.ts";
import { type Perform, retell, type Step } from "../transcripts/transcript.ts";

const FOLDER = join(import.meta.dirname, "../transcripts");
const LINE_COLUMNS = 80;

describe("sim", () => {
  for (const file of readdirSync(FOLDER).filter((name) => /^sim-.*\.txt$/.test(name))) {
    it(`BACKBEAT-REQ-041 sim shows what stands in ${file}`, async () => {
      const path = join(FOLDER, file);
      const text = await retell(path, simulating());
      await expect(text).toMatchFileSnapshot(path);
      for (const line of text.split("\n").filter((shown) => shown.startsWith("err ")))
        expect(line.slice(4).length, line).toBeLessThanOrEqual(LINE_COLUMNS);
    });
  }
});

interface Running {
  readonly stage: Stage;
  readonly sim: Sim;
  readonly screen: SimScreen;
  readonly startedAtMs: number;
}

/** Performs the steps of one file: `sim` starts it, `stop` ends it, `received` counts what the server got. */
function simulating(): Perform {
  let running: Running | undefined;
  let received = 0;
  return async (step) => {
    if (step.name === "sim") {
      const stage = new Stage({ connected: step.options.link !== "down" });
      received = 0;
      stage.onClaim(() => {
        received += 1;
      });
      running = start(stage, step);
      return stage.takeLines();
    }
    if (running === undefined) throw new Error("a transcript begins with sim");
    const { stage } = running;
    if (step.name === "stop") void running.sim.stop();
    else if (step.name === "received") stage.show("srv", `${received} claims`);
    else if (!(await stage.perform(step))) throw new Error(`there is no step "${step.name}"`);
    return stage.takeLines();
  };
}

function start(stage: Stage, { options }: Step): Running {
  const { bus, clock, subjects } = stage;
  const fleet = fleetOf(options);
  const colour = { stdout: false, stderr: false };
  const streams = {
    stdout: lines(stage, "out", false),
    stderr: lines(stage, "err", options.terminal !== "no"),
  };
  const screen = new SimScreen(
    { clusterId: CLUSTER, json: options.json !== undefined, quiet: options.quiet !== undefined },
    { fleet, context: { ...streams, colour } },
  );
  const beatsMax = options.beats === undefined ? undefined : Number(options.beats);
  const startedAtMs = clock.monotonicMs();
  screen.start();
  const sim = runSim(
    {
      clusterId: CLUSTER,
      subjects,
      waitSeconds: Number(options.wait ?? 10),
      beatsMax,
      fleet,
      hasCast: false,
    },
    {
      bus,
      clock,
      onBeat: (record) => screen.beat(record),
      say: (text) => screen.say(text),
      ...(options.log === undefined
        ? {}
        : {
            onClaim: (claim, result) => stage.show("log", `${claim.agent_id} ${claim.beat_index} ${result}`),
          }),
    },
  );
  sim.done.then(
    () => {
      screen.end(sim.totals, clock.monotonicMs() - startedAtMs);
      stage.show("end", "as wanted");
    },
    (error: unknown) => stage.show("end", messageOf(error)),
  );
  return { stage, sim, screen, startedAtMs };
}

/** A fleet where nothing goes wrong, but for the rates that are given. */
function fleetOf(options: Readonly<Record<string, string>>): FleetSettings {
  const rate = (name: string): number => Number(options[name] ?? 0);
  return {
    seed: Number(options.seed ?? 7),
    agents: Number(options.agents ?? 10),
    prefix: options.prefix ?? "sim:7",
    taskBeats: Number(options.task ?? 6),
    claimsPerBeat: Number(options.claims ?? 1),
    rates: {
      fail: rate("fail"),
      block: rate("block"),
      help: rate("help"),
      wait: rate("waits"),
      silence: rate("silence"),
      stall: rate("stall"),
    },
  };
}

function lines(stage: Stage, where: "out" | "err", isTTY: boolean): Writable {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trimEnd().split("\n")) stage.show(where, line);
      done();
    },
  });
  return Object.assign(stream, { isTTY });
}
