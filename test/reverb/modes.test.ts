/** Which mode reverb takes, and with what it does not start, on a real nats-server. */

import { describe, expect, it } from "vitest";
import { openStreams } from "../../src/nats/streams.ts";
import { freePort } from "../support/free-port.ts";
import { journalHouse, untilCommitting, untilCoreMode } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { runProgram } from "../support/program.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { recordingLog } from "../support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

const modeOf = ({ reverb }: { reverb: { view: { status(): { mode: string } } } }) =>
  reverb.view.status().mode;

// At once: most of it is waiting.
describe.concurrent("the modes of reverb", () => {
  it("REQ-020 off is refused where the cluster has a journal, and taken where it has none", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const before = await house.start({ settings: { journalMode: "off" } });
    await untilCoreMode(before);
    await before.stop();
    const keeper = await house.start({ settings: { journalMode: "auto" } });
    await untilCommitting(keeper);
    await keeper.stop();
    const off = await house.start({ settings: { journalMode: "off" } });
    await expect(off.reverb.failed).rejects.toMatchObject({
      code: "mode-refused",
      message: expect.stringMatching(/--journal off: this cluster has a journal.*use --journal auto/),
    });
    expect(modeOf(off)).toBe("starting");
  });

  it("REQ-020 off goes on where the server does not let us ask", async () => {
    const config = `authorization { users: [{ user: u, password: p, permissions: { publish: ["backbeat.>"], subscribe: ["backbeat.>", "_INBOX.>"] } }] }`;
    await using server = await startTestServer({ jetstream: true, config });
    await using house = await journalHouse(server.url.replace("//", "//u:p@"));
    const off = await house.start({ settings: { journalMode: "off" } });
    await untilCoreMode(off);
  });

  it("REQ-020 auto waits where the server does not let us ask, and says once what to allow", async () => {
    const config = `authorization { users: [{ user: u, password: p, permissions: { publish: ["backbeat.>"] } }] }`;
    await using server = await startTestServer({ jetstream: true, config });
    const bus = await connectBus(server.url.replace("//", "//u:p@"));
    const [log, giveUp] = [recordingLog(), new AbortController()];
    const opened = openStreams(bus, { clusterId: CLUSTER, subjects }, log).open(giveUp.signal);
    await waitFor("the word", () => log.texts("warn").length > 0);
    expect(log.texts("warn")).toEqual([
      expect.stringMatching(
        /^Waiting for JetStream, .*\$JS\.API\.INFO: this user may not publish there; allow it/,
      ),
    ]);
    giveUp.abort();
    await opened;
    await bus.close();
  });

  it("REQ-020 auto waits for a server that does not answer, says so once, and takes its journal", async () => {
    await using server = await startTestServer({ jetstream: true });
    const bus = await connectBus(server.url);
    const log = recordingLog();
    await server.kill("SIGSTOP");
    const opened = openStreams(bus, { clusterId: CLUSTER, subjects }, log).open(new AbortController().signal);
    await waitFor("the word", () => log.texts("warn").length > 0);
    await server.kill("SIGCONT");
    expect(await opened).toMatchObject({ durability: "process-crash-safe" });
    expect(log.texts("warn")).toEqual([
      expect.stringMatching(/^Waiting for JetStream, as long as it takes: /),
    ]);
    await bus.close();
  });
});

describe.concurrent("what may be promised", () => {
  it("a nats-server without sync_interval is process-crash-safe, and its /varz says why", async () => {
    const port = await freePort();
    await using server = await startTestServer({ jetstream: true, config: `http: "127.0.0.1:${port}"` });
    if (!server.version.startsWith("2.9.")) return;
    await using house = await journalHouse(server.url);
    const replica = await house.start({ plans: { monitors: [`http://127.0.0.1:${port}`] } });
    await untilCommitting(replica);
    expect(replica.reverb.view.status().durability).toBe("process-crash-safe");
    expect(replica.log.texts("info")[0]).toMatch(
      /process-crash-safe because http:\S+ is nats-server 2\.9\.\d+, which cannot sync before it acknowledges/,
    );
  });

  it("a stream in memory is best-effort", async () => {
    await using server = await startTestServer({ jetstream: true });
    const bus = await connectBus(server.url);
    const name = `BACKBEAT_JOURNAL_${CLUSTER}`;
    const config = {
      name,
      subjects: [subjects.beat, subjects.status, subjects.tick],
      retention: "limits",
      storage: "memory",
    };
    await bus.request(
      `$JS.API.STREAM.CREATE.${name}`,
      new TextEncoder().encode(JSON.stringify(config)),
      DEADLINE_MS,
    );
    const streams = await openStreams(bus, { clusterId: CLUSTER, subjects }, recordingLog()).open(
      new AbortController().signal,
    );
    expect(streams).toMatchObject({
      durability: "best-effort",
      durabilityReason: `the stream ${name} is kept in memory`,
    });
    await bus.close();
  });

  it.each([
    [
      ["--require-durability", "power-safe"],
      /--require-durability power-safe: what is here gives process-crash-safe, because .*--nats-monitor.*; change that, or require less/,
    ],
    [["--journal", "off"], /--journal off: this cluster has a journal/],
  ])("reverb %j ends with 2 and says what to do", async (args, said) => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    await house.streams();
    const { end, stderr } = await runProgram([
      "reverb",
      "--nats",
      server.url,
      "--cluster",
      CLUSTER,
      "--http",
      "127.0.0.1:0",
      "--data-dir",
      house.dataDir(),
      ...args,
    ]);
    expect(stderr).toMatch(said);
    expect(end).toBe(2);
  });
});
