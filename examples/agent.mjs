// A ten-line agent: plans on the downbeat, works on each beat, and says so. Run it beside `npm start`:
//   node examples/agent.mjs
import { connectAgent } from "@chorus-services/backbeat/sdk";

const agent = connectAgent(process.argv[2] ?? "nats://127.0.0.1:4222", {
  clusterId: "local",
  agentId: "example:1",
});

agent.onDownbeat(() => agent.claim("planning", { task_id: "demo" }));
agent.onBeat(({ index }) => agent.claim("executing", { task_id: "demo", progress: (index % 8) / 8 }));

process.once("SIGINT", () => agent.stop());
