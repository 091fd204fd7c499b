// A deployer waits for a builder, and the fleet can see for whom.   node examples/wait-for.mjs [nats address]
import { setTimeout as sleep } from "node:timers/promises";
import { connectAgent } from "@chorus-services/backbeat/sdk";

const url = process.argv[2] ?? "nats://127.0.0.1:4222";
const builder = connectAgent(url, { clusterId: "local", agentId: "ci:builder" });
const deployer = connectAgent(url, { clusterId: "local", agentId: "ci:deployer" });
await Promise.all([builder.firstBeat(10_000), deployer.firstBeat(10_000)]);

const artifact = builder.task("build", async () => {
  await sleep(3_000);
  return "app-1.0.tgz";
});

await deployer.task("deploy", async (task) => {
  task.progress(0.1);
  // `blocked`, with the builder as the one who is waited for, until the artifact is there.
  const file = await task.waitFor(["ci:builder"], artifact);
  console.log(`deploying ${file}`);
});

await Promise.all([builder.stop(), deployer.stop()]);
