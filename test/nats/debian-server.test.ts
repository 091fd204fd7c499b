/** The script that fetches nats-server of another suite of Debian, with an apt-get that is made for it. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPT = resolve("scripts/debian-nats-server.sh");
const DAY_S = 86_400;

/**
 * Knows three sources, of which the first is of another release and the second is not reached. Notes what it is asked,
 * with the line of its sources; a package holds the number of the call.
 */
const APT_GET = `#!/usr/bin/env bash
if [ "$*" = "update --print-uris" ]; then
  for uri in http://elsewhere.example/dists/nodistro http://away.example/debian/dists/$RELEASE \\
    http://near.example/debian/dists/$RELEASE-updates http://near.example/debian/dists/$RELEASE; do
    echo "'$uri/InRelease' some_file 0"
  done
  exit
fi
for arg in "$@"; do [[ $arg != Dir::Etc::SourceList=* ]] || sources=\${arg#*=}; done
echo "$(cat "$sources") $*" >>"$CALLS"
if [ -n "\${NO_NETWORK:-}" ] || grep -q away.example "$sources"; then echo "E: not reached" >&2; exit 100; fi
[[ " $* " != *" download "* ]] || wc -l <"$CALLS" >nats-server_1_all.deb
`;
const DPKG = `#!/usr/bin/env bash
mkdir -p "$3/usr/sbin" && cp "$2" "$3/usr/sbin/nats-server" && chmod +x "$3/usr/sbin/nats-server"
`;

// Where there is no Debian there is nothing to be fetched from.
describe.runIf(existsSync("/usr/share/keyrings/debian-archive-keyring.gpg"))("debian-nats-server.sh", () => {
  let dir: string;
  const at = (...parts: string[]) => join(dir, ...parts);
  const binary = () => at("cache/backbeat/debian-trixie/nats-server");
  const calls = () =>
    existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trimEnd().split("\n") : [];
  const run = (env: Record<string, string> = {}) =>
    spawnSync(SCRIPT, ["trixie"], {
      encoding: "utf8",
      env: {
        PATH: `${at("bin")}:${process.env.PATH ?? ""}`,
        XDG_CACHE_HOME: at("cache"),
        CALLS: at("calls"),
        RELEASE: /^VERSION_CODENAME=(\w+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "stable",
        ...env,
      },
    });

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "backbeat-debian-"));
    mkdirSync(at("bin"));
    for (const [name, text] of Object.entries({ "apt-get": APT_GET, dpkg: DPKG })) {
      writeFileSync(at("bin", name), text);
      chmodSync(at("bin", name), 0o755);
    }
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("fetches from a mirror of the machine's own apt, checked against Debian's keys, and keeps it for a day", () => {
    expect(run()).toMatchObject({ status: 0, stdout: `${binary()}\n` });
    expect(calls().join("\n")).not.toContain("elsewhere.example");
    expect(calls().at(-1)).toMatch(
      /^deb \[signed-by=\/usr\/share\/keyrings\/debian-archive-keyring.gpg\] http:\/\/near\.example\/debian trixie main /,
    );
    expect(readdirSync(at("cache/backbeat/debian-trixie"))).toEqual(["nats-server"]);
    const before = calls().length;
    expect(run()).toMatchObject({ status: 0, stdout: `${binary()}\n` });
    expect(calls()).toHaveLength(before);
  });

  it("takes an old one only where no newer one is to be had, and says so", () => {
    run();
    const first = readFileSync(binary(), "utf8");
    const old = Date.now() / 1_000 - 3 * DAY_S;
    utimesSync(binary(), old, old);
    const { status, stderr, stdout } = run({ NO_NETWORK: "1" });
    expect([status, stdout, readFileSync(binary(), "utf8")]).toEqual([0, `${binary()}\n`, first]);
    expect(stderr).toContain("was not reached; the nats-server that was fetched before is taken");
    expect(run().status).toBe(0);
    expect(readFileSync(binary(), "utf8")).not.toBe(first);
  });

  it("says what was tried and what to do, and leaves nothing that is found later", () => {
    const { status, stderr, stdout } = run({ NO_NETWORK: "1" });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/E: not reached/);
    expect(stderr).toMatch(
      /Cannot fetch nats-server of Debian trixie: .*near\.example.*Next: put a nats-server of that age at \S+\/nats-server/,
    );
    expect(readdirSync(at("cache/backbeat/debian-trixie"))).toEqual([]);
  });
});
