/**
 * A million messages of garbage, in a process that does nothing else: what reverb refuses them for, and how
 * the memory of the process goes. It rises until the engine first collects its old garbage (the names that JSON
 * brings are kept until then), and is level from there on.
 *
 *   npm run fuzz [-- SEED]
 */
import { startGarbageRun } from "../test/support/garbage.ts";

const MESSAGES = 1_000_000;

const seed = Number(process.argv[2] ?? Date.now() % 2 ** 31);
const { feed, reverb } = startGarbageRun(seed);
const TENTH = MESSAGES / 10;
const rssMb = [rss()];
const startedAtMs = performance.now();
for (let tenth = 0; tenth < 10; tenth += 1) {
  feed(TENTH);
  rssMb.push(rss());
}
const micros = ((performance.now() - startedAtMs) * 1_000) / MESSAGES;

const { totals } = reverb.view.status();
console.log(`seed ${seed}: ${MESSAGES.toLocaleString("en")} messages, ${micros.toFixed(1)} µs each`);
for (const [of, counts] of [
  ["claims", totals.claims],
  ["frames", totals.frames],
] as const)
  for (const [outcome, count] of Object.entries(counts))
    if (count > 0) console.log(`  ${of}  ${outcome.padEnd(30)} ${String(count).padStart(8)}`);
console.log(`RSS in MiB, at the start and after each tenth: ${rssMb.join(" ")}`);
await reverb.stop();

function rss(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
