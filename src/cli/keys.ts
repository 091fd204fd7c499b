/** `backbeat keys`: makes a key for claims, or shows how long those of a file are good. Connects to nothing. */
import { createHash, generateKeyPairSync } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { CLAIM_KEYS_MAX, type ClaimKey } from "../contracts/claim-key.ts";
import { BackbeatError, messageOf } from "../errors.ts";
import { writeAtomically } from "../runtime/atomic-file.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";
import { jsonText } from "./history/json.ts";
import { entryOf, keyFileText, keysIn } from "./keys/key-file.ts";
import { agentsWithoutKey, keyObject, keyTable } from "./keys/key-state.ts";
import { privateKeyText } from "./keys/signer-for.ts";
import { paintFor } from "./paint.ts";
import { plain } from "./plain.ts";

const DONE = 0;
const SOMEBODY_HAS_NONE = 1;

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 90;
/** A key that was just made is good at a server whose clock is behind ours. */
const CLOCKS_APART_MS = 300_000;

/** Readable by its owner only. */
const PRIVATE_MODE = 0o600;

/** Of the hash of a public key; two of them alike in one file would be said. */
const KEY_ID_DIGITS = 12;

type Settings = SettingsOf<"keys">;

export const run: Run<"keys"> = async (settings, context) => {
  // What is typed wins over the environment, as everywhere.
  const file = context.operands[1] ?? settings.keyList;
  return settings.keysAction === "list"
    ? list(settings, { context, file })
    : make(settings, { context, file });
};

interface Given {
  readonly context: CommandContext;
  /** Of the public keys. */
  readonly file: string | undefined;
}

function list({ json }: Settings, { context, file }: Given): number {
  if (file === undefined) throw mistaken(["list needs the file: `backbeat keys list keys.json`"]);
  const keys = keysIn(file);
  const nowMs = Date.now();
  const print = (line: string): void => void context.stdout.write(`${line}\n`);
  if (json) for (const key of keys) print(jsonText(keyObject(key, nowMs)));
  else for (const line of keyTable(keys, { nowMs, paint: paintFor(context.colour.stdout) })) print(line);
  const without = agentsWithoutKey(keys, nowMs);
  for (const agent of without)
    context.stderr.write(
      `backbeat keys: ${plain(agent, 128)} has no key that is good now: all that it claims is refused\n`,
    );
  return without.length === 0 ? DONE : SOMEBODY_HAS_NONE;
}

function make(settings: Settings, { context, file }: Given): number {
  const nowMs = Date.now();
  const { agent, notAfterMs, notBeforeMs } = wantedOf(settings, nowMs);
  const known = file !== undefined && existsSync(file) ? keysIn(file) : [];
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "jwk" }).x ?? "";
  const keyId = settings.keyId ?? createHash("sha256").update(raw).digest("hex").slice(0, KEY_ID_DIGITS);
  const key: ClaimKey = { agent, keyId, publicKey: raw, notBeforeMs, notAfterMs };
  const privateFile = settings.privateKeyFile ?? `${fileNameOf(agent)}.${fileNameOf(keyId)}.pem`;
  if (known.some((other) => other.agent === agent && other.keyId === keyId))
    throw mistaken([`${agent} has a key ${keyId} in ${file} already: give another --key-id`]);
  if (known.length >= CLAIM_KEYS_MAX)
    throw mistaken([`${file} holds ${known.length} keys, at most ${CLAIM_KEYS_MAX} are possible`]);
  const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
  writePrivately(privateFile, privateKeyText(key, pem));
  if (file !== undefined) writeAtomically(file, keyFileText([...known, key]));
  tell(settings, { context, file, key, privateFile });
  return DONE;
}

/** @throws BackbeatError `bad-config` with every mistake */
function wantedOf(
  { days, keyAgent, notAfterMs, notBeforeMs }: Settings,
  nowMs: number,
): { readonly agent: string; readonly notBeforeMs: number; readonly notAfterMs: number } {
  const from = notBeforeMs ?? nowMs - CLOCKS_APART_MS;
  const until = notAfterMs ?? from + (days ?? DAYS_DEFAULT) * DAY_MS;
  const mistakes: string[] = [];
  if (keyAgent === undefined)
    mistakes.push("new needs --agent: whose key it is, such as worker:1 or 'worker:*'");
  if (days !== undefined && notAfterMs !== undefined)
    mistakes.push("--days and --not-after cannot both be given");
  if (until <= from) mistakes.push("--not-after is not later than --not-before: the key would never be good");
  if (keyAgent === undefined || mistakes.length > 0) throw mistaken(mistakes);
  return { agent: keyAgent, notBeforeMs: from, notAfterMs: until };
}

/** @throws BackbeatError `bad-config` where the file is there, or cannot be written */
function writePrivately(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: PRIVATE_MODE, flag: "wx" });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const why = isThere ? "it exists, and a key is never overwritten: give another --out" : messageOf(cause);
    throw new BackbeatError("bad-config", `Cannot write the private key to ${path}: ${why}`, { cause });
  }
}

interface Made extends Given {
  readonly key: ClaimKey;
  readonly privateFile: string;
}

/** The private key is told by its file, never shown. */
function tell({ json }: Settings, { context, file, key, privateFile }: Made): void {
  const { stderr, stdout } = context;
  if (json) stdout.write(`${jsonText({ ...entryOf(key), private_key_file: privateFile })}\n`);
  else if (file === undefined) stdout.write(keyFileText([key]));
  const where =
    file === undefined ? "the entry above belongs into reverb's --keys" : `${file} holds its public half`;
  stderr.write(
    [
      `backbeat keys: private key ${key.keyId} of ${key.agent} in ${privateFile}, for the agent alone; ${where}.`,
      "A reverb that runs takes the file up at its next start; where it has a journal, that start needs --replace-profile with the hash of the running profile, which `backbeat journal status` shows.",
      "",
    ].join("\n"),
  );
}

/** `worker:*` as a part of a file name. */
function fileNameOf(name: string): string {
  return name.replaceAll(":", "-").replaceAll("*", "all");
}

function mistaken(mistakes: readonly string[]): BackbeatError {
  const message = [
    `Cannot start backbeat keys: ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`} in what was given.`,
    ...mistakes.map((mistake) => `  ${mistake}`),
    "See backbeat keys --help.",
  ].join("\n");
  return new BackbeatError("bad-config", message, { data: { mistakes } });
}
