import { expect, it } from "vitest";
import { recordingLog } from "../../test/support/recording-log.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { logAlarms } from "./alarm-log.ts";

it("every alarm has a line when it begins and a line when it ends, whatever it is", async () => {
  const clock = new FakeClock();
  const log = recordingLog();
  let alarms: { name: string; text: string }[] = [];
  const logging = logAlarms(() => alarms, { clock, log });
  await clock.run(2_000);
  expect(log.lines).toEqual([]);
  alarms = [
    { name: "no-beat", text: "no beat" },
    { name: "store-refuses", text: "the disk is full" },
  ];
  await clock.run(5_000);
  alarms = [];
  await clock.run(1_000);
  expect(log.lines.map(({ level, text }) => [level, text])).toEqual([
    ["warn", "Alarm no-beat: no beat"],
    ["error", "Alarm store-refuses: the disk is full"],
    ["info", "Alarm no-beat is over after 5 s"],
    ["info", "Alarm store-refuses is over after 5 s"],
  ]);
  logging.stop();
  expect(clock.pending).toBe(0);
});
