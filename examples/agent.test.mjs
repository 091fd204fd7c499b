// Testing an agent in process: no NATS, no waiting.   node --test examples/agent.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";
import { testFleet } from "@chorus-services/backbeat/sdk/testing";

// The agent under test: it works for three beats and then says that it is done.
function countdown(agent) {
  let left = 3;
  agent.onBeat(() => {
    left -= 1;
    if (left > 0) return agent.claim("executing", { task_id: "count", beats_left: left });
    if (left === 0) return agent.claim("completed", { task_id: "count" });
    return undefined;
  });
}

test("counts down and completes", async () => {
  const fleet = testFleet();
  countdown(fleet.agent("test:1"));
  await fleet.play(5);
  assert.deepEqual(
    fleet.claims.map(({ beat_index, state }) => `${beat_index} ${state}`),
    ["1 executing", "2 executing", "3 completed"],
  );
});

test("loses nothing while NATS is away", async () => {
  const fleet = testFleet();
  countdown(fleet.agent("test:1"));
  await fleet.play(1);
  fleet.disconnect();
  await fleet.pass(2_500);
  assert.equal(fleet.claims.length, 1);
  fleet.reconnect();
  await fleet.play(1);
  assert.equal(fleet.claims.at(-1).state, "completed");
});
