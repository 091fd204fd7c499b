/** Two reverbs without a journal on one plain NATS server: bars are reported once. */
import { expect, it } from "vitest";
import { journalHouse, type Replica, untilCoreMode } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { waitFor } from "../support/wait-for.ts";

const statusOf = ({ reverb }: Replica) => reverb.view.status();

const hasClosed = (replica: Replica, bars: number) =>
  waitFor(`${bars} bars to be over`, () => {
    const { reportsPublished, reportsWithheld } = statusOf(replica).totals;
    return reportsPublished + reportsWithheld >= bars;
  });

it("R1 the second one stands by, says so, and reports when the first one ends", async () => {
  await using server = await startTestServer();
  await using house = await journalHouse(server.url);
  // The second one's grace is half a minute: a bar of its ends with the frame after, when the first one's report is there.
  const first = await house.start({ nodeId: "first", settings: { journalMode: "auto" } });
  const second = await house.start({ nodeId: "second", settings: { journalMode: "auto", graceMs: 30_000 } });
  await Promise.all([untilCoreMode(first), untilCoreMode(second)]);
  for (const bars of [1, 2]) {
    await house.beats(4 * bars - 3, 4 * bars + 1);
    await waitFor("the report of the first one", () => house.wire.length === bars);
    await house.beats(4 * bars + 2, 4 * bars + 2);
    await Promise.all([hasClosed(first, bars), hasClosed(second, bars)]);
  }
  expect(house.wire).toHaveLength(2);
  expect(statusOf(second)).toMatchObject({
    totals: { reportsPublished: 0, reportsWithheld: 2 },
    alarms: [{ name: "other-reporter" }],
  });
  expect(second.reverb.view.ready()).toMatchObject({ ready: false });
  expect(statusOf(first).alarms).toEqual([]);
  await first.stop();
  await house.beats(11, 14);
  await waitFor("the report of the second one", () => house.wire.length === 3);
  await waitFor("the end of the alarm", () => statusOf(second).alarms.length === 0);
  expect(second.reverb.view.ready()).toEqual({ ready: true });
});
