/** `backbeat sim`: simulated agents that claim as agents do. A thin shell around sim/ and the actors of src/sim/. */
import { randomInt } from "node:crypto";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { FleetSettings } from "../sim/fleet-settings.ts";
import type { Run } from "./command.ts";
import { type Follower, followBeat } from "./follow-beat.ts";
import { subjectsFor } from "./nats-link.ts";
import { ClaimLog } from "./sim/claim-log.ts";
import { runSim, type SimPorts } from "./sim/run-sim.ts";
import { SimScreen } from "./sim/sim-screen.ts";

/** Seeds have 32 bits. */
const SEEDS = 2 ** 32;

export const run: Run<"sim"> = (settings, context) => {
  const fleet = fleetOf(settings);
  // Before anything is connected: a file that cannot be written is found at once.
  const claimLog = settings.claimLogFile === undefined ? undefined : new ClaimLog(settings.claimLogFile);
  const screen = new SimScreen(settings, { fleet, context });
  return followBeat(settings, {
    name: "sim",
    context,
    start: (ports) => start(settings, { ...ports, fleet, claimLog, screen }),
  });
};

interface Parts extends Pick<SimPorts, "bus" | "clock"> {
  readonly fleet: FleetSettings;
  readonly claimLog: ClaimLog | undefined;
  readonly screen: SimScreen;
}

function start(settings: SettingsOf<"sim">, { bus, claimLog, clock, fleet, screen }: Parts): Follower {
  const startedAtMs = clock.monotonicMs();
  screen.start();
  const sim = runSim(
    { ...settings, subjects: subjectsFor(settings), fleet, hasCast: settings.cast },
    {
      bus,
      clock,
      onClaim: claimLog && ((claim, result) => claimLog.add(claim, result)),
      onBeat: (record) => {
        claimLog?.write();
        screen.beat(record);
      },
      say: (text) => screen.say(text),
    },
  );
  return {
    done: sim.done,
    async stop() {
      await sim.stop();
      claimLog?.close();
      screen.end(sim.totals, clock.monotonicMs() - startedAtMs);
    },
  };
}

function fleetOf(settings: SettingsOf<"sim">): FleetSettings {
  const { blockRate, failRate, helpRate, silenceRate, stallRate, waitRate } = settings;
  const seed = settings.seed ?? randomInt(SEEDS);
  return {
    seed,
    agents: settings.fleetAgents,
    prefix: settings.agentPrefix ?? `sim:${seed}`,
    taskBeats: settings.taskBeats,
    claimsPerBeat: settings.claimsPerBeat,
    rates: {
      fail: failRate,
      block: blockRate,
      help: helpRate,
      wait: waitRate,
      silence: silenceRate,
      stall: stallRate,
    },
  };
}
