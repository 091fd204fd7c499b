// A scheduled job as an agent: silent between its runs without being called silent, a task while it runs.
//   node examples/cron.mjs [nats address] [cron pattern]
import { setTimeout as sleep } from "node:timers/promises";
import { connectAgent } from "@chorus-services/backbeat/sdk";
import { Cron } from "croner";

const agent = connectAgent(process.argv[2] ?? "nats://127.0.0.1:4222", {
  clusterId: "local",
  agentId: "cron:cleanup",
});
await agent.firstBeat(10_000);

const job = new Cron(process.argv[3] ?? "*/10 * * * * *", { protect: true, catch: true }, async () => {
  await agent.task("cleanup", () => sleep(1_500), { budgetBeats: 10 });
  // When it will be heard again: until then nobody misses it.
  const beatMs = 60_000 / agent.currentTempo();
  const next_beat = agent.currentBeat() + Math.ceil(job.msToNext() / beatMs);
  await agent.claim("idle", { metadata: { next_beat } });
  console.log(`cleaned up, next at beat ${next_beat}`);
});

for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    job.stop();
    agent.stop();
  });
