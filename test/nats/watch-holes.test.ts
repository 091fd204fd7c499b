/** `watch` beside real reports, over a link that the test cuts: what was stored meanwhile is shown when it is back. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { runWatch } from "../../src/cli/watch/run-watch.ts";
import { reportReader } from "../../src/nats/report-reader.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

/** A way to a port that can be cut: who comes while it is cut is sent away. */
async function wayTo(port: number) {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    if (isCut) {
      socket.destroy();
      return;
    }
    const onward = connect(port, "127.0.0.1");
    onward.on("error", () => undefined);
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
    socket.pipe(onward).pipe(socket);
    open.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
    open.clear();
  };
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it("BACKBEAT-REQ-021 watch shows what was reported while its link was away, before and without a further report", async () => {
  await using server = await startTestServer({ jetstream: true });
  await using house = await journalHouse(server.url);
  await using way = await wayTo(server.port);
  const replica = await house.start();
  await untilCommitting(replica);
  const bus = await connectBus(way.url, "watch");
  const [shown, notes]: [number[], string[]] = [[], []];
  const watch = runWatch(
    {
      clusterId: CLUSTER,
      subjects,
      waitSeconds: 60,
      beatsMax: undefined,
      reportsMax: undefined,
    },
    {
      bus,
      clock: new SystemClock(),
      reports: reportReader(bus, { clusterId: CLUSTER, subjects, log: silentLog }),
      eye: {
        beat: () => undefined,
        report: (report) => shown.push(report.from_beat),
        note: (text) => notes.push(text),
        end: () => undefined,
      },
    },
  );
  await bus.flush();
  await house.beats(1, 6);
  await waitFor("the first report", () => shown.length === 1);
  way.cut();
  await waitFor("the loss", () => !bus.connected);
  await house.beats(7, 14);
  await waitFor("two reports without a listener", () => house.wire.length === 3);
  way.mend();
  await waitFor("what was missed", () => shown.length === 3);
  await house.beats(15, 18);
  await waitFor("the next", () => shown.length === 4);
  expect(shown).toEqual([1, 5, 9, 13]);
  const said = notes.filter((line) => /report/.test(line));
  expect(said).toEqual([
    expect.stringMatching(/2 reports were not heard: they come from the report stream$/),
  ]);
  watch.stop();
  await bus.close();
});
