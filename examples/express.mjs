// A web service as an agent: each request is a task, and /healthz says whether the fleet can hear us.
//   node examples/express.mjs [nats address] [port]
import { connectAgent } from "@chorus-services/backbeat/sdk";
import express from "express";

const agent = connectAgent(process.argv[2] ?? "nats://127.0.0.1:4222", {
  clusterId: "local",
  agentId: "web:1",
});

const app = express();

app.get("/healthz", (_request, response) => {
  const { connected, outbox, state } = agent.health;
  response.status(connected && state !== "waiting" ? 200 : 503).json({ connected, outbox, state });
});

app.get("/render/:page", async (request, response) => {
  // What it throws makes the task `failed`, and goes on to Express.
  const html = await agent.task("render", () => `<h1>${encodeURIComponent(request.params.page)}</h1>`, {
    budgetBeats: 2,
  });
  response.send(html);
});

const server = app.listen(Number(process.argv[3] ?? 3000), "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);

for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => server.close(() => agent.stop({ timeoutMs: 5_000 })));
