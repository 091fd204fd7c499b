/**
 * Every text file of ours that people and their editors write: a byte order mark and CRLF change nothing, and a file in
 * UTF-16 is told as one, with what to do.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { keyFileText, keysIn } from "../src/cli/keys/key-file.ts";
import { privateKeyText, signerFor } from "../src/cli/keys/signer-for.ts";
import { SecretFolder } from "../src/cli/nats-config/secret-folder.ts";
import { messageOf } from "../src/errors.ts";
import { createSecret } from "../src/nats/config/user-secret.ts";
import { nodeIdIn } from "../src/runtime/data-dir.ts";
import { readConfigFile } from "../src/runtime/settings/config-file.ts";
import { TimelineFile } from "../src/runtime/timeline-file.ts";
import { testKey } from "./support/claim-keys.ts";
import { claimBody } from "./support/messages.ts";
import { runProgram } from "./support/program.ts";

const dir = mkdtempSync(join(tmpdir(), "backbeat-text-files-"));

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const { key, privateKey } = testKey("worker:1");
const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
const claim = new TextDecoder().decode(claimBody("worker:1", 7));
const secret = createSecret("nkey");
const timeline = {
  clusterId: "local",
  epoch: 7,
  firstBeat: 1,
  originWallMs: 1_000,
  tempoBpm: 60,
  barLength: 4,
  barOrigin: 1,
  lastBeat: 12,
};

interface TextFile {
  readonly name: string;
  readonly text: string;
  /** What is read; what is wrong, as text. */
  read(path: string): unknown;
}

const FILES: readonly TextFile[] = [
  {
    name: "config.json",
    text: '{\n"bar-length": 7\n}\n',
    read: (path) => {
      const { mistakes, values } = readConfigFile(path, new Set(["bar-length"]));
      return mistakes.length === 0 ? [...values] : mistakes.map(({ what }) => what).join();
    },
  },
  { name: "keys.json", text: keyFileText([key]), read: (path) => orMessage(() => keysIn(path)) },
  {
    name: "worker.pem",
    text: privateKeyText({ agent: key.agent, keyId: key.keyId }, pem),
    read: (path) =>
      orMessage(() => signerFor({ signKeyFile: path, signKeyId: undefined }, "worker:1")?.keyId),
  },
  {
    name: "reverb.nk",
    text: `${secret.secret}\n`,
    read: () => orMessage(() => [...new SecretFolder(dir).read(["reverb"], "nkey").values()]),
  },
  {
    name: "timeline-local.json",
    text: `${JSON.stringify({ format: 1, ...timeline }, undefined, 2)}\n`,
    read: () => orMessage(() => new TimelineFile(dir, "local").load()),
  },
  { name: "node-id", text: "node-abc\n", read: () => orMessage(() => nodeIdIn(dir)) },
  {
    name: "agents.txt",
    text: "# the fleet\nworker:1\nworker:2\n",
    read: (path) => program("nats-config", "--agents-file", path, "--auth", "nkey"),
  },
  { name: "one.json", text: claim, read: (path) => program("validate", path) },
  { name: "many.jsonl", text: `${claim}\n${claim}\n`, read: (path) => program("validate", path) },
  { name: "other.txt", text: `[\n${claim}\n]`, read: (path) => program("validate", path) },
];

function orMessage(read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Whether it was content, and what it says of the file where it was not. */
async function program(...args: readonly string[]): Promise<unknown> {
  const { end, stderr, stdout } = await runProgram(args);
  return end === 0 ? "content" : `${stdout}${stderr}`;
}

async function readWritten({ name, read }: TextFile, bytes: string | Buffer): Promise<unknown> {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return read(path);
}

describe("text files", () => {
  it.each(FILES)(
    "BACKBEAT-REQ-020 $name is read with a byte order mark, with CRLF, and with both",
    async (file) => {
      const { text } = file;
      const plain = await readWritten(file, text);
      expect(String(plain)).not.toMatch(/Cannot/);
      const windows = text.replaceAll("\n", "\r\n");
      for (const written of [`\uFEFF${text}`, windows, `\uFEFF${windows}`])
        expect(await readWritten(file, written)).toEqual(plain);
    },
  );

  it.each(FILES)("BACKBEAT-REQ-020 $name in UTF-16 is told as that, with what to do", async (file) => {
    const marked = Buffer.from(`\uFEFF${file.text}`, "utf16le");
    for (const bytes of [marked, Buffer.from(marked).swap16(), Buffer.from(file.text, "utf16le")])
      expect(await readWritten(file, bytes)).toMatch(/is UTF-16, expected UTF-8: save it as UTF-8/);
  });
});
