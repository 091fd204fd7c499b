/**
 * Watching a cluster, in the order of events: subscribe, ask for the newest beat, wait for the first, show what
 * comes, say when the beat falls silent, end after as much as was asked for.
 *
 * On ports only; nothing is published but the question for the newest beat. What is seen is decided in
 * watcher.ts, how it looks by the eye that it is shown to: lines (eye.ts) or a screen (screen/).
 */
import type { Subjects } from "../../contracts/subjects.ts";
import type { BackbeatError } from "../../errors.ts";
import type { Bus, Clock, Timer } from "../../ports.ts";
import { ReportFollower, type ReportReader } from "../../sdk/report-follower.ts";
import { awaitFirstBeat } from "../first-beat.ts";
import { type BeatEar, type Heard, hearBeats } from "../hear-beats.ts";
import type { WatchEye } from "./eye.ts";
import { summaryLines } from "./tally.ts";
import { type Shown, Watcher } from "./watcher.ts";

export interface WatchSettings {
  readonly clusterId: string;
  readonly subjects: Subjects;
  /** How long to wait for the first beat or report. */
  readonly waitSeconds: number;
  /** End after so many; undefined: never. */
  readonly beatsMax: number | undefined;
  readonly reportsMax: number | undefined;
}

export interface WatchPorts {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Reads the report stream, for reports that the wire missed. */
  readonly reports?: ReportReader;
  readonly eye: WatchEye;
}

export interface Watch {
  /**
   * Resolves when as much was seen as was asked for, and after `stop`.
   * Rejects with BackbeatError `no-beat` or `nats-unreachable` when nothing came in time.
   */
  readonly done: Promise<void>;
  /** Ends it and says what was seen; again is harmless. */
  stop(): void;
}

/** Beats without a frame after which a pulse is called silent, as /ready of reverb calls it. */
const SILENT_BEATS = 3;

/** How late a beat may come and still be on time: a beat is not called missing before that. */
const JITTER_MS = 50;

/** Starts watching. The bus stays open. */
export function runWatch(settings: WatchSettings, ports: WatchPorts): Watch {
  return new RunningWatch(settings, ports);
}

class RunningWatch implements Watch {
  readonly done: Promise<void>;
  readonly #settings: WatchSettings;
  readonly #ports: WatchPorts;
  readonly #watcher = new Watcher();
  readonly #ear: BeatEar;
  readonly #reports: { unsubscribe(): void };
  readonly #follower: ReportFollower;
  readonly #startedAtMs: number;
  readonly #endWait: () => void;
  #silence: Timer | undefined;
  #isStopped = false;
  #resolve: () => void = () => undefined;
  #reject: (error: BackbeatError) => void = () => undefined;

  constructor(settings: WatchSettings, ports: WatchPorts) {
    const { bus, clock } = ports;
    const { clusterId, subjects, waitSeconds } = settings;
    this.#settings = settings;
    this.#ports = ports;
    this.#startedAtMs = clock.monotonicMs();
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#endWait = awaitFirstBeat(
      {
        action: "watch",
        clusterId,
        subjects,
        waitSeconds,
        unusable: () => this.#ear.unusable,
        say: (text) => ports.eye.note(text, false),
        onGivenUp: (error) => {
          this.#end();
          ports.eye.end([]);
          this.#reject(error);
        },
      },
      ports,
    );
    this.#follower = new ReportFollower({
      reader: ports.reports,
      commitSubject: subjects.commit,
      onReport: ({ data }) => this.#show(this.#watcher.report(data)),
      onHole: (hole) => this.#show(this.#watcher.hole(hole)),
      // What is missing is told by the beats of the reports that do come.
      onUnreadable: () => undefined,
    });
    this.#reports = bus.subscribe(subjects.reverb, (message) => this.#follower.heard(message));
    bus.onLink((link) => {
      if (link === "restored" && !this.#isStopped) this.#follower.lookAtEnd();
    });
    this.#ear = hearBeats({ clusterId, subjects, onHeard: (heard) => this.#heard(heard) }, ports);
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#end();
    const { clock, eye } = this.#ports;
    eye.end(summaryLines(this.#watcher.tally, clock.monotonicMs() - this.#startedAtMs));
    this.#resolve();
  }

  #heard(heard: Heard): void {
    const { flywheel } = this.#ear;
    const atMs = this.#ports.clock.monotonicMs();
    this.#show(this.#watcher.heard(heard, { barFrom: flywheel.barFrom, atMs }));
    this.#awaitSilence();
  }

  #show(all: readonly Shown[]): void {
    for (const shown of all) this.#showOne(shown);
    const { beats, reports } = this.#watcher.tally;
    if (beats + reports > 0) this.#endWait();
    const { beatsMax, reportsMax } = this.#settings;
    if (beats >= (beatsMax ?? Number.POSITIVE_INFINITY)) this.stop();
    else if (reports >= (reportsMax ?? Number.POSITIVE_INFINITY)) this.stop();
  }

  #showOne(shown: Shown): void {
    const { eye } = this.#ports;
    if (shown.kind === "note") eye.note(shown.text, shown.warning);
    else if (shown.kind === "beat") eye.beat(shown.frame, shown.place);
    else eye.report(shown.report);
  }

  /** Looks again when so many beats will have come due without another frame. */
  #awaitSilence(): void {
    this.#silence?.cancel();
    const { flywheel } = this.#ear;
    if (this.#isStopped || flywheel.frame === undefined) return;
    const { bus, clock } = this.#ports;
    const dueMs = flywheel.dueAt(flywheel.frame.beat_index + SILENT_BEATS) ?? 0;
    this.#silence = clock.after(dueMs + JITTER_MS - clock.monotonicMs(), () => {
      if (flywheel.lagBeats(clock.monotonicMs()) < SILENT_BEATS) this.#awaitSilence();
      else this.#show(this.#watcher.silent(SILENT_BEATS, { connected: bus.connected }));
    });
  }

  #end(): void {
    this.#isStopped = true;
    this.#endWait();
    this.#silence?.cancel();
    this.#ear.stop();
    this.#follower.stop();
    this.#reports.unsubscribe();
  }
}
