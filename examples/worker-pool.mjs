// Four workers share a queue. Each job is a task: claimed on each beat, completed or failed by itself, and stopped when
// its budget of beats is spent.   node examples/worker-pool.mjs [nats address] [jobs]
import { setTimeout as sleep } from "node:timers/promises";
import { connectAgent } from "@chorus-services/backbeat/sdk";

const url = process.argv[2] ?? "nats://127.0.0.1:4222";
const jobs = Array.from({ length: Number(process.argv[3] ?? 8) }, (_, n) => `job-${n + 1}`);

async function work(worker) {
  const agent = connectAgent(url, { clusterId: "local", agentId: `pool:${worker}` });
  await agent.firstBeat(10_000);
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    try {
      await agent.task(job, run, { budgetBeats: 8 });
      console.log(`${job} done`);
    } catch (error) {
      console.log(`${job} failed: ${error.message}`);
    }
  }
  await agent.stop(); // waits until its last claims have arrived
}

// What a job does: here, ten steps. Every fourth job takes too long, and heeds the signal that tells it so.
async function run(task) {
  const stepMs = Number(task.id.slice(4)) % 4 === 0 ? 1_000 : 100;
  for (let step = 1; step <= 10; step += 1) {
    await sleep(stepMs, undefined, { signal: task.signal });
    task.progress(step / 10);
  }
}

await Promise.all([1, 2, 3, 4].map(work));
