import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeClaim } from "../contracts/encode.ts";
import { agentIdOfHost, agentIdOfProcess, taskIdOf } from "./ids.ts";

const character = fc.constantFrom("a", "Z", "7", "_", ":", "-", ".", "/", " ", "\n", "\u0000", "é", "🎵");

describe("BACKBEAT-REQ-041 ids of what was not named", () => {
  it.each([
    ["./backup.sh", "backup-sh"],
    ["/usr/bin/make", "make"],
    ["npm", "npm"],
    ["my tool (v2)", "my-tool-v2"],
    ["…", "command"],
    ["/", "command"],
    ["", "command"],
  ])("taskIdOf %j is %s", (command, id) => {
    expect(taskIdOf(command)).toBe(id);
  });

  it("name the host, and the process where it takes part by itself", () => {
    expect(agentIdOfHost("claim", "build.example.org")).toBe("claim:build-example-org");
    expect(agentIdOfProcess("exec", { host: "build", pid: 4711 })).toBe("exec:build-4711");
    const long = agentIdOfProcess("exec", { host: "h".repeat(200), pid: 4711 });
    expect(long).toHaveLength(128);
    expect(long).toMatch(/-4711$/);
  });

  it("fit the wire, whatever they are made of", () => {
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 300 }), fc.nat(), (name, pid) => {
        for (const id of [
          agentIdOfHost("claim", name),
          agentIdOfProcess("exec", { host: name, pid }),
          taskIdOf(name),
        ]) {
          encodeClaim({
            type: "backbeat.statusclaim.v1",
            agent_id: id,
            task_id: id,
            beat_index: 1,
            state: "idle",
            hlc: "0000:0000:0000",
          });
        }
      }),
    );
  });
});
