/** Three hosts with a nats-server, a pulse and a reader each; one host's cable is pulled, and put back. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { getServer } from "../../src/nats/get-server.ts";
import { silentLog } from "../support/recording-log.ts";
import { addressOf, Hosts } from "./hosts.ts";
import { byTheClock, pause, type Scenario, spreadOf, until } from "./scenario.ts";

const PROGRAM = resolve("dist/cli/main.js");
const BEAT_MS = 500;
/** After which servers that are together again and agree on nothing are broken. */
const AGREE_MAX_MS = 60_000;
/** Within a tenth of the 120 that they begin with, which is also the most that they may run at. */
const OTHER_BPM = 114;
/** The lease of three copies lasts ten seconds: only behind it nobody on the cut-off side may think that it leads. */
const LEASE_OVER_MS = 14_000;
const GAP_MAX_BEATS = 1.6;
/** Of the 28 of that time. */
const BEATS_MIN = 20;
/** Both sides see the same beat so far apart: no more than the place in the row that one of them waits. */
const APART_P50_MAX_MS = 70;

interface Seen {
  readonly index: number;
  readonly epoch: number;
  readonly tempoBpm: number;
  readonly atMs: number;
}

export const partition: Scenario = {
  name: "partition",
  about:
    "one of three hosts cut off: both sides beat on one timeline, only one may change it, none goes back",
  async run({ isShort, say }) {
    const dir = mkdtempSync(join(tmpdir(), "backbeat-hosts-"));
    await using hosts = new Hosts(3);
    try {
      const seen = await furnish(hosts, dir);
      const faults: string[] = [];
      const late: string[] = [];
      const cuts = isShort ? 1 : 3;
      const apartMs: number[] = [];
      for (let cut = 0; cut < cuts; cut += 1) {
        if (!isShort) await pause(8_000);
        const host = cut % 3;
        const near = (host + 1) % 3;
        hosts.unplug(host);
        const from = seen.map((frames) => frames.length);
        await pause(LEASE_OVER_MS);
        const refused = await tempo(hosts, host, OTHER_BPM);
        if (refused.code !== 1) faults.push(`cut off, the tempo was changed: ${refused.said}`);
        say(`host ${host} is cut off: ${refused.said.trim()}`);
        const to = seen.map((frames) => frames.length);
        const [alone = [], others = []] = [host, near].map((at) => seen[at]?.slice(from[at], to[at]));
        const counts = `${alone.length} beats on the side that was cut off, ${others.length} on the other`;
        if (alone.length === 0 || others.length === 0) faults.push(counts);
        else if (alone.length < BEATS_MIN || others.length < BEATS_MIN) late.push(counts);
        apartMs.push(...apart(alone, others));
        hosts.plug(host);
        if (!isShort) await pause(8_000);
      }
      const healedMs = performance.now();
      const changed = await changeByLeader(hosts);
      const lead = Math.round((performance.now() - healedMs) / 1_000);
      if (!changed.isChanged) faults.push(`together, no pulse would change the tempo: ${changed.said}`);
      say(`together: ${changed.said.trim()}`);
      const tempos = () => seen.map((frames) => frames.at(-1)?.tempoBpm);
      const isSeen = () => tempos().every((bpm) => bpm === OTHER_BPM);
      if (changed.isChanged) await until("the tempo that was accepted", isSeen).catch(() => undefined);
      if (!isShort) await pause(8 * BEAT_MS * 3);
      if (changed.isChanged && !isSeen())
        faults.push(`tempo ${OTHER_BPM} was accepted, readers see ${tempos().join(", ")}`);
      for (const [host, frames] of seen.entries()) {
        const found = order(frames, `the reader on host ${host}`);
        faults.push(...found.faults);
        late.push(...found.late);
      }
      const spread = [...apartMs].sort((a, b) => a - b)[Math.floor(apartMs.length / 2)] ?? 0;
      if (spread > APART_P50_MAX_MS) late.push(`the sides were ${spread} ms apart (p50)`);
      return {
        faults: [...faults, ...byTheClock(isShort, late)],
        figures: {
          cuts,
          frames: seen.reduce((sum, frames) => sum + frames.length, 0),
          "sides apart, p50 ms": spread.toFixed(1),
          "sides apart, p99 ms": spreadOf(apartMs).p99,
          "the lease answered after, s": lead,
          "tempo then": tempos()[0] ?? "none",
        },
      };
    } finally {
      // A process of a host that was cut off may still write its last lines.
      rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  },
};

/** Servers first, then pulses and readers; resolves when every reader hears beats. */
async function furnish(hosts: Hosts, dir: string): Promise<Seen[][]> {
  const binary = await getServer(process.env.BACKBEAT_NATS_SERVER, silentLog);
  const all = [0, 1, 2];
  const routes = all.map((host) => `nats-route://${addressOf(host)}:6222`).join(", ");
  for (const host of all) {
    const place = join(dir, String(host));
    mkdirSync(place);
    const listen = `host: "${addressOf(host)}"\nport: 4222\nserver_name: n${host}`;
    const cluster = `cluster { name: hosts, host: "${addressOf(host)}", port: 6222, routes: [${routes}] }`;
    writeFileSync(join(place, "nats.conf"), `${listen}\njetstream { store_dir: "${place}" }\n${cluster}\n`);
    hosts.run(host, [binary, "-c", join(place, "nats.conf")]).stderr?.resume();
  }
  for (const host of all) {
    const where = ["--nats", `nats://${addressOf(host)}:4222`, "--data-dir", join(dir, `data-${host}`)];
    const rhythm = ["--tempo", "120", "--bar-length", "8", "--journal-replicas", "3"];
    const node = ["--node", `p${host}`, "--http", "127.0.0.1:8081"];
    const pulse = hosts.run(host, [process.execPath, PROGRAM, "pulse", ...where, ...rhythm, ...node]);
    pulse.stdout?.resume();
    pulse.stderr?.resume();
  }
  const seen = all.map((host) => {
    const where = ["--nats", `nats://${addressOf(host)}:4222`, "--json", "--wait", "600"];
    return read(hosts.run(host, [process.execPath, PROGRAM, "watch", ...where]));
  });
  await until("beats on every host", () => seen.every((frames) => frames.length > 8));
  return seen;
}

function read(watch: ChildProcess): Seen[] {
  const frames: Seen[] = [];
  let rest = "";
  watch.stderr?.resume();
  watch.stdout?.on("data", (chunk: Buffer) => {
    const atMs = performance.now();
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { beat_index: index, kind, metadata, tempo_bpm: tempoBpm } = JSON.parse(line);
      if (kind === "beat") frames.push({ index, tempoBpm, epoch: Number(metadata?.epoch), atMs });
    }
  });
  return frames;
}

