/** Fetching with commands of our own in PATH, and with a release served on loopback: no network is needed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordingLog, silentLog } from "../../test/support/recording-log.ts";
import { findServer } from "./find-server.ts";
import { type FetchOptions, fetchServer, getServer } from "./get-server.ts";
import { releaseFor } from "./release.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-get-"));
  mkdirSync(join(dir, "bin"));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** A machine whose commands are ours first, with a cache of its own and no release for its platform. */
const machine = (options: FetchOptions = {}): FetchOptions => ({
  env: { PATH: `${join(dir, "bin")}:/usr/bin:/bin`, XDG_CACHE_HOME: join(dir, "cache") },
  release: { url: "http://127.0.0.1:1/none", sha256: "" },
  ...options,
});
const cached = () => join(dir, "cache/backbeat/nats-server");
const calls = () => readFileSync(join(dir, "calls"), "utf8").trim().split("\n");

function command(name: string, script: string): void {
  const text = `#!/bin/sh\necho "${name} $*" >> ${join(dir, "calls")}\n${script}\n`;
  writeFileSync(join(dir, "bin", name), text, { mode: 0o755 });
}

const UNPACKS = 'mkdir -p "$3/usr/sbin" && printf fetched > "$3/usr/sbin/nats-server"';
const FAILS = "echo 'E: Unable to locate package' >&2; exit 100";

async function serve(body: Buffer, status = 200): Promise<{ url: string; close(): void }> {
  const server = createServer((_request, response) => {
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nats-server.tar.gz`;
  return { url, close: () => server.close() };
}

function archive(): { body: Buffer; sha256: string } {
  mkdirSync(join(dir, "nats-server-v9"));
  writeFileSync(join(dir, "nats-server-v9/nats-server"), "released");
  const body = execFileSync("tar", ["-cz", "-C", dir, "nats-server-v9"]);
  return { body, sha256: createHash("sha256").update(body).digest("hex") };
}

describe("fetchServer", () => {
  it("BACKBEAT-REQ-020 fetchServer unpacks the distribution's package into the cache", async () => {
    command("apt-get", "touch nats-server_2_amd64.deb");
    command("dpkg", UNPACKS);
    const log = recordingLog();
    expect(await fetchServer(log, machine())).toBe(cached());
    expect(readFileSync(cached(), "utf8")).toBe("fetched");
    expect(statSync(cached()).mode & 0o111).toBe(0o111);
    // That it is being fetched is said where it takes long.
    expect(log.texts("info").at(-1)).toBe("Fetched nats-server into the cache");
    expect(readdirSync(join(dir, "cache/backbeat"))).toEqual(["nats-server"]);
    expect(findServer(undefined, { PATH: join(dir, "cache/backbeat") })?.path).toBe(cached());
  });

  it("BACKBEAT-REQ-020 fetchServer uses package lists of its own where the machine's do not know the package", async () => {
    command("apt-get", `case "$*" in *lists=*download*) touch x.deb;; *update*) ;; *) ${FAILS};; esac`);
    command("dpkg", UNPACKS);
    await fetchServer(silentLog, machine());
    const [first, update, second] = calls();
    expect(first).not.toMatch(/Dir::State/);
    expect(update).toMatch(/Dir::State::lists=.* update$/);
    expect(second).toMatch(/Dir::State::lists=.* download nats-server$/);
  });

  it("BACKBEAT-REQ-020 fetchServer falls back to the release, checked by its SHA-256", async () => {
    command("apt-get", FAILS);
    const { body, sha256 } = archive();
    const site = await serve(body);
    await fetchServer(silentLog, machine({ release: { url: site.url, sha256 } }));
    site.close();
    expect(readFileSync(cached(), "utf8")).toBe("released");
    expect(readdirSync(join(dir, "cache/backbeat"))).toEqual(["nats-server"]);
  });

  it("BACKBEAT-REQ-020 fetchServer does not use a release with another SHA-256, and leaves nothing", async () => {
    command("apt-get", FAILS);
    const site = await serve(archive().body);
    const release = { url: site.url, sha256: "0".repeat(64) };
    await expect(fetchServer(silentLog, machine({ release }))).rejects.toMatchObject({
      code: "nats-server-missing",
      message: expect.stringContaining("not used"),
    });
    site.close();
    expect(readdirSync(join(dir, "cache/backbeat"))).toEqual([]);
  });

  it("BACKBEAT-REQ-020 fetchServer tells what failed and what to do next", async () => {
    command("apt-get", FAILS);
    const site = await serve(Buffer.alloc(0), 404);
    const failure = fetchServer(silentLog, machine({ release: { url: site.url, sha256: "" } }));
    await expect(failure).rejects.toMatchObject({
      code: "nats-server-missing",
      message: expect.stringMatching(
        /E: Unable to locate package.*answers 404.*Next: .*nats-server.*--nats-server.*--nats$/,
      ),
    });
    site.close();
  });

  it("BACKBEAT-REQ-020 fetchServer survives a machine without apt-get and without a network", async () => {
    const env = { PATH: join(dir, "bin"), XDG_CACHE_HOME: join(dir, "cache") };
    await expect(fetchServer(silentLog, machine({ env }))).rejects.toMatchObject({
      message: expect.stringMatching(/there is no apt-get.*fetch failed \(.+\)/),
    });
  });

  it("BACKBEAT-REQ-020 fetchServer of several processes at once gives all of them a whole binary", async () => {
    command("apt-get", "touch x.deb");
    command("dpkg", UNPACKS);
    const paths = await Promise.all([1, 2, 3].map(() => fetchServer(silentLog, machine())));
    expect(new Set(paths)).toEqual(new Set([cached()]));
    expect(readFileSync(cached(), "utf8")).toBe("fetched");
    expect(readdirSync(join(dir, "cache/backbeat"))).toEqual(["nats-server"]);
  });

  it("BACKBEAT-REQ-020 getServer gives what is there without fetching", async () => {
    expect(await getServer(process.execPath, silentLog)).toBe(process.execPath);
  });
});

describe("releaseFor", () => {
  it("BACKBEAT-REQ-020 releaseFor knows Linux and macOS on both common processors, in Node's words", () => {
    for (const platform of ["linux", "darwin"]) {
      for (const [arch, name] of [
        ["x64", "amd64"],
        ["arm64", "arm64"],
      ] as const) {
        const release = releaseFor(platform, arch);
        expect(release?.url).toMatch(
          new RegExp(`/v(2\\.\\d+\\.\\d+)/nats-server-v\\1-${platform}-${name}\\.tar\\.gz$`),
        );
        expect(release?.sha256).toMatch(/^[0-9a-f]{64}$/);
      }
    }
    expect(releaseFor("win32", "x64")).toBeUndefined();
    expect(releaseFor("linux", "riscv64")).toBeUndefined();
  });
});
