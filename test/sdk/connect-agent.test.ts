/** An agent with a connection of its own, on a real server. */
import { describe, expect, it } from "vitest";
import type { Beat } from "../../src/sdk/beat.ts";
import { connectAgent } from "../../src/sdk/connect-agent.ts";
import { claimJournal } from "../support/claim-journal.ts";
import { fleetStage } from "../support/fleet-stage.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { recordingLog, silentLog } from "../support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

const options = { clusterId: CLUSTER, agentId: "sdk:1", log: silentLog };

describe("BACKBEAT-REQ-040 connectAgent", () => {
  it("asks for the current beat, hears the next ones, claims, and closes its connection", async () => {
    await using stage = await fleetStage();
    await stage.answerWith(5);
    const agent = connectAgent(stage.server.url, options);
    const beats: Beat[] = [];
    const off = agent.onBeat((beat) => beats.push(beat));
    agent.onDownbeat((beat) => beats.push(beat));
    expect((await agent.firstBeat(DEADLINE_MS)).index).toBe(5);
    expect(agent.now?.index).toBe(5);
    await stage.publish(6);
    await waitFor("beat 6", () => beats.at(-1)?.index === 6);
    off();
    await agent.claim("reviewing", { task_id: "t" });
    await stage.claimsOf("sdk:1", 1);
    expect(stage.saidBy("sdk:1")).toEqual(["reviewing 6"]);
    await agent.stop();
    await expect(agent.claim("idle")).rejects.toMatchObject({ code: "stopped" });
  });

  it("S3 outlives its server: claims are kept meanwhile and delivered afterwards, in order", async () => {
    await using journal = await claimJournal();
    const agent = connectAgent(journal.server.url, options);
    await agent.claim("idle", { beat_index: 1 });
    await journal.server.kill("SIGKILL");
    await waitFor("the loss", () => !agent.health.connected);
    const claims = (["planning", "executing", "reviewing"] as const).map((state) =>
      agent.claim(state, { beat_index: 2 }),
    );
    expect(agent.health.outbox).toMatchObject({ waiting: 3, sent: 0 });
    await journal.server.restart();
    await Promise.all(claims);
    expect(await journal.storedOf("sdk:1")).toEqual(["idle 1", "planning 2", "executing 2", "reviewing 2"]);
    await agent.stop();
  });

  it("takes subjects and credentials from its options", async () => {
    await using server = await startTestServer({ config: "authorization { user: ann, password: s3cret }" });
    const refused = recordingLog();
    const stranger = connectAgent(server.url, { ...options, log: refused });
    await waitFor("the refusal", () => refused.texts("error").length > 0);
    await stranger.stop();
    const agent = connectAgent(server.url, {
      ...options,
      nats: { user: "ann", password: "s3cret" },
      subjects: { status: "elsewhere" },
    });
    await waitFor("a claim to be taken", () =>
      agent.claim("idle", { beat_index: 1 }).then(
        () => true,
        () => false,
      ),
    );
    await agent.stop();
  });

  it("tells at once what is wrong with an address or a name", () => {
    expect(() => connectAgent("ftp://h", options)).toThrow(
      "Cannot connect an agent: ftp://h: scheme ftp:// is not known",
    );
    expect(() => connectAgent("nats://h", { ...options, agentId: "" })).toThrow(
      "Cannot start an agent: agentId is",
    );
  });
});
