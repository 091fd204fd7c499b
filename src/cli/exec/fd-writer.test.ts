import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../test/support/wait-for.ts";
import { FdWriter } from "./fd-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-fd-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("BACKBEAT-REQ-041 FdWriter", () => {
  it("writes every byte to a pipe that refuses instead of waiting, and says when it is full", async () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = new FdWriter(fd);
    const bytes = randomBytes(300_000);
    let isWritten = false;
    expect(
      writer.write(bytes, () => {
        isWritten = true;
      }),
    ).toBe(false);
    const read: Buffer[] = [];
    await waitFor("all of it", () => {
      const room = Buffer.alloc(50_000);
      try {
        read.push(room.subarray(0, readSync(fd, room)));
      } catch (thrown) {
        // Nothing there for the moment.
        if ((thrown as NodeJS.ErrnoException).code !== "EAGAIN") throw thrown;
      }
      return isWritten && Buffer.concat(read).length === bytes.length;
    });
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    closeSync(fd);
  });

  it("fails when its reader has gone", async () => {
    const path = join(folder, "closed");
    execFileSync("mkfifo", [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = openSync(path, constants.O_WRONLY);
    closeSync(reader);
    const writer = new FdWriter(fd);
    const failure = new Promise((resolve) => writer.once("error", resolve));
    writer.write("x");
    expect(await failure).toMatchObject({ code: "EPIPE" });
    closeSync(fd);
  });
});
