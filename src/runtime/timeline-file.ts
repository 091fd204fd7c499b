/**
 * The timeline of a pulse on disk: one small JSON file per cluster, replaced as a whole.
 *
 * Invariant: what was saved survives a crash of the process and of the machine, so no beat index is used twice
 * (P1). A file that cannot be understood is never overwritten or guessed at: the operator decides. One without any
 * content tells nothing that could be overwritten: whoever else knows the timeline may be asked.
 */
import { join } from "node:path";
import type { StoredTimeline, TempoStep } from "../core/timeline.ts";
import { BackbeatError, messageOf } from "../errors.ts";
import type { LostTimeline, TimelineStore } from "../ports.ts";
import { readTextFile } from "../text-file.ts";
import { writeAtomically } from "./atomic-file.ts";
import { unusable } from "./data-dir.ts";

/** Raised when the members change their meaning. */
const FORMAT = 1;

const isIndex = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isTempo = (value: unknown): boolean =>
  Number.isFinite(value) && (value as number) >= 0.1 && (value as number) <= 1_000;

/** What each member must be; also the order in which they are written. */
const MEMBERS: Readonly<
  Record<Exclude<keyof StoredTimeline, "next">, { is: (value: unknown) => boolean; expected: string }>
> = {
  clusterId: { is: (value) => typeof value === "string" && value !== "", expected: "a cluster id" },
  epoch: { is: isIndex, expected: "a whole number" },
  firstBeat: { is: isIndex, expected: "a whole number" },
  originWallMs: { is: Number.isFinite, expected: "ms since 1970" },
  tempoBpm: {
    is: isTempo,
    expected: "beats per minute, 0.1 to 1000",
  },
  barLength: { is: (value) => isIndex(value) && value !== 0, expected: "a whole number above 0" },
  barOrigin: { is: isIndex, expected: "a whole number" },
  lastBeat: { is: isIndex, expected: "a whole number" },
};

/** A {@link TimelineStore} in a data directory. */
export class TimelineFile implements TimelineStore {
  readonly #directory: string;
  readonly #clusterId: string;
  readonly #path: string;

  /** Where it is kept. */
  get path(): string {
    return this.#path;
  }

  constructor(directory: string, clusterId: string) {
    this.#directory = directory;
    this.#clusterId = clusterId;
    this.#path = join(directory, `timeline-${clusterId}.json`);
  }

  load(): StoredTimeline | LostTimeline | undefined {
    const text = this.#read();
    if (text === undefined) return undefined;
    if (hasNoContent(text)) return { lost: this.#bad("it is empty") };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.#bad("it is not JSON");
    }
    if (typeof value !== "object" || value === null) throw this.#bad("it holds no JSON object");
    const members = value as Readonly<Record<string, unknown>>;
    if (members.format !== FORMAT) throw this.#bad(`its format is ${show(members.format)}, not ${FORMAT}`);
    for (const [name, member] of Object.entries(MEMBERS))
      if (!member.is(members[name]))
        throw this.#bad(`${name} is ${show(members[name])}, not ${member.expected}`);
    if (members.next !== undefined && !isStep(members.next))
      throw this.#bad(`next is ${show(members.next)}, not a tempo and the beat that it begins with`);
    if (members.clusterId !== this.#clusterId)
      throw this.#bad(`it belongs to the cluster ${show(members.clusterId)}`);
    return pick(members as unknown as StoredTimeline);
  }

  save(timeline: StoredTimeline): void {
    try {
      writeAtomically(this.#path, `${JSON.stringify({ format: FORMAT, ...pick(timeline) }, undefined, 2)}\n`);
    } catch (cause) {
      throw unusable(this.#directory, cause);
    }
  }

  #read(): string | undefined {
    try {
      return readTextFile(this.#path);
    } catch (cause) {
      if (cause instanceof BackbeatError) throw this.#bad(messageOf(cause));
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw unusable(this.#directory, cause);
    }
  }

  #bad(observed: string): BackbeatError {
    const text = `Cannot read the timeline in ${this.#path}: ${observed}, expected what a pulse has saved there. Restore the file, or move it away to start a new timeline`;
    return new BackbeatError("bad-timeline", text, { data: { path: this.#path } });
  }
}

/** Some file systems fill with zeros what was not on the disk at a crash of the machine. */
function hasNoContent(text: string): boolean {
  return text.replaceAll("\0", "").trim() === "";
}

/** The members of a timeline and nothing else. */
function pick(timeline: StoredTimeline): StoredTimeline {
  const entries = Object.keys(MEMBERS).map((name) => [name, timeline[name as keyof StoredTimeline]]);
  const members = Object.fromEntries(entries) as StoredTimeline;
  const { next } = timeline;
  if (next === undefined) return members;
  return { ...members, next: { fromBeat: next.fromBeat, tempoBpm: next.tempoBpm } };
}

function isStep(value: unknown): value is TempoStep {
  if (typeof value !== "object" || value === null) return false;
  const { fromBeat, tempoBpm } = value as Partial<TempoStep>;
  return isIndex(fromBeat) && isTempo(tempoBpm);
}

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 60);
}
