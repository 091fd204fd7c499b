/** The signer of a command's claims, from the file that `backbeat keys new` wrote. */
import { readFileSync } from "node:fs";
import { BackbeatError, messageOf } from "../../errors.ts";
import { type ClaimSigner, createClaimSigner } from "../../sdk/signing.ts";
import { textOf } from "../../text-file.ts";

/** A key is some hundred bytes; this is another file. */
const FILE_BYTES_MAX = 64 * 1024;

export interface SignSettings {
  readonly signKeyFile: string | undefined;
  /** Default: as the file says. */
  readonly signKeyId: string | undefined;
}

/** Lines before a PEM are for people and for us; every reader of PEMs skips them. */
export function privateKeyText(
  { agent, keyId }: { readonly agent: string; readonly keyId: string },
  pem: string,
): string {
  return `Agent: ${agent}\nKey-Id: ${keyId}\n${pem}`;
}

/** Undefined where claims are not signed. @throws BackbeatError `bad-config` where the file cannot be used */
export function signerFor(
  { signKeyFile, signKeyId }: SignSettings,
  agentId: string,
): ClaimSigner | undefined {
  if (signKeyFile === undefined) return undefined;
  const text = keyTextIn(signKeyFile);
  const keyId = signKeyId ?? /^Key-Id: (\S+)$/m.exec(text)?.[1];
  if (keyId === undefined)
    throw new BackbeatError(
      "bad-config",
      `Cannot sign with ${signKeyFile}: it does not name its key, as \`backbeat keys new\` does; name it with --sign-key-id`,
    );
  try {
    return createClaimSigner({ agentId, keyId, privateKey: text.trim() });
  } catch (cause) {
    throw new BackbeatError("bad-config", `Cannot sign with ${signKeyFile}: ${messageOf(cause)}`, { cause });
  }
}

function keyTextIn(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= FILE_BYTES_MAX) return textOf(bytes);
  } catch (cause) {
    throw new BackbeatError("bad-config", `Cannot sign with ${path}: ${messageOf(cause)}`, { cause });
  }
  throw new BackbeatError(
    "bad-config",
    `Cannot sign with ${path}: it has more than ${FILE_BYTES_MAX} bytes, expected a key`,
  );
}
