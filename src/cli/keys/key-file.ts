/**
 * The file of public keys: a JSON list, read with every mistake at once, and written as it is read.
 *
 * Light, for it is checked together with all other settings, before anything is loaded. A private key that was put into
 * it by mistake is said to be there, and not shown.
 */
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { CLAIM_KEYS_MAX, type ClaimKey, isAgentPattern } from "../../contracts/claim-key.ts";
import { isKeyId, isPublicKey } from "../../contracts/claim-signature.ts";
import { BackbeatError, messageOf } from "../../errors.ts";
import { instant } from "../../runtime/settings/instant.ts";
import { nearestOf } from "../../runtime/settings/nearest.ts";
import { IS_UTF16, isUtf16, textOf } from "../../text-file.ts";

/** As many keys as there may be, each as a PEM with the longest names, twice over: more is another file. */
const FILE_BYTES_MAX = 2 * 1024 * 1024;

/** Mistakes that are told: who has more has most likely one, over and over. */
const FAULTS_TOLD_MAX = 20;

const MEMBERS = ["agent", "key_id", "public_key", "not_before", "not_after"] as const;

type Member = (typeof MEMBERS)[number];

const EXPECTED: Readonly<Record<Member, string>> = {
  agent: "an agent id, or how ids begin and a star, such as worker:*",
  key_id: "1 to 64 letters, digits, _, ., : or -",
  public_key: "an Ed25519 public key: 32 bytes in base64url, or a PEM, as `backbeat keys new` writes it",
  not_before: "a time with its zone, such as 2026-03-01T00:00:00Z",
  not_after: "a time with its zone, such as 2026-06-01T00:00:00Z",
};

const time = instant("<time>");

export interface KeyFile {
  readonly keys: readonly ClaimKey[];
  /** None when the keys can be used. */
  readonly faults: readonly string[];
}

/** The faults of a file of keys; none when it can be used. */
export function keyFileFaults(path: string): readonly string[] {
  return readKeyFile(path).faults;
}

/** The keys of a file. @throws BackbeatError `bad-config` with every mistake */
export function keysIn(path: string): readonly ClaimKey[] {
  const { faults, keys } = readKeyFile(path);
  if (faults.length === 0) return keys;
  throw new BackbeatError("bad-config", `Cannot use the keys in ${path}: it ${faults.join("; it ")}`, {
    data: { mistakes: faults },
  });
}

/** Never throws: what is wrong is an answer. Each fault completes "the file …". */
export function readKeyFile(path: string): KeyFile {
  const list = listIn(path);
  if (typeof list === "string") return { keys: [], faults: [list] };
  if (list.length > CLAIM_KEYS_MAX) {
    const found = `has ${list.length} keys, expected at most ${CLAIM_KEYS_MAX}: drop expired ones, let agents share a key by prefix`;
    return { keys: [], faults: [found] };
  }
  const keys: ClaimKey[] = [];
  const faults: string[] = [];
  const places = new Map<string, number>();
  for (const [at, entry] of list.entries()) {
    const read = readEntry(entry);
    const where = `has an entry ${at + 1}${nameOf(entry)}`;
    faults.push(...read.faults.map((fault) => `${where} whose ${fault}`));
    if (read.key === undefined) continue;
    const name = `${read.key.agent} ${read.key.keyId}`;
    const earlier = places.get(name);
    if (earlier !== undefined)
      faults.push(`${where} whose key_id entry ${earlier} has for the same agent: name each key otherwise`);
    places.set(name, at + 1);
    keys.push(read.key);
  }
  const rest = faults.length - FAULTS_TOLD_MAX;
  const told = rest > 0 ? [...faults.slice(0, FAULTS_TOLD_MAX), `has ${rest} more mistakes`] : faults;
  return { keys, faults: told };
}

