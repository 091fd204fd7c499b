/** Where transcripts play: a bus and a clock that stand still between steps, a pulse and a reverb of a few words. */
import {
  type BeatFrame,
  encodeFrame,
  encodeReport,
  subjectsOf,
  windowIdOf,
} from "../../src/contracts/index.ts";
import { phaseOf } from "../../src/core/bar-grid.ts";
import { type FakeBroker, type FakeBus, fakeBroker } from "../../src/sdk/testing/fake-bus.ts";
import { FAKE_WALL_START_MS, FakeClock, settled } from "../../src/sdk/testing/fake-clock.ts";
import { CLUSTER, frameOf } from "../support/messages.ts";
import type { Step } from "./transcript.ts";

export const BEAT_MS = 1_000;
const BAR_LENGTH = 4;
const CALENDAR_BEATS = 10_000_000;

export class Stage {
  readonly clock = new FakeClock();
  readonly subjects = subjectsOf(CLUSTER);
  readonly bus: FakeBus;
  readonly #broker: FakeBroker = fakeBroker();
  readonly #peer = this.#broker.connect();
  #lines: string[] = [];

  constructor(options: { readonly connected: boolean }) {
    this.bus = this.#broker.connect(options);
  }

  /** A line appears. */
  show(where: "out" | "err" | "end" | "log" | "srv", line: string): void {
    this.#lines.push(`${where} ${line}`);
  }

  /** Calls `listener` for each claim that reaches the server. */
  onClaim(listener: () => void): void {
    this.#peer.subscribe(this.subjects.status, listener);
  }

  /** What appeared since the last call. */
  async takeLines(): Promise<readonly string[]> {
    // Deliveries wake promises, and those may publish.
    for (let turn = 0; turn < 3; turn += 1) {
      this.#broker.deliver();
      await settled();
    }
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** The steps that are the world's and not the command's; false for another. */
  async perform(step: Step): Promise<boolean> {
    const { name, rest, words } = step;
    if (name === "beats") await this.#beats(step);
    else if (name === "frame") this.#publishFrame(Number(words[0]), step);
    else if (name === "raw") this.#publishText(rest);
    else if (name === "answer") this.#answer(step);
    else if (name === "report") this.#publishReport(step);
    else if (name === "wait") await this.clock.run(Number(words[0]));
    else if (name === "stall") this.clock.stall(Number(words[0]));
    else if (name === "lose") this.bus.loseLink();
    else if (name === "restore") this.bus.restoreLink();
    else if (name === "freeze") this.#broker.freeze();
    else if (name === "thaw") this.#broker.thaw();
    else return false;
    return true;
  }

  /** A text as NATS would carry it, by subject: `raw beat {...}`. */
  #publishText(rest: string): void {
    const [where = "", text = ""] = rest.split(/ (.*)/s);
    const subject = where === "beat" ? this.subjects.beat : this.subjects.reverb;
    this.#peer.publish(subject, new TextEncoder().encode(text));
  }

  /** Frames of these beats, each when it is due. */
  async #beats(step: Step): Promise<void> {
    const [from = 0, to = from] = (step.words[0] ?? "").split("-").map(Number);
    for (let beat = from; beat <= to; beat += 1) {
      const leftMs = FAKE_WALL_START_MS + beat * BEAT_MS - this.clock.wallMs();
      if (leftMs > 0) await this.clock.run(leftMs);
      this.#publishFrame(beat, step);
      this.#broker.deliver();
      await settled();
    }
  }

  #publishFrame(beat: number, step: Step): void {
    this.#peer.publish(this.subjects.beat, encodeFrame(frameFor(beat, step)));
  }

  /** From now on a pulse answers with this beat. */
  #answer(step: Step): void {
    const body = encodeFrame(frameFor(Number(step.words[0]), step));
    this.#peer.subscribe(this.subjects.now, (request) => void request.respond(body));
  }

  #publishReport({ options, words }: Step): void {
    const [from = 0, to = from] = (words[0] ?? "").split("-").map(Number);
    const issues = (options.issues ?? "").split(",").filter((issue) => issue !== "");
    this.#peer.publish(
      this.subjects.reverb,
      encodeReport({
        type: "backbeat.barreport.v1",
        window_id: options.window ?? windowIdOf(CLUSTER, from),
        from_beat: from,
        to_beat: to,
        agents_reporting: Number(options.agents ?? 3),
        on_time_reviews: Number(options.reviews ?? 0),
        help_promises_fulfilled: Number(options.helps ?? 0),
        secret_rotations_ok: options.secrets !== "failed",
        tempo_drift_ms: Number(options.drift ?? 0),
        issues: issues.map((issue) => {
          const [severity = "", category = "", count] = issue.split(":");
          return { severity, category, count: Number(count) };
        }),
      }),
    );
  }
}

function frameFor(beat: number, { options }: Step): BeatFrame {
  const barLength = Number(options.bar ?? BAR_LENGTH);
  const { cluster, epoch, leader, next, node = "pulse-1", tempo } = options;
  // Huge beats are due at times that no calendar has; their deadline does not matter here.
  const frame = frameOf(Math.min(beat, CALENDAR_BEATS), { barLength, beatDurationMs: BEAT_MS });
  const phase = phaseOf({ barOrigin: 1, barLength }, beat);
  const barFrom = 1 + Math.floor((beat - 1) / barLength) * barLength;
  return {
    ...frame,
    beat_index: beat,
    downbeat: beat === barFrom,
    window_id: windowIdOf(CLUSTER, barFrom),
    phase,
    ...(cluster === undefined ? {} : { cluster_id: cluster }),
    ...(tempo === undefined ? {} : { tempo_bpm: Number(tempo) }),
    ...(options.bare === undefined
      ? {
          metadata: {
            node,
            bar_from: barFrom,
            bar_length: barLength,
            ...(epoch === undefined ? {} : { epoch: Number(epoch) }),
            ...(leader === undefined ? {} : { leader }),
            ...(next === undefined ? {} : { next_tempo_bpm: Number(next) }),
          },
        }
      : {}),
  };
}
