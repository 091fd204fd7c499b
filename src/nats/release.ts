/**
 * nats-server out of the project's own release archive, one version, checked against a pinned SHA-256.
 *
 * The checksums are those of the release's SHA256SUMS; those for Linux are also in the official container images'
 * build files. To move to another version, change all of the table at once.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./find-server.ts";
import { runCommand } from "./run-command.ts";

const VERSION = "2.14.5";
const SHA256: Readonly<Record<string, string>> = {
  "darwin-amd64": "f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96",
  "darwin-arm64": "ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50",
  "linux-amd64": "5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355",
  "linux-arm64": "673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c",
};
/** An archive is 7 MB; a minute and a half is 80 kB/s. */
const DOWNLOAD_TIMEOUT_MS = 90_000;

export interface Release {
  readonly url: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The pinned release for a platform, both in Node's words; undefined where none is pinned. */
export function releaseFor(platform: string, arch: string): Release | undefined {
  const name = `${platform}-${arch === "x64" ? "amd64" : arch}`;
  const sha256 = SHA256[name];
  if (sha256 === undefined) return undefined;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${VERSION}/nats-server-v${VERSION}-${name}.tar.gz`;
  return { url, sha256 };
}

/** Puts the release under the existing folder `work`; gives the path of the binary. Rejects a wrong checksum. */
export async function unpackRelease(release: Release, work: string, env: Environment): Promise<string> {
  const response = await fetch(release.url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${release.url} answers ${response.status}`);
  const archive = Buffer.from(await response.arrayBuffer());
  const sha256 = createHash("sha256").update(archive).digest("hex");
  if (sha256 !== release.sha256) {
    throw new Error(`${release.url} has SHA-256 ${sha256}, expected ${release.sha256}: not used`);
  }
  const path = join(work, "release.tar.gz");
  writeFileSync(path, archive);
  await runCommand("tar", ["-xzf", path, "--strip-components=1"], { cwd: work, env });
  return join(work, "nats-server");
}