/** A key as an entry of the file. */
export function entryOf({
  agent,
  keyId,
  notAfterMs,
  notBeforeMs,
  publicKey,
}: ClaimKey): Record<Member, string> {
  return {
    agent,
    key_id: keyId,
    public_key: publicKey,
    not_before: new Date(notBeforeMs).toISOString(),
    not_after: new Date(notAfterMs).toISOString(),
  };
}

/** The file of these keys. */
export function keyFileText(keys: readonly ClaimKey[]): string {
  return `${JSON.stringify(keys.map(entryOf), undefined, 2)}\n`;
}

function listIn(path: string): readonly unknown[] | string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > FILE_BYTES_MAX) return `has ${bytes.length} bytes, expected at most ${FILE_BYTES_MAX}`;
    if (isUtf16(bytes)) return IS_UTF16;
    const list: unknown = JSON.parse(textOf(bytes));
    return Array.isArray(list) ? list : "is no JSON list, expected [{…}, …] as `backbeat keys new` writes it";
  } catch (thrown) {
    // JSON.parse quotes the text around its fault, and that text may be a secret.
    if (thrown instanceof SyntaxError) return "is not JSON, expected a list as `backbeat keys new` writes it";
    return `cannot be read (${messageOf(thrown)})`;
  }
}

function readEntry(entry: unknown): { readonly key?: ClaimKey; readonly faults: readonly string[] } {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return { faults: [`form is wrong, expected {${MEMBERS.join(", ")}}`] };
  const given = entry as Readonly<Record<string, unknown>>;
  const text = (name: Member) => (typeof given[name] === "string" ? given[name] : "");
  const key = {
    agent: text("agent"),
    keyId: text("key_id"),
    publicKey: rawPublicKey(text("public_key")) ?? "",
    notBeforeMs: time.parse(text("not_before")) ?? Number.NaN,
    notAfterMs: time.parse(text("not_after")) ?? Number.NaN,
  };
  const isGood: Readonly<Record<Member, boolean>> = {
    agent: isAgentPattern(key.agent),
    key_id: isKeyId(key.keyId),
    public_key: key.publicKey !== "",
    not_before: !Number.isNaN(key.notBeforeMs),
    not_after: !Number.isNaN(key.notAfterMs),
  };
  const faults = MEMBERS.filter((name) => !isGood[name]).map(
    (name) => `${name} is ${shown(name, given[name])}, expected ${EXPECTED[name]}`,
  );
  if (key.notAfterMs <= key.notBeforeMs)
    faults.push("not_after is not later than its not_before: exchange them");
  for (const name of Object.keys(given)) if (!(name in isGood)) faults.push(unknownMember(name));
  return faults.length > 0 ? { faults } : { key, faults };
}

/** The 32 bytes in base64url; undefined where it is no public key. */
function rawPublicKey(text: string): string | undefined {
  if (isPublicKey(text)) return text;
  if (!text.includes("-----BEGIN PUBLIC KEY-----")) return undefined;
  try {
    const { crv, x } = createPublicKey(text).export({ format: "jwk" });
    return crv === "Ed25519" ? x : undefined;
  } catch {
    return undefined;
  }
}

/** What stands there, unless it may be a secret. */
function shown(name: Member, value: unknown): string {
  if (value === undefined) return "missing";
  if (name === "public_key")
    return String(value).includes("PRIVATE")
      ? "a private key, which must stand nowhere but with its agent"
      : "none";
  const written = JSON.stringify(value);
  return written.length > 60 ? `${written.slice(0, 60)}…` : written;
}

function unknownMember(name: string): string {
  if (/private|secret|seed/i.test(name))
    return `${name} must not stand here: make a new key, for who could read this file has that one`;
  const nearest = nearestOf(name, MEMBERS);
  return `${JSON.stringify(name.slice(0, 40))} is no member${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
}

function nameOf(entry: unknown): string {
  const { agent, key_id: keyId } = (entry ?? {}) as { readonly agent?: unknown; readonly key_id?: unknown };
  const names = [agent, keyId].filter((name) => typeof name === "string" && name.length <= 128);
  return names.length === 0 ? "" : ` (${names.join(" ")})`;
}
