/**
 * The pulse: one BeatFrame per beat, never early, never twice, no backlog (BACKBEAT-REQ-001, 002, 005; P1, P3).
 *
 * Top to bottom: open the timeline → tie it to the monotonic clock → before each beat store its index → when it is
 * due build, check and publish its frame → answer requests for the newest one. While the link is down the beat goes
 * on unsent. It holds no lease: two pulses of one cluster are two rhythms.
 */
import { encodeFrame } from "../contracts/encode.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { formatHlc, HybridClock } from "../core/hlc.ts";
import type { TimelineStart } from "../core/resume.ts";
import { staggerMs } from "../core/succession.ts";
import type { Bus, BusMessage, BusSubscription, Metrics } from "../ports.ts";
import { BeatRecord } from "./beat-record.ts";
import { BeatTimer } from "./beat-timer.ts";
import { buildFrame, type FrameOrigin } from "./build-frame.ts";
import { type OpenPorts, openTimeline, type WantedTimeline } from "./open-timeline.ts";
import { RunningTimeline } from "./running-timeline.ts";
import { showPulse } from "./show-pulse.ts";
import type { PulseView } from "./view.ts";
import { WriteAhead } from "./write-ahead.ts";

export interface PulseSettings extends WantedTimeline, FrameOrigin {
  readonly subjects: Subjects;
}

export interface PulsePorts extends OpenPorts {
  readonly bus: Bus;
  readonly metrics: Metrics;
}

export interface Pulse {
  readonly view: PulseView;
  /** Publishes no more; waits at most half a second until the server has what was published. Never rejects. */
  stop(): Promise<void>;
}

/** Longest wait for the server when stopping: what it has not taken by then would be late anyway. */
const FLUSH_MAX_MS = 500;

/** Missed beats are said at most this often: on an overloaded machine each beat may be missed. */
const MISSES_SAID_EVERY_MS = 60_000;

/**
 * Starts to beat; the first frame leaves when its beat is due.
 * @throws BackbeatError `bad-config`, `bad-timeline`, or `bad-message` where a setting makes frames invalid
 */
export function runPulse(settings: PulseSettings, ports: PulsePorts): Pulse {
  return new RunningPulse(settings, ports, openTimeline(settings, ports));
}

/** State: the timeline on the own clock, the newest frame, and what became of the beats. */
class RunningPulse implements Pulse {
  readonly view: PulseView;
  readonly #settings: PulseSettings;
  readonly #ports: PulsePorts;
  readonly #timeline: RunningTimeline;
  readonly #writeAhead: WriteAhead;
  readonly #hlc: HybridClock;
  readonly #record: BeatRecord;
  readonly #timer: BeatTimer;
  readonly #answers: BusSubscription;
  #newestFrame: Uint8Array | undefined;
  #unsaid = { beats: 0, sinceMs: Number.NEGATIVE_INFINITY };
  #stopped: Promise<void> | undefined;

  constructor(settings: PulseSettings, ports: PulsePorts, start: TimelineStart) {
    const { clock, bus } = ports;
    this.#settings = settings;
    this.#ports = ports;
    this.#timeline = new RunningTimeline(start.timeline, clock);
    this.#writeAhead = new WriteAhead(start.timeline, ports);
    this.#hlc = new HybridClock(settings.nodeId);
    this.#record = new BeatRecord(clock.monotonicMs());
    this.#record.skipped(start.skippedBeats);
    // A setting that makes frames invalid is found now, not at the first beat.
    this.#encode(start.nextBeat);
    this.#timer = new BeatTimer(clock, this.#timeline.schedule, {
      prepare: (beat) => this.#prepare(beat),
      beat: (beat) => this.#beat(beat),
      miss: (beats) => this.#miss(beats),
    });
    this.view = showPulse(settings, ports, {
      timeline: this.#timeline,
      timer: this.#timer,
      record: this.#record,
      writeAhead: this.#writeAhead,
    });
    this.#answers = bus.subscribe(settings.subjects.now, (request) => this.#answer(request));
    bus.onLink((link) => this.#sayLink(link));
    this.#timer.start(start.nextBeat);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Stores the index ahead of its beat: a crash in between costs this beat, and never uses it twice. */
  #prepare(beat: number): boolean {
    return this.#writeAhead.reserve(beat, this.#timeline.wallMsOf(beat));
  }

  #beat(beat: number): void {
    this.#record.due(beat);
    if (!this.#prepare(beat)) {
      this.#record.unstored();
      return;
    }
    if (this.#timeline.lateMs(beat) > staggerMs(this.#timeline.schedule.tempoTenths)) {
      this.#miss(1);
      return;
    }
    this.#newestFrame = this.#encode(beat);
    this.#publish(beat, this.#newestFrame);
  }

  #publish(beat: number, frame: Uint8Array): void {
    const { bus, clock, metrics } = this.#ports;
    const lateMs = this.#timeline.lateMs(beat);
    if (!bus.publish(this.#settings.subjects.beat, frame)) {
      this.#record.unsent();
      return;
    }
    this.#record.published(clock.monotonicMs(), lateMs);
    metrics.observe("beat_late_seconds", lateMs / 1000);
  }

  #miss(beats: number): void {
    this.#record.skipped(beats);
    this.#unsaid.beats += beats;
    const nowMs = this.#ports.clock.monotonicMs();
    if (nowMs - this.#unsaid.sinceMs < MISSES_SAID_EVERY_MS) return;
    this.#ports.log.warn(
      `Too late for ${this.#unsaid.beats} beats, which were skipped: the machine stood still, is overloaded, or its disk is slow`,
    );
    this.#unsaid = { beats: 0, sinceMs: nowMs };
  }

  /** The frame of a beat, checked against its schema. @throws BackbeatError `bad-message` */
  #encode(beat: number): Uint8Array {
    const hlc = formatHlc(this.#hlc.tick(this.#ports.clock.wallMs()));
    const deadlineMs = this.#timeline.wallMsOf(beat + 1);
    return encodeFrame(buildFrame(this.#timeline.stored, this.#settings, { beat, hlc, deadlineMs }));
  }

  #answer(request: BusMessage): void {
    if (this.#newestFrame !== undefined && request.respond(this.#newestFrame)) this.#record.answered();
  }

  #sayLink(link: "lost" | "restored"): void {
    if (this.#stopped !== undefined) return;
    const { log } = this.#ports;
    if (link === "lost") log.warn("The link is down: the beat goes on, its frames are not sent");
    else log.info("The link is up: frames are sent", { unsent: this.#record.totals.unsent });
  }

  async #stop(): Promise<void> {
    this.#timer.stop();
    this.#answers.unsubscribe();
    const { bus, clock } = this.#ports;
    if (!bus.connected) return;
    await new Promise<void>((resolve) => {
      const patience = clock.after(FLUSH_MAX_MS, resolve);
      const done = () => {
        patience.cancel();
        resolve();
      };
      bus.flush().then(done, done);
    });
  }
}
