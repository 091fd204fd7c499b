import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type StatusClaim, subjectsOf } from "../../src/contracts/index.ts";
import { frameBody } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const EXAMPLE = "examples/agent.mjs";
const subjects = subjectsOf("local");

describe("the ten-line agent of the README", () => {
  it("BACKBEAT-REQ-040 041 runs as written: plans on the downbeat, executes on each beat, ends on SIGINT", async () => {
    await using server = await startTestServer();
    const peer = await connectBus(server.url);
    const claims: StatusClaim[] = [];
    peer.subscribe(subjects.status, (message) =>
      claims.push(JSON.parse(new TextDecoder().decode(message.data))),
    );
    peer.subscribe(subjects.now, (message) => message.respond(frameBody(9, { cluster_id: "local" })));
    const agent = spawn(process.execPath, [EXAMPLE, server.url], { stdio: ["ignore", "inherit", "inherit"] });
    try {
      await waitFor("both claims", () => new Set(claims.map((claim) => claim.state)).size === 2);
      expect(new Set(claims.map((claim) => claim.agent_id))).toEqual(new Set(["example:1"]));
      agent.kill("SIGINT");
      expect(await once(agent, "exit")).toEqual([0, null]);
    } finally {
      agent.kill("SIGKILL");
      await peer.close();
    }
  });

  it("is what the README shows", () => {
    const code = readFileSync(EXAMPLE, "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("//"))
      .join("\n")
      .trim();
    expect(readFileSync("README.md", "utf8")).toContain(code);
  });
});
