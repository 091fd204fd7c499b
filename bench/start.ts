/**
 * How long a command takes from its start to its end, beyond what Node itself takes.
 *
 *   npm run bench:start
 *
 * A = a bare `node -e 0`, B = a command of the program, or an import of the SDK; A B A B …, pairs one after the other on
 * a server and a pulse that run; medians of B − A, and how much A differs from itself.
 */
import { spawnSync } from "node:child_process";
import { startTestServer } from "../test/support/nats-server.ts";
import { PROGRAM, startProgram } from "../test/support/program.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { median, percentile } from "./figures.ts";

const PAIRS = 15;
const CLUSTER = "bench";
const GOALS: Readonly<Record<string, string>> = { claim: "  (goal 150)" };

await using server = await startTestServer({ jetstream: true });
const at = ["--cluster", CLUSTER, "--nats", server.url];
const http = ["--http", "127.0.0.1:0", "--data-dir", server.dir];
await using pulse = startProgram(["pulse", ...at, ...http, "--tempo", "60"]);
await waitFor("a beat", () => millisecondsOf(["claim", "idle", "--agent", "bench:1", ...at]) !== undefined);

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "--help": [PROGRAM, "--help"],
  claim: [PROGRAM, "claim", "executing", "--agent", "bench:1", ...at],
  "exec -- true": [PROGRAM, "exec", "--agent", "bench:1", ...at, "--", "true"],
  'import "…/sdk"': ["--input-type=module", "-e", 'import "@chorus-services/backbeat/sdk"'],
};

console.log(`node ${process.versions.node}, nats-server ${server.version}, ${PAIRS} pairs, ms of wall time`);
for (const [name, args] of Object.entries(COMMANDS)) {
  const bare: number[] = [];
  const beyond: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const a = timed(["-e", "0"]);
    bare.push(a);
    beyond.push(timed(args) - a);
  }
  const goal = GOALS[name] ?? "";
  console.log(
    `${name.padEnd(16)} ${ms(median(beyond))} beyond bare node${goal}, 10 % to 90 % ${ms(percentile(beyond, 0.1))} to ` +
      `${ms(percentile(beyond, 0.9))}; bare ${ms(median(bare))}, ${ms(Math.min(...bare))} to ${ms(Math.max(...bare))}`,
  );
}
pulse.kill("SIGTERM");
await pulse.ended;

function ms(value: number): string {
  return value.toFixed(0);
}

function timed(args: readonly string[]): number {
  const took = runNode(args);
  if (took === undefined) throw new Error(`node ${args.join(" ")} failed`);
  return took;
}

/** Of a command of the program; undefined where it failed. */
function millisecondsOf(args: readonly string[]): number | undefined {
  return runNode([PROGRAM, ...args]);
}

function runNode(args: readonly string[]): number | undefined {
  const startedMs = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  return status === 0 ? performance.now() - startedMs : undefined;
}
