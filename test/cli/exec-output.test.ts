/** `backbeat exec` looking at a command's output: every byte is passed on, at the pace of whoever reads it. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startProgram } from "../support/running-program.ts";
import { waitFor } from "../support/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-exec-output-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nobody listens there, and nothing is waited for. */
const ALONE = ["exec", "--nats", "nats://127.0.0.1:9", "--wait", "0"];
const LOOKING = [...ALONE, "--progress-pattern", "(\\d+)%"];
const sha = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

describe("BACKBEAT-REQ-041 backbeat exec: output", () => {
  it("is passed on byte for byte, also what is no text and all that is left at the end", async () => {
    const bytes = randomBytes(5_000_000);
    const few = bytes.subarray(0, 200_000);
    writeFileSync(join(folder, "bytes"), bytes);
    writeFileSync(join(folder, "few"), few);
    for (const start of [ALONE, LOOKING]) {
      const program = startProgram([...start, "--", "sh", "-c", "cat few >&2; cat bytes; exit 5"], {
        cwd: folder,
      });
      expect(await program.end).toBe(5);
      expect(sha(Buffer.from(program.stdout(), "latin1"))).toBe(sha(bytes));
      const said = Buffer.from(program.stderr(), "latin1");
      expect(said.subarray(0, few.length).equals(few)).toBe(true);
      expect(said.subarray(few.length).toString()).toMatch(/^backbeat exec: sh (was|is) not reported/);
    }
  });

  it("is read no faster than it is taken, and signals are passed on meanwhile", async () => {
    const script = "trap 'echo caught >&2; kill $!; exit 9' TERM; yes 50% & wait";
    const program = startProgram([...LOOKING, "--", "sh", "-c", script]);
    await program.printed("50%\n");
    // From now on nobody reads: pipes fill, the command stands still, we do not.
    program.child.stdout.pause();
    await waitFor("the signal to arrive", () => {
      program.child.kill("SIGTERM");
      return program.stderr().includes("caught");
    });
    program.child.stdout.resume();
    expect(await program.end).toBe(9);
  });

  it("fails to be written when nobody reads it any more, so that the command ends as it would alone", async () => {
    const program = startProgram([...LOOKING, "--", "yes", "50%"]);
    await program.printed("50%\n");
    program.child.stdout.destroy();
    expect(await program.end).not.toBe(0);
  });

  it("is not waited for where the command has left somebody behind who keeps it open", async () => {
    const program = startProgram([...LOOKING, "--", "sh", "-c", "sleep 600 & echo $!; exit 4"]);
    await program.printed("\n");
    const left = Number(program.stdout());
    const code = await new Promise((resolve) => program.child.once("exit", resolve));
    expect(code).toBe(4);
    process.kill(left);
  });
});
