/** What `watch` shows, as transcripts: test/transcripts/watch-*.txt. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paintFor } from "../../src/cli/paint.ts";
import { lineEye } from "../../src/cli/watch/eye.ts";
import { runWatch, type Watch } from "../../src/cli/watch/run-watch.ts";
import { messageOf } from "../../src/errors.ts";
import { CLUSTER } from "../support/messages.ts";
import { lettersPaint } from "../transcripts/paint.ts";
import { Stage } from "../transcripts/stage.ts";
import { type Perform, retell, type Step } from "../transcripts/transcript.ts";

const FOLDER = join(import.meta.dirname, "../transcripts");
const LINE_COLUMNS = 80;

describe("watch", () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = "UTC";
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  for (const file of readdirSync(FOLDER).filter((name) => /^watch-.*\.txt$/.test(name))) {
    it(`BACKBEAT-REQ-040 watch shows what stands in ${file}`, async () => {
      const path = join(FOLDER, file);
      const text = await retell(path, watching());
      await expect(text).toMatchFileSnapshot(path);
      const shown = text
        .split("\n")
        .filter((line) => /^(out|err) [^{]/.test(line) && !/[SFGBW]\[/.test(line));
      for (const line of shown) expect(line.slice(4).length, line).toBeLessThanOrEqual(LINE_COLUMNS);
    });
  }
});

/** Performs the steps of one file: `watch` starts it, `stop` ends it, the rest is the stage's. */
function watching(): Perform {
  let stage: Stage | undefined;
  let watch: Watch | undefined;
  return async (step) => {
    if (step.name === "watch") {
      stage = new Stage({ connected: step.options.link !== "down" });
      watch = start(stage, step);
    } else if (step.name === "stop") watch?.stop();
    else if (!(await stage?.perform(step))) throw new Error(`there is no step "${step.name}"`);
    return (await stage?.takeLines()) ?? [];
  };
}

function start(stage: Stage, { options }: Step): Watch {
  const { bus, clock, subjects } = stage;
  const paint = options.paint === "letters" ? lettersPaint : paintFor(false);
  const watch = runWatch(
    {
      clusterId: CLUSTER,
      subjects,
      waitSeconds: Number(options.wait ?? 10),
      beatsMax: /^\d+$/.test(options.beats ?? "") ? Number(options.beats) : undefined,
      reportsMax: options.reports === undefined ? undefined : Number(options.reports),
    },
    {
      bus,
      clock,
      eye: lineEye({
        json: options.json !== undefined,
        beatsHidden: options.beats === "hidden",
        clock,
        data: (line) => stage.show("out", line),
        note: (line) => stage.show("err", line),
        paint: { data: paint, note: paint },
      }),
    },
  );
  watch.done.then(
    () => stage.show("end", "as wanted"),
    (error: unknown) => stage.show("end", messageOf(error)),
  );
  return watch;
}
