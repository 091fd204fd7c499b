/** `watch` beside real reports, over a link that the test cuts: what was stored meanwhile is shown when it is back. */
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
import { wayTo } from "../support/way-to.ts";

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
