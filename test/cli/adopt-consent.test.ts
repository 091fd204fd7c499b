/** `backbeat journal adopt` on a terminal: nothing happens before it was confirmed. */
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { dispatch } from "../../src/cli/dispatch.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalName } from "../../src/nats/stream-names.ts";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Runs it with a person at a terminal who types this when asked. */
async function adopt(url: string, answer: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exitCode = dispatch(["journal", "adopt", "--nats", url, "--cluster", CLUSTER], {
    version: "0.0.0",
    program: "",
    env: {},
    stdin,
    stdout,
    stderr,
    colour: { stdout: false, stderr: false },
  });
  await waitFor("the question", () => said.includes("[y/N]"));
  stdin.write(`${answer}\n`);
  return { exitCode: await exitCode, said };
}

describe("backbeat journal adopt", () => {
  it("R1 asks on a terminal, says what will be, and does it for a yes only", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const replica = await house.start();
    await untilCommitting(replica);
    const api = new JetStreamApi(house.peer);
    await api.ask(`STREAM.DELETE.${journalName(CLUSTER)}`);
    await waitFor("the alarm", () => !replica.reverb.view.ready().ready);
    for (const answer of ["", "n", "what"]) {
      const { exitCode, said } = await adopt(server.url, answer);
      expect([exitCode, said]).toEqual([
        1,
        expect.stringMatching(/was deleted.*made again.*nothing was changed\n$/s),
      ]);
      await expect(api.ask(`STREAM.INFO.${journalName(CLUSTER)}`)).rejects.toThrow("stream not found");
    }
    expect((await adopt(server.url, "y")).exitCode).toBe(0);
    await untilCommitting(replica);
  });
});
