import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { waitFor } from "../../../test/support/wait-for.ts";
import { settled } from "../../sdk/testing/fake-clock.ts";
import { passOn } from "./pass-on.ts";

const never = new Promise(() => undefined);

/** A reader that takes a chunk only when told to. */
function slowTarget() {
  const chunks: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const target = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      waiting.push(() => {
        chunks.push(chunk);
        done();
      });
    },
  });
  return { target, chunks, waiting };
}

describe("BACKBEAT-REQ-041 passOn", () => {
  it("passes bytes on as they are, shows them, and resolves when all were taken", async () => {
    const source = new PassThrough();
    const { target, chunks, waiting } = slowTarget();
    const seen: Buffer[] = [];
    const done = passOn(source, { target, look: (chunk) => seen.push(chunk), ended: never });
    const sent = Buffer.from([0, 255, 10, 13, 195, 40]);
    source.end(sent);
    await waitFor("both writes", () => {
      waiting.shift()?.();
      return chunks.length === 2;
    });
    await done;
    expect(Buffer.concat(chunks)).toEqual(sent);
    expect(Buffer.concat(seen)).toEqual(sent);
  });

  it("reads no faster than the target takes", async () => {
    const source = new PassThrough();
    const { target, waiting } = slowTarget();
    let seen = 0;
    void passOn(source, { target, look: () => (seen += 1), ended: never });
    for (let count = 0; count < 10; count += 1) {
      source.write("x");
      await settled();
    }
    expect(seen).toBe(1);
    waiting.shift()?.();
    await waitFor("the next chunk", () => seen > 1);
  });

  it("lets the command meet a broken pipe when nobody takes its output any more", async () => {
    const source = new PassThrough();
    const target = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
    const done = passOn(source, { target, look: () => undefined, ended: never });
    source.write("x");
    await done;
    expect(source.destroyed).toBe(true);
  });

  it("does not wait for what a command left behind, but for all that it wrote", async () => {
    const source = new PassThrough();
    const { target, chunks, waiting } = slowTarget();
    const done = passOn(source, { target, look: () => undefined, ended: Promise.resolve() });
    let resolved = false;
    void done.then(() => {
      resolved = true;
    });
    source.write("last words");
    await waitFor("the write", () => waiting.length > 0);
    expect(resolved).toBe(false);
    await waitFor("the end", () => {
      waiting.shift()?.();
      return resolved;
    });
    expect(Buffer.concat(chunks).toString()).toBe("last words");
    expect(source.destroyed).toBe(true);
  });
});
