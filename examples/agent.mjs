// An agent in ten lines: on each beat it says how far it is, and then that it is done.
import { connectAgent } from "@chorus-services/backbeat/sdk";

const { BACKBEAT_NATS: url = "nats://127.0.0.1:4222", BACKBEAT_CLUSTER: clusterId = "local" } = process.env;
const agent = connectAgent(url, { clusterId, agentId: "example:counter" });
let progress = 0;
agent.onBeat(async () => {
  progress += 0.25;
  await agent.claim(progress < 1 ? "executing" : "completed", { task_id: "count-to-four", progress });
  if (progress === 1) await agent.stop();
});
