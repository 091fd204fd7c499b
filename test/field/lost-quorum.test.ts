/** Two of three NATS servers die, as an operator meets it: who says what, and that all ends by itself. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { startTestCluster } from "../support/nats-server.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { alarmsAt, isReadyAt, readyAt } from "../support/service-api.ts";
import { waitFor } from "../support/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-quorum-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NO_MAJORITY = /majority/;

it("R5 without a majority nobody is ready, one alarm each says why, and all goes on when the servers are back", async () => {
  const servers = await startTestCluster();
  try {
    const env = {
      BACKBEAT_NATS: servers.map(({ url }) => url).join(","),
      BACKBEAT_ENV: "production",
      BACKBEAT_JOURNAL_REPLICAS: "3",
    };
    const [pulsePort, reverbPort] = await Promise.all([freePort(), freePort()]);
    const rhythm = ["--tempo", "120", "--bar-length", "4"];
    const start = (name: string, port: number, ...args: readonly string[]) =>
      startProgram([name, "--http", `127.0.0.1:${port}`, ...args], {
        env: { ...env, BACKBEAT_DATA_DIR: join(folder, name) },
      });
    await using pulse = start("pulse", pulsePort, ...rhythm);
    await using reverb = start("reverb", reverbPort, "--bar-length", "4");
    const areReady = async () => (await isReadyAt(pulsePort)) && isReadyAt(reverbPort);
    await waitFor("both to be ready", areReady);

    const [, second, third] = servers;
    await Promise.all([second?.kill("SIGKILL"), third?.kill("SIGKILL")]);
    for (const port of [pulsePort, reverbPort]) {
      await waitFor("it not to be ready for it", async () => NO_MAJORITY.test((await readyAt(port)).reason));
      await waitFor("one alarm", async () => {
        const alarms = await alarmsAt(port);
        return (
          alarms.length === 1 &&
          alarms.every(({ name, text }) => name !== "no-beat" && NO_MAJORITY.test(text))
        );
      });
    }
    const [claim, doctor] = await Promise.all([
      runProgram(["claim", "idle", "--agent", "cli:1", "--beat", "1", "--wait", "3"], { env }),
      runProgram(["doctor"], { env }),
    ]);
    expect([claim.end, claim.stderr]).toEqual([1, expect.stringMatching(/not confirmed.*`backbeat doctor`/)]);
    expect([doctor.end, doctor.stdout.replaceAll(/\s+/g, " ")]).toEqual([
      1,
      expect.stringMatching(/problem (jetstream|journal) .*majority/),
    ]);

    await Promise.all([second?.restart(), third?.restart()]);
    await waitFor("both to be ready again", areReady);
    for (const { stderr, stdout } of [pulse, reverb])
      await waitFor("the log to say that it is over", () =>
        /Alarm (store-refuses|journal-stalled) is over/.test(stdout() + stderr()),
      );
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});
