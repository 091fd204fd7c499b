/** `backbeat watch`: beats and reports as they come, on a screen, as lines or for programs. A thin shell around watch/. */

import { reportReader } from "../nats/report-reader.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";
import { followBeat } from "./follow-beat.ts";
import { subjectsFor } from "./nats-link.ts";
import { paintFor } from "./paint.ts";
import { lineEye } from "./watch/eye.ts";
import { runWatch, type Watch } from "./watch/run-watch.ts";
import { NoteLog } from "./watch/screen/note-log.ts";
import { openScreen } from "./watch/screen/open-screen.ts";
import { terminalOf } from "./watch/screen/terminal.ts";

export const run: Run<"watch"> = (settings, context) => {
  const { clusterId } = settings;
  const subjects = subjectsFor(settings);
  const terminal = wantsScreen(settings, context) ? terminalOf(context) : undefined;
  const paint = { data: paintFor(context.colour.stdout), note: paintFor(context.colour.stderr) };
  const data = (line: string) => void context.stdout.write(`${line}\n`);
  const note = (line: string) => void context.stderr.write(`${line}\n`);
  const notes = terminal && new NoteLog(note);
  return followBeat(settings, {
    name: "watch",
    context,
    ...(notes === undefined ? {} : { log: notes }),
    start: ({ bus, clock, log }) => {
      let watch: Watch | undefined;
      const eye =
        terminal === undefined
          ? lineEye({ ...settings, clock, data, note, paint })
          : openScreen(terminal, {
              clusterId,
              subjects,
              bus,
              clock,
              colour: context.colour.stdout,
              left: () => notes?.end(),
              ended: (summary) => {
                for (const line of summary) note(paint.note.faint(line));
              },
              quit: () => watch?.stop(),
            });
      notes?.begin(eye);
      watch = runWatch(
        { ...settings, subjects },
        { bus, clock, reports: reportReader(bus, { clusterId, subjects, log }), eye },
      );
      return watch;
    },
  });
};

/** Who counts beats or asks for some of it only means to read lines. */
function wantsScreen(
  { beatsHidden, beatsMax, json, lines, reportsMax }: SettingsOf<"watch">,
  { env }: CommandContext,
): boolean {
  const wantsLines = json || lines || beatsHidden || beatsMax !== undefined || reportsMax !== undefined;
  return !wantsLines && env.TERM !== "dumb";
}
