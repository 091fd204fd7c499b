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
import { stopPulse } from "./stop-pulse.ts";
import { stopReplica } from "./stop-replica.ts";
import { threeServers } from "./three-servers.ts";
import { threeServersPulse } from "./three-servers-pulse.ts";
import { twoReplicas } from "./two-replicas.ts";

const SCENARIOS: readonly Scenario[] = [
  killPulse,
  stopPulse,
  threeServersPulse,
  restartPulses,
  killServerPulse,
  jumpClock,
  partition,
  killReverb,
  twoReplicas,
  stopReplica,
  killServer,
  threeServers,
  damageCheckpoint,
  breakJournal,
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
process.stdout.write(`seed ${seed}${isShort ? ", short form" : ""}\n`);
let failed = 0;
for (const [stream, scenario] of chosen.entries()) {
  const startedAtMs = performance.now();
  process.stdout.write(`\n${scenario.name}: ${scenario.about}\n`);
  const outcome = await attempt(scenario, stream);
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  for (const [name, value] of Object.entries(outcome.figures))
    process.stdout.write(`  ${name.padEnd(28)} ${value.toLocaleString("en").padStart(14)}\n`);
  for (const fault of outcome.faults) process.stdout.write(`  FAULT  ${fault}\n`);
  if (outcome.faults.length > 0) failed += 1;
  process.stdout.write(`  ${outcome.faults.length === 0 ? "passed" : "FAILED"} after ${seconds} s\n`);
}
process.stdout.write(`\n${chosen.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

async function attempt(scenario: Scenario, stream: number): Promise<Outcome> {
  const say = (text: string) => process.stderr.write(`  ${text}\n`);
  try {
    return await scenario.run({ random: new SeededRandom(seed, stream), seed, isShort, say });
  } catch (error) {
    return { faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)], figures: {} };
  }
}
