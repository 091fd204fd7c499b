/** The program `pulse` on a disk where the timeline's file has lost its content. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestServer } from "../support/nats-server.ts";
import { type RunningProgram, runProgram, startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait-for.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-lost-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const argsOf = (nats: string) =>
  ["pulse", "--nats", nats, "--data-dir", dir, "--http", "127.0.0.1:0", "--tempo", "240"] as const;

const file = () => join(dir, "timeline-local.json");

function storedBeat(): number {
  try {
    return (JSON.parse(readFileSync(file(), "utf8")) as { lastBeat: number }).lastBeat;
  } catch {
    return -1;
  }
}

const untilBeat = (beat: number) => waitFor(`beat ${beat}`, () => storedBeat() >= beat);

async function kill(pulse: RunningProgram): Promise<void> {
  pulse.kill("SIGKILL");
  await pulse.ended;
}

describe("backbeat pulse", () => {
  it("P1 goes on with the timeline of the lease where its file is empty, and says so", async () => {
    await using server = await startTestServer({ jetstream: true });
    let used: number;
    {
      await using first = startProgram(argsOf(server.url));
      await untilBeat(8);
      await waitFor("the lease", () => first.stderr().includes("This pulse leads now"));
      await untilBeat(storedBeat() + 8);
      await kill(first);
      used = storedBeat();
    }
    writeFileSync(file(), "");
    await using again = startProgram(argsOf(server.url));
    await untilBeat(used + 1);
    expect(again.stderr()).toMatch(/The stored timeline is empty/);
    expect(again.stderr()).toMatch(/The lost timeline is known again: the cluster told it/);
  });

  it.each([true, false])(
    "P1 ends with what to do where nobody knows the timeline of an empty file (JetStream: %s)",
    async (jetstream) => {
      await using server = await startTestServer({ jetstream });
      writeFileSync(file(), "");
      const { end, stderr } = await runProgram(argsOf(server.url));
      expect(end).toBe(1);
      expect(stderr).toMatch(/Cannot read the timeline in .*timeline-local\.json: it is empty, expected/);
      expect(stderr).toMatch(/Restore the file, or move it away to start a new timeline/);
      expect(readFileSync(file(), "utf8")).toBe("");
    },
  );
});
