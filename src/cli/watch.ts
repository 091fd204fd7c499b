/** `backbeat watch`: beats and reports as they come, for eyes or for programs. A thin shell around watch/. */
import { reportReader } from "../nats/report-reader.ts";
import type { Run } from "./command.ts";
import { followBeat } from "./follow-beat.ts";
import { subjectsFor } from "./nats-link.ts";
import { paintFor } from "./paint.ts";
import { runWatch } from "./watch/run-watch.ts";

export const run: Run<"watch"> = (settings, context) => {
  const { colour, stderr, stdout } = context;
  const { clusterId } = settings;
  const subjects = subjectsFor(settings);
  return followBeat(settings, {
    name: "watch",
    context,
    start: ({ bus, clock, log }) =>
      runWatch(
        { ...settings, subjects },
        {
          bus,
          clock,
          reports: reportReader(bus, { clusterId, subjects, log }),
          data: (line) => void stdout.write(`${line}\n`),
          note: (line) => void stderr.write(`${line}\n`),
          paint: { data: paintFor(colour.stdout), note: paintFor(colour.stderr) },
        },
      ),
  });
};