async function tempo(hosts: Hosts, host: number, bpm: number) {
  const child = hosts.run(host, [process.execPath, PROGRAM, "tempo", String(bpm)]);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  const [code] = (await once(child, "close")) as [number];
  return { code, said };
}

/**
 * One of them leads; the others say who. Servers of 2.9 that were apart may need a while to agree on a leader of the
 * lease's stream: asked until one says yes. Resolves with what was said last.
 */
async function changeByLeader(hosts: Hosts): Promise<{ readonly isChanged: boolean; readonly said: string }> {
  const untilMs = performance.now() + AGREE_MAX_MS;
  for (;;) {
    let said = "";
    for (let host = 0; host < hosts.count; host += 1) {
      const answer = await tempo(hosts, host, OTHER_BPM);
      if (answer.code === 0) return { isChanged: true, said: answer.said };
      said += answer.said;
    }
    if (performance.now() > untilMs) return { isChanged: false, said };
  }
}

/** By how much the two sides saw the same beat apart. */
function apart(one: readonly Seen[], other: readonly Seen[]): number[] {
  const at = new Map(other.map(({ atMs, index }) => [index, atMs]));
  return one.flatMap(({ atMs, index }) => {
    const otherAtMs = at.get(index);
    return otherAtMs === undefined ? [] : [Math.abs(atMs - otherAtMs)];
  });
}

/** A reader never sees a beat go back, and no gap but that of a server that it lost. */
function order(frames: readonly Seen[], who: string) {
  const faults: string[] = [];
  const late: string[] = [];
  for (const [at, { epoch, index, atMs }] of frames.entries()) {
    const before = frames[at - 1];
    if (before === undefined) continue;
    if (index <= before.index) faults.push(`${who} saw beat ${index} after ${before.index}`);
    if (epoch < before.epoch) faults.push(`${who} saw epoch ${epoch} after ${before.epoch}`);
    const gap = (atMs - before.atMs) / BEAT_MS;
    if (gap > GAP_MAX_BEATS) late.push(`${who} waited ${gap.toFixed(2)} beats for beat ${index}`);
  }
  return { faults, late };
}
