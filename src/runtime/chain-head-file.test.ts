import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ChainHead } from "../ports.ts";
import { ChainHeadFile } from "./chain-head-file.ts";

const root = mkdtempSync(join(tmpdir(), "backbeat-head-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const head: ChainHead = {
  chains: ["d", "c"],
  profile: { algorithm: 1, strict: false },
  record: { seq: 7, hash: "h" },
  report: { windowId: "w", toBeat: 12 },
  entry: { journalId: "J@2026", seq: 90, timeMs: 1_700_000_000_000.123 },
};

describe("ChainHeadFile", () => {
  it("R1 gives back what was saved, to the fraction of a time, and leaves nothing beside", async () => {
    const directory = mkdtempSync(join(root, "a-"));
    const file = new ChainHeadFile(directory, "demo");
    expect(await file.load()).toBeUndefined();
    await file.save({ ...head, record: { seq: 6, hash: "g" } });
    await file.save(head);
    expect(await file.load()).toEqual(head);
    expect(readdirSync(directory)).toEqual(["chain-head-demo.json"]);
    // Another cluster in the same directory has a head of its own.
    expect(await new ChainHeadFile(directory, "other").load()).toBeUndefined();
  });

  it.each([
    ["", "it is empty"],
    ["{", "it is not JSON"],
    ["null", "its format is undefined"],
    ['{"format":9}', "its format is 9"],
    ['{"format":1,"clusterId":"x"}', 'it belongs to the cluster "x"'],
    ['{"format":1,"clusterId":"demo","chains":[]}', "a member is missing"],
  ])("R1 a file that holds %j is neither believed nor passed over", async (text, why) => {
    const directory = mkdtempSync(join(root, "b-"));
    writeFileSync(join(directory, "chain-head-demo.json"), text);
    const loading = new ChainHeadFile(directory, "demo").load();
    await expect(loading).rejects.toMatchObject({ code: "bad-file", message: expect.stringContaining(why) });
  });

  it("R1 a directory that is not there holds none, and cannot be written to", async () => {
    const file = new ChainHeadFile(join(root, "nowhere"), "demo");
    expect(await file.load()).toBeUndefined();
    await expect(file.save(head)).rejects.toMatchObject({ code: "data-dir-unusable" });
  });
});
