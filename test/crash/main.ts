/**
 * Kills what can be killed, under load, and holds what is left against what was acknowledged.
 *
 *   npm run crash                       every scenario, an hour or so
 *   npm run crash -- kill-reverb …      some of them
 *   npm run crash -- --short            the short form, for CI
 *   npm run crash -- --seed 7           the same choices again (not the same timing)
 */
import { SeededRandom } from "../../src/sim/random.ts";
import { breakJournal } from "./break-journal.ts";
import { damageCheckpoint } from "./damage-checkpoint.ts";
import { jumpClock } from "./jump-clock.ts";
import { killPulse } from "./kill-pulse.ts";
import { killReverb } from "./kill-reverb.ts";
import { killServer } from "./kill-server.ts";
import { killServerPulse } from "./kill-server-pulse.ts";
import { partition } from "./partition.ts";
import { restartPulses } from "./restart-pulses.ts";
import type { Outcome, Scenario } from "./scenario.ts";
import { sdkOutage } from "./sdk/outage.ts";
import { sdkSoak } from "./sdk/soak.ts";
import { stopPulse } from "./stop-pulse.ts";
import { stopReplica } from "./stop-replica.ts";
import { threeServers } from "./three-servers.ts";
import { threeServersPulse } from "./three-servers-pulse.ts";
import { twoReplicas } from "./two-replicas.ts";

/** Those of the beat. */
const PULSES: readonly Scenario[] = [
  killPulse,
  stopPulse,
  threeServersPulse,
  restartPulses,
  killServerPulse,
  jumpClock,
  partition,
];

/** Those of agents. */
const AGENTS: readonly Scenario[] = [sdkOutage, sdkSoak];

const SCENARIOS: readonly Scenario[] = [
  ...PULSES,
  killReverb,
  twoReplicas,
  stopReplica,
  killServer,
  threeServers,
  damageCheckpoint,
  breakJournal,
  ...AGENTS,
];

const args = process.argv.slice(2);
const isShort = args.includes("--short");
const seedAt = args.indexOf("--seed");
const seed = seedAt < 0 ? Math.floor(Math.random() * 2 ** 32) : Number(args[seedAt + 1]);
const names = args.filter((arg, at) => !arg.startsWith("--") && (seedAt < 0 || at !== seedAt + 1));
const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0 || !Number.isInteger(seed)) {
  const known = SCENARIOS.map(({ about, name }) => `  ${name.padEnd(20)} ${about}`).join("\n");
  process.stderr.write(
    `Cannot run ${unknown.join(", ") || "with this seed"}: expected --short, --seed <whole number>, or names of\n${known}\n`,
  );
  process.exit(2);
}

const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
process.stdout.write(`seed ${seed}${isShort ? ", short form: three at a time" : ""}\n`);
let failed = 0;
// Most of them wait most of the time; in the short form three go on at a time. Beats are judged closely, so one of those at
// once; partition has hosts of its own. Who is done takes what is left. A report must come within a quarter of a second
// where two replicas are killed: that is judged alone, for others saturate the cores.
const beats = chosen.filter((scenario) => PULSES.includes(scenario) && scenario !== partition);
const alone = chosen.filter((scenario) => scenario === twoReplicas);
const rest = chosen.filter((scenario) => !beats.includes(scenario) && !alone.includes(scenario));
if (isShort) {
  await Promise.all([runAll(beats, rest), runAll([], rest), runAll([], rest)]);
  await runAll(alone);
} else await runAll(chosen);
process.stdout.write(`\n${chosen.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

/** `shared`: what several take from, each the first that is left, after its own. */
async function runAll(own: readonly Scenario[], shared: Scenario[] = []): Promise<void> {
  for (const scenario of own) await runOne(scenario);
  for (let next = shared.shift(); next !== undefined; next = shared.shift()) await runOne(next);
}

/** What is told of a scenario is told at once, when it is over. */
async function runOne(scenario: Scenario): Promise<void> {
  const startedAtMs = performance.now();
  const { faults, figures } = await attempt(scenario);
  if (faults.length > 0) failed += 1;
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  const lines = [
    "",
    `${scenario.name}: ${scenario.about}`,
    ...Object.entries(figures).map(
      ([name, value]) => `  ${name.padEnd(28)} ${value.toLocaleString("en").padStart(14)}`,
    ),
    ...faults.map((fault) => `  FAULT  ${fault}`),
    `  ${faults.length === 0 ? "passed" : "FAILED"} after ${seconds} s`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function attempt(scenario: Scenario): Promise<Outcome> {
  const say = (text: string) => process.stderr.write(`  ${scenario.name}: ${text}\n`);
  const random = new SeededRandom(seed, SCENARIOS.indexOf(scenario));
  try {
    return await scenario.run({ random, seed, isShort, say });
  } catch (error) {
    return { faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)], figures: {} };
  }
}
