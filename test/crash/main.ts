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

/** Those that last longest in the short form first: none is left to go on alone at the end. */
const SCENARIOS: readonly Scenario[] = [
  breakJournal,
  partition,
  restartPulses,
  twoReplicas,
  killReverb,
  jumpClock,
  threeServersPulse,
  damageCheckpoint,
  threeServers,
  killPulse,
  stopPulse,
  stopReplica,
  killServerPulse,
  sdkOutage,
  killServer,
  sdkSoak,
];

/** In the short form: most of them wait most of the time, and none of them judges how fast anything is. */
const AT_ONCE = 4;

const args = process.argv.slice(2);
const isShort = args.includes("--short");
const seedAt = args.indexOf("--seed");
const seed = seedAt < 0 ? Math.floor(Math.random() * 2 ** 32) : Number(args[seedAt + 1]);
const names = args.filter((arg, at) => arg !== "--short" && (seedAt < 0 || at < seedAt || at > seedAt + 1));
const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
const known = SCENARIOS.map(({ about, name }) => `  ${name.padEnd(20)} ${about}`).join("\n");
if (names.includes("--help")) {
  process.stdout.write(`npm run crash -- [--short] [--seed <whole number>] [scenario …]\n\n${known}\n`);
  process.exit(0);
}
if (unknown.length > 0 || !Number.isInteger(seed)) {
  process.stderr.write(
    `Cannot run ${unknown.join(", ") || "with this seed"}: expected --short, --seed <whole number>, or names of\n${known}\n`,
  );
  process.exit(2);
}

const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
process.stdout.write(`seed ${seed}${isShort ? `, short form: ${AT_ONCE} at a time` : ""}\n`);
let failed = 0;
// The other scenarios go on, and all that was started is ended.
process.on("unhandledRejection", (reason) => {
  failed += 1;
  process.stdout.write(
    `\n  FAULT  nobody waited for this: ${reason instanceof Error ? reason.stack : reason}\n`,
  );
});
if (isShort) {
  const left = [...chosen];
  await Promise.all(Array.from({ length: AT_ONCE }, () => runAll(left)));
} else await runAll([...chosen]);
process.stdout.write(`\n${chosen.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

/** Takes what is left, the first of it each time; others may take from it, too. */
async function runAll(left: Scenario[]): Promise<void> {
  for (let next = left.shift(); next !== undefined; next = left.shift()) await runOne(next);
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
