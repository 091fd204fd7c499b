/** Checkpoints that were damaged, or cannot be written: a restart takes longer, and says so, and nothing else. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SeededRandom } from "../../src/sim/random.ts";
import { judge } from "./judge.ts";
import { type Scenario, type ScenarioOptions, shown, until } from "./scenario.ts";
import { type Replica, Stage } from "./stage.ts";

/** After its magic: the number of the layout. */
const FORMAT_AT = 6;
/** Room for lock, node id and a part of a checkpoint of 1,000 agents. */
const SMALL_VOLUME = "size=96k";

const DAMAGE: Readonly<Record<string, (path: string, random: SeededRandom) => void>> = {
  truncated: (path, random) => truncateSync(path, random.integer(0, readFileSync(path).length - 1)),
  "bit flipped": (path, random) => {
    const bytes = readFileSync(path);
    const at = random.integer(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
    writeFileSync(path, bytes);
  },
  "of a newer version": (path) => {
    const bytes = readFileSync(path);
    bytes.writeUInt16LE(bytes.readUInt16LE(FORMAT_AT) + 1, FORMAT_AT);
    writeFileSync(path, bytes);
  },
};

export const damageCheckpoint: Scenario = {
  name: "damage-checkpoint",
  about:
    "checkpoint truncated, bit-flipped, of a newer version, volume full, read-only: never a wrong report",
  async run(options) {
    const { isShort, seed } = options;
    const claimsPerSecond = isShort ? 2_500 : 5_000;
    const load = { claimsPerSecond, agents: 1_000, barLength: isShort ? 4 : 8, beatMs: 250, seed };
    await using stage = await Stage.open({ load });
    const reverb = stage.replica("reverb");
    const tight = stage.replica("tight");
    mount(tight.dataDir);
    try {
      reverb.start();
      tight.start();
      await stage.startLoad();
      const [damaged, refused] = await Promise.all([
        damageAll(reverb, options, isShort ? 1 : 10),
        fillAndLock(tight),
      ]);
      const verdict = await judge(stage, { replicas: [reverb, tight], everyReportOnWire: true });
      return {
        faults: [...damaged.faults, ...refused.faults, ...verdict.faults],
        figures: { ...damaged.figures, ...refused.figures, ...shown(verdict) },
      };
    } finally {
      await tight.kill("SIGKILL");
      execFileSync("umount", [tight.dataDir]);
    }
  },
};

/** Kill, damage, start: it must say that the checkpoint is not used. */
async function damageAll(reverb: Replica, { isShort, random, say }: ScenarioOptions, rounds: number) {
  const path = join(reverb.dataDir, "checkpoint");
  const faults: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, damage] of Object.entries(DAMAGE)) {
      await reverb.untilReady();
      if (isShort) await endWithCheckpoint(reverb, path);
      else await nextCheckpoint(reverb, path);
      await reverb.kill("SIGKILL");
      const saidBefore = reverb.log.split("The checkpoint is not used").length;
      damage(path, random);
      reverb.start();
      await reverb.untilReady();
      if (reverb.log.split("The checkpoint is not used").length === saidBefore)
        faults.push(`a checkpoint that was ${name} was used, or nothing was said`);
    }
    say(`${round + 1} of ${rounds} rounds of damage`);
  }
  if (!isShort) await nextCheckpoint(reverb, path);
  return { faults, figures: { "damaged checkpoints": rounds * Object.keys(DAMAGE).length } };
}

/** Resolves when it has written one, in place of a damaged one. */
async function nextCheckpoint(reverb: Replica, path: string): Promise<void> {
  const isNew = newSince(path);
  await until(`a new checkpoint of ${reverb.name}`, isNew);
}

/** Told to end it writes one at once, unless a report is due just then. */
async function endWithCheckpoint(reverb: Replica, path: string): Promise<void> {
  const isNew = newSince(path);
  await until(`a last checkpoint of ${reverb.name}`, async () => {
    await reverb.kill("SIGTERM");
    if (isNew()) return true;
    reverb.start();
    await reverb.untilReady();
    return false;
  });
}

function newSince(path: string): () => boolean {
  const before = existsSync(path) ? readFileSync(path) : Buffer.of();
  return () => existsSync(path) && !readFileSync(path).equals(before);
}

/** A volume that is too small, then one that can only be read. */
async function fillAndLock(tight: Replica) {
  const saidNo = () => tight.log.includes("No checkpoint:");
  await until("a full volume to be said", saidNo);
  await tight.untilReady();
  const full = /No checkpoint: [^"]*ENOSPC/.test(tight.log);
  await until("a moment at which it has no file open there", () => isLocked(tight.dataDir));
  await until("a volume that can only be read to be said", () => /No checkpoint: [^"]*EROFS/.test(tight.log));
  const isReady = async () => (await tight.status())?.ready;
  const ready = await until("a replica that cannot write to be ready", isReady).catch(() => false);
  return {
    faults: [
      ...(full ? [] : ["a full volume was not named as the cause"]),
      ...(ready ? [] : ["a replica that cannot write checkpoints is not ready"]),
    ],
    figures: { "volumes refused": 2 },
  };
}

/** False while a file there is open to be written: the kernel refuses then (EBUSY). */
function isLocked(directory: string): boolean {
  const { status, stderr } = spawnSync("mount", ["-o", "remount,ro", directory], { encoding: "utf8" });
  if (status !== 0 && !stderr.includes("busy")) throw new Error(stderr);
  return status === 0;
}

function mount(directory: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", SMALL_VOLUME, "tmpfs", directory]);
}
