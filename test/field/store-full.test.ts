/** A store that takes nothing more, as an operator meets it: what each program says, and that all ends by itself. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, describe, expect, it } from "vitest";
import { connectAgent } from "../../src/sdk/index.ts";
import { freePort } from "../support/free-port.ts";
import { startTestServer } from "../support/nats-server.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { silentLog } from "../support/recording-log.ts";
import { alarmsAt, isReadyAt, jsonAt, readyAt, textAt } from "../support/service-api.ts";
import { waitFor } from "../support/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-full-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LIMIT = 12_000_000;
/** Beside a megabyte and a half of ours, so that the rest of the store is somebody else's. */
const OURS = ["--bar-length", "4", "--journal-max-bytes", "1048576", "--reports-max-bytes", "262144"];

/** A stream of somebody else's fills what is left, and gives it back. */
async function filler(nats: NatsConnection) {
  const ask = async (path: string, body: object = {}) => {
    const answer = await nats.request(`$JS.API.${path}`, JSON.stringify(body), { timeout: 10_000 });
    return answer.json<{ error?: unknown }>();
  };
  return {
    async fill() {
      const made = await ask("STREAM.CREATE.FILLER", {
        name: "FILLER",
        subjects: ["filler"],
        retention: "limits",
        storage: "file",
        num_replicas: 1,
      });
      expect(made.error).toBeUndefined();
      for (const size of [500_000, 20_000, 500, 1])
        for (;;) {
          const answer = await nats.request("filler", new Uint8Array(size), { timeout: 10_000 });
          if (answer.json<{ error?: unknown }>().error !== undefined) break;
        }
    },
    free: () => ask("STREAM.DELETE.FILLER"),
  };
}

describe.concurrent.each([
  {
    what: "the server's store is full",
    config: (dir: string) => `jetstream { store_dir: ${JSON.stringify(dir)}, max_file_store: ${LIMIT} }`,
    said: /the server says "insufficient resources" \(10023\): .*max_file_store/,
  },
  {
    what: "the account's limit is reached",
    config: (dir: string) =>
      `jetstream { store_dir: ${JSON.stringify(dir)} }
       accounts { A { jetstream { max_store: ${LIMIT} }, users: [{ user: u, password: p }] } }
       no_auth_user: u`,
    said: /the server says "resource limits exceeded for account" \(10002\): .*raise them/,
  },
])("$what", ({ config, said, what }) => {
  it("S3 R5 every program says so with the server's words and what to do, and goes on when there is room", async () => {
    const home = join(folder, what.replaceAll(/\W/g, "-"));
    await using server = await startTestServer({ config: config(join(home, "store")) });
    const [pulsePort, reverbPort] = await Promise.all([freePort(), freePort()]);
    const env = {
      BACKBEAT_NATS: server.url,
      BACKBEAT_DATA_DIR: join(home, "data"),
      BACKBEAT_ENV: "production",
    };
    const clock = ["--tempo", "120", "--bar-length", "4"];
    await using pulse = startProgram(["pulse", "--http", `127.0.0.1:${pulsePort}`, ...clock], { env });
    await using reverb = startProgram(["reverb", "--http", `127.0.0.1:${reverbPort}`, ...OURS], {
      env: { ...env, BACKBEAT_DATA_DIR: join(home, "data-of-reverb") },
    });
    await waitFor(
      "pulse and reverb to be ready",
      async () => (await isReadyAt(pulsePort)) && isReadyAt(reverbPort),
    );
    const agent = connectAgent(server.url, { clusterId: "local", agentId: "sdk:1", log: silentLog });
    await agent.firstBeat(60_000);
    await agent.claim("executing");

    const nats = await connect({ servers: server.url });
    const other = await filler(nats);
    await other.fill();
    const refuses = async (port: number) => said.test((await readyAt(port)).reason);
    await waitFor("the pulse not to be ready for it", () => refuses(pulsePort));
    await waitFor("reverb not to be ready for it", () => refuses(reverbPort));
    const [alarm, ...others] = await alarmsAt(reverbPort);
    expect(alarm).toMatchObject({ name: "store-refuses", text: expect.stringMatching(said) });
    expect(others).toEqual([]);
    expect((await alarmsAt(pulsePort)).map(({ name }) => name)).toEqual(["store-refuses"]);
    expect(await textAt(pulsePort, "/metrics")).toMatch(/^backbeat_pulse_alarm\{alarm="store-refuses"\} 1$/m);
    expect(await textAt(reverbPort, "/metrics")).toMatch(
      /^backbeat_reverb_alarm\{alarm="store-refuses"\} 1$/m,
    );
    await waitFor("both logs to say so", () =>
      [pulse, reverb].every(({ stdout, stderr }) => said.test(unquoted(stdout() + stderr()))),
    );

    const waiting = agent.claim("completed");
    await waitFor("the agent to know", () => agent.health.refusal !== undefined);
    expect(agent.health.refusal?.code).toBe(Number(/\((\d+)\\\)/.exec(said.source)?.[1]));
    const [claim, exec, doctor] = await Promise.all([
      runProgram(["claim", "idle", "--agent", "cli:1", "--wait", "3"], { env }),
      runProgram(["exec", "--agent", "cli:2", "--wait", "2", "--", "true"], { env }),
      runProgram(["doctor"], { env }),
    ]);
    expect([claim.end, claim.stderr]).toEqual([1, expect.stringMatching(said)]);
    expect([exec.end, exec.stderr]).toEqual([0, expect.stringMatching(said)]);
    expect([doctor.end, doctor.stdout.replaceAll(/\s+/g, " ")]).toEqual([1, expect.stringMatching(said)]);

    // Of a server with users, as the newest calls one with a user for those without, nothing is tried.
    const status = await runProgram(["journal", "status"], { env });
    if (!/not tried/.test(status.stdout))
      expect([status.end, status.stdout]).toEqual([1, expect.stringMatching(said)]);
    await other.free();
    await waiting;
    await waitFor(
      "pulse and reverb to be ready again",
      async () => (await isReadyAt(pulsePort)) && isReadyAt(reverbPort),
    );
    await waitFor("no alarm to stand", async () =>
      (await Promise.all([alarmsAt(reverbPort), alarmsAt(pulsePort)])).every(({ length }) => length === 0),
    );
    const reported = async () =>
      (await jsonAt<{ total_count: number }>(reverbPort, "/api/v1/reports")).total_count;
    const before = await reported();
    await waitFor("a bar after it to be reported", async () => (await reported()) >= before + 2);
    const verify = await runProgram(["verify", "--replay"], { env });
    expect([verify.end, verify.stdout]).toEqual([0, expect.stringContaining("the history is whole")]);
    await waitFor("both logs to say that it is over", () =>
      [pulse, reverb].every(({ stdout, stderr }) => /Alarm store-refuses is over/.test(stdout() + stderr())),
    );
    await agent.stop();
    await nats.close();
  });
});

/** What stands in a line of JSON. */
function unquoted(lines: string): string {
  return lines.replaceAll('\\"', '"');
}
