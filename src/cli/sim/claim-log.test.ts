import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { claimOf } from "../../../test/support/messages.ts";
import { ClaimLog } from "./claim-log.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-claim-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("ClaimLog", () => {
  it("BACKBEAT-REQ-041 ClaimLog holds each claim with what became of it, in its order, and begins anew", () => {
    const path = join(folder, "claims.jsonl");
    for (const count of [3, 2_500]) {
      const log = new ClaimLog(path);
      for (let place = 0; place < count; place += 1) log.add(claimOf(`a:${place}`, 7), "delivered");
      log.close();
      const lines = readFileSync(path, "utf8").trimEnd().split("\n");
      expect(lines).toHaveLength(count);
      expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
        result: "delivered",
        claim: claimOf(`a:${count - 1}`, 7),
      });
    }
  });

  it("BACKBEAT-REQ-041 ClaimLog keeps no more than a block to itself", () => {
    const path = join(folder, "block.jsonl");
    const log = new ClaimLog(path);
    for (let place = 0; place < 1_001; place += 1) log.add(claimOf(`a:${place}`, 7), "skipped");
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(1_000);
    log.write();
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(1_001);
    log.close();
  });

  it("BACKBEAT-REQ-041 ClaimLog says which file it cannot write, and what to do", () => {
    expect(() => new ClaimLog(folder)).toThrow(
      expect.objectContaining({ code: "bad-file", message: expect.stringContaining(`${folder}: EISDIR`) }),
    );
  });

  // A disk that is always full, where the system has one.
  it.runIf(existsSync("/dev/full"))(
    "BACKBEAT-REQ-041 ClaimLog does not lose lines silently where the disk is full",
    () => {
      const log = new ClaimLog("/dev/full");
      log.add(claimOf("a:1", 7), "delivered");
      expect(() => log.write()).toThrow(expect.objectContaining({ code: "bad-file" }));
    },
  );
});
