/**
 * The directory that holds the secrets of users: read back as they are, written so that only their owner reads them,
 * each file whole or not there.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { BackbeatError, messageOf } from "../../errors.ts";
import { type AuthKind, readSecret, type UserSecret } from "../../nats/config/user-secret.ts";
import { writeAtomically } from "../../runtime/atomic-file.ts";
import { readTextFile } from "../../text-file.ts";
import { secretFileName, type UserFile } from "./user-files.ts";

const OWNER_ONLY = 0o600;
const EVERYBODY_READS = 0o644;
const FOLDER = 0o700;

export class SecretFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The secrets that are there, by user. @throws BackbeatError `bad-file` naming every file that holds none */
  read(names: readonly string[], kind: AuthKind): ReadonlyMap<string, UserSecret> {
    const secrets = new Map<string, UserSecret>();
    const faults: string[] = [];
    for (const name of names) {
      const path = join(this.path, secretFileName(name, kind));
      if (!existsSync(path)) continue;
      const secret = readSecret(
        kind,
        this.#attempt("read", path, () => readTextFile(path)),
      );
      if (secret === undefined) faults.push(path);
      else secrets.set(name, secret);
    }
    if (faults.length === 0) return secrets;
    const expected = kind === "nkey" ? "an nkey seed" : "a password that was made here";
    throw new BackbeatError(
      "bad-file",
      `Cannot take up the secrets: expected ${expected} in ${faults.join(", ")}; remove what is none, and it is made anew`,
    );
  }

  /** @throws BackbeatError `bad-file` */
  write(files: readonly UserFile[]): void {
    this.#attempt("make", this.path, () => mkdirSync(this.path, { recursive: true, mode: FOLDER }));
    for (const file of files) this.#write(file, OWNER_ONLY);
  }

  /** What the server reads is a secret only where it holds passwords. @throws BackbeatError `bad-file` */
  writeServerFile(name: string, text: string, kind: AuthKind): void {
    this.#write({ name, text }, kind === "password" ? OWNER_ONLY : EVERYBODY_READS);
  }

  #write({ name, text }: UserFile, mode: number): void {
    const path = join(this.path, name);
    this.#attempt("write", path, () => writeAtomically(path, text, { mode }));
  }

  #attempt<T>(action: string, path: string, attempt: () => T): T {
    try {
      return attempt();
    } catch (cause) {
      const text = `Cannot ${action} ${path}: ${messageOf(cause)}; name another directory with --out`;
      throw new BackbeatError("bad-file", text, { cause });
    }
  }
}
