/** The example that a newcomer copies does what it says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fleetStage } from "../support/fleet-stage.ts";
import { CLUSTER } from "../support/messages.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/agent.mjs", import.meta.url));

describe("BACKBEAT-REQ-041 examples/agent.mjs", () => {
  it("claims on each beat and ends by itself when it is done", async () => {
    await using stage = await fleetStage();
    await stage.answerWith(1);
    const env = { PATH: process.env.PATH ?? "", BACKBEAT_NATS: stage.server.url, BACKBEAT_CLUSTER: CLUSTER };
    const agent = spawn(process.execPath, [EXAMPLE], { env, stdio: ["ignore", "inherit", "inherit"] });
    const ended = once(agent, "exit");
    for (const beat of [1, 2, 3, 4]) {
      await stage.claimsOf("example:counter", beat);
      if (beat < 4) await stage.publish(beat + 1);
    }
    expect(await ended).toEqual([0, null]);
    expect(stage.saidBy("example:counter")).toEqual([
      "executing 1",
      "executing 2",
      "executing 3",
      "completed 4",
    ]);
    expect(stage.claims.map(({ progress }) => progress)).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it("has no more than ten lines", () => {
    const lines = readFileSync(EXAMPLE, "utf8").trim().split("\n");
    expect(lines.filter((line) => line !== "" && !line.startsWith("//")).length).toBeLessThanOrEqual(10);
  });
});
