import { connect } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { createAgent } from "../../src/sdk/index.ts";
import { claimJournal } from "../support/claim-journal.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

describe("BACKBEAT-REQ-041 createAgent", () => {
  it("S3 shares a connection with other agents, loses no claim with it, and leaves it open", async () => {
    await using journal = await claimJournal();
    const connection = await connect({
      servers: journal.server.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
    });
    const agentOf = (agentId: string) =>
      createAgent(connection, { clusterId: "test", agentId, log: silentLog });
    const [first, second] = [agentOf("sdk:a"), agentOf("sdk:b")];
    await second.claim("planning", { beat_index: 5 });
    expect(second.health.journal).toBe("journal");
    await journal.server.kill("SIGKILL");
    await waitFor("the loss", () => !first.health.connected);
    const claims = [
      first.claim("executing", { beat_index: 5 }),
      second.claim("reviewing", { beat_index: 6 }),
      first.claim("completed", { beat_index: 6 }),
    ];
    await journal.server.restart();
    await Promise.all(claims);
    expect(await journal.storedOf("sdk:a")).toEqual(["executing 5", "completed 6"]);
    expect(await journal.storedOf("sdk:b")).toEqual(["planning 5", "reviewing 6"]);
    await Promise.all([first.stop(), second.stop()]);
    expect(connection.isClosed()).toBe(false);
    await connection.close();
  });
});
