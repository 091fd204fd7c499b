#!/usr/bin/env bash
# nats-server of another suite of Debian, to try BACKBEAT on a newer one than the machine has. Prints the path of the
# binary: of the cache where it is younger than a day, else it is fetched. Installs nothing, needs no root.
#
#   scripts/debian-nats-server.sh trixie
#
# The mirrors are those that this machine's apt knows, and apt checks what it fetches against Debian's keys.
set -euo pipefail

suite=${1:?the name of a suite of Debian, such as trixie}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/backbeat/debian-$suite
binary=$cache/nats-server
keys=/usr/share/keyrings/debian-archive-keyring.gpg
kept_days=1

fail() {
  echo "Cannot fetch nats-server of Debian $suite: $1. Next: put a nats-server of that age at $binary and try again" >&2
  exit 1
}

# Of every source of packages that apt knows, those of this machine's own release: a mirror of Debian is among them.
mirrors() {
  local release
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  # What an update would get: apt says that also where it has no lists yet.
  apt-get update --print-uris | sed -nE "s#^'([^']+)/dists/($release|stable)/InRelease'.*#\1#p"
}

fetch_from() { # fetch_from MIRROR WORK: leaves the binary in the folder WORK
  local mirror=$1 work=$2
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  # The folder is the user's own, and apt must not give up its rights to one that may not write there.
  local apt=(apt-get -q -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
    -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=5 -o Acquire::http::Timeout=60)
  echo "deb [signed-by=$keys] $mirror $suite main" >"$work/sources.list"
  (
    cd "$work"
    "${apt[@]}" update -o APT::Update::Error-Mode=any &&
      "${apt[@]}" download nats-server &&
      dpkg -x nats-server_*.deb . &&
      mv usr/sbin/nats-server nats-server
  ) >&2
}

if [ -n "$(find "$binary" -mtime "-$kept_days" 2>/dev/null)" ]; then
  echo "$binary"
  exit
fi
command -v apt-get >/dev/null || fail "this machine has no apt-get"
[ -e "$keys" ] || fail "the keys of Debian are missing at $keys"
mkdir -p "$cache"
work=$(mktemp -d "$cache/fetching-XXXXXX")
trap 'rm -rf "$work"' EXIT
found=$(mirrors)
[ -n "$found" ] || fail "apt knows no mirror of this machine's release"
for mirror in $found; do
  fetch_from "$mirror" "$work" || continue
  touch "$work/nats-server"
  # By one step: another process finds all of it, or none.
  mv "$work/nats-server" "$binary"
  echo "$binary"
  exit
done
if [ -x "$binary" ]; then
  echo "Debian $suite was not reached; the nats-server that was fetched before is taken" >&2
  echo "$binary"
  exit
fi
fail "none of apt's mirrors gave it ($(echo "$found" | tr '\n' ' ')); what apt said stands above"
