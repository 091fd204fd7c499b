/**
 * The pulse: one BeatFrame per beat, never early, never twice, no backlog (BACKBEAT-REQ-001, 002, 005; P1, P3).
 *
 * Top to bottom: open the timeline → tie it to the monotonic clock → before each beat store its index → when it is
 * due see whose turn it is → build, check and publish its frame → answer requests for the newest one. While the link
 * is down the beat goes on unsent. With a lease it is one of several pulses of a cluster (member.ts); without one two
 * pulses are two rhythms.
 */
import { encodeFrame } from "../contracts/encode.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { formatHlc, HybridClock } from "../core/hlc.ts";
import { staggerMs, turnOf } from "../core/succession.ts";
import { beatDurationMs } from "../core/tempo.ts";
import type { BackbeatError } from "../errors.ts";
import type { Bus, BusMessage, BusSubscription, Lease, Metrics, Timer } from "../ports.ts";
import { BeatRecord } from "./beat-record.ts";
import { afterReading, BeatTimer } from "./beat-timer.ts";
import { buildFrame, type FrameOrigin } from "./build-frame.ts";
import { Member } from "./member.ts";
import { type OpenedTimeline, type OpenPorts, openTimeline, type WantedTimeline } from "./open-timeline.ts";
import { RunningTimeline } from "./running-timeline.ts";
import { showPulse } from "./show-pulse.ts";
import type { PulseControl, PulseView } from "./view.ts";
import { WriteAhead } from "./write-ahead.ts";

export interface PulseSettings extends WantedTimeline, FrameOrigin {
  readonly subjects: Subjects;
  /** Node id of who leads where there is no lease store; without it a pulse there leads by itself. */
  readonly namedLeader?: string | undefined;
}

export interface PulsePorts extends OpenPorts {
  readonly bus: Bus;
  readonly metrics: Metrics;
  /** Makes it one of several pulses; without it this must be the only one of its cluster. */
  readonly lease?: Lease | undefined;
  /** Hears once, after the start, why the pulse cannot go on (`bad-timeline`, `duplicate-node-id`); it is to be stopped then. */
  readonly failed?: ((error: BackbeatError) => void) | undefined;
}

export interface Pulse {
  readonly view: PulseView;
  /** Undefined for a pulse without a lease. */
  readonly control?: PulseControl | undefined;
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
  readonly #origin: FrameOrigin;
  readonly #timeline: RunningTimeline;
  readonly #writeAhead: WriteAhead;
  readonly #hlc: HybridClock;
  readonly #record: BeatRecord;
  readonly #timer: BeatTimer;
  readonly #member: Member | undefined;
  readonly #answers: BusSubscription;
  readonly #links: BusSubscription;
  /** Highest index that may have been on the wire: none up to it is used again (P1). */
  #spentBeat: number;
  #turn: Timer | undefined;
  #newestFrame: Uint8Array | undefined;
  #unsaid = { beats: 0, sinceMs: Number.NEGATIVE_INFINITY };
  #stopped: Promise<void> | undefined;

  constructor(settings: PulseSettings, ports: PulsePorts, start: OpenedTimeline) {
    const { bus, clock, lease } = ports;
    this.#settings = settings;
    this.#origin = { ...settings, boot: lease?.writer };
    this.#ports = ports;
    this.#timeline = new RunningTimeline(start.timeline, clock);
    this.#writeAhead = new WriteAhead(start.timeline, ports);
    this.#spentBeat = start.timeline.lastBeat;
    this.#hlc = new HybridClock(settings.nodeId);
    this.#record = new BeatRecord(clock.monotonicMs());
    this.#record.skipped(start.skippedBeats);
    // A setting that makes frames invalid is found now, not at the first beat.
    this.#encode(start.nextBeat);
    this.#timer = new BeatTimer(clock, () => this.#timeline.schedule, {
      prepare: (beat) => void this.#prepare(beat),
      beat: (beat) => this.#beat(beat),
      miss: (beats) => this.#miss(beats),
    });
    this.#member =
      lease &&
      new Member(settings, {
        ...ports,
        lease,
        timeline: this.#timeline,
        started: start.kind,
        lost: start.lost,
        changed: () => this.#retime(),
        restarted: () => this.#restartTimer(),
      });
    const { member, record, timeline, timer, writeAhead } = {
      member: this.#member,
      record: this.#record,
      timeline: this.#timeline,
      timer: this.#timer,
      writeAhead: this.#writeAhead,
    };
    this.view = showPulse(this.#origin, ports, { member, record, timeline, timer, writeAhead });
    this.#answers = bus.subscribe(settings.subjects.now, (request) => this.#answer(request));
    this.#links = bus.onLink((link) => this.#onLink(link));
    this.#timer.start(start.nextBeat);
    this.#member?.start();
  }

  get control(): PulseControl | undefined {
    return this.#member;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Stores the index ahead of its beat: a crash in between costs this beat, and never uses it twice. */
  #prepare(beat: number): boolean {
    // Nobody knows a provisional timeline, and it may be given up for another: it leaves no trace.
    if (this.#member?.accord.isProvisional === true) return false;
    // Who steps in must not be slower than who has done it all the time: nobody's first frame is its first.
    if (this.#member?.company.isActing === false) this.#encode(beat);
    return this.#writeAhead.reserve(beat, this.#timeline.asOf(beat));
  }

  #beat(beat: number): void {
    this.#turn?.cancel();
    this.#member?.publisher.giveUp();
    this.#record.due(beat);
    if (this.#member?.company.isHeard(beat) === true) this.#followed();
    else if (this.#member?.accord.maySpeak === false) this.#record.skipped(1);
    else if (!this.#prepare(beat)) this.#record.unstored();
    else this.#take(beat, this.#member?.company.rankAt(beat) ?? 0);
    this.#member?.company.beatPassed();
  }

  /**
   * Publishes the beat, or waits in the row whether another does. The place is that of when it came due: were those
   * before us forgotten meanwhile, our window would seem to have passed.
   */
  #take(beat: number, rank: number): void {
    const tempoTenths = this.#timeline.tempoTenthsAt(beat);
    const turn = turnOf({ lateMs: this.#timeline.lateMs(beat), rank, tempoTenths });
    if (turn.kind === "too-late" || beat <= this.#spentBeat) this.#miss(1);
    else if (turn.kind === "publish") this.#publish(beat);
    else {
      const wait = { delayMs: turn.forMs, lateMaxMs: staggerMs(tempoTenths) };
      this.#turn = afterReading(this.#ports.clock, () => this.#takeNow(beat, rank), wait);
    }
  }

  /** The wait is over: what was heard meanwhile decides. */
  #takeNow(beat: number, rank: number): void {
    const { accord, company } = this.#member ?? {};
    if (company?.isHeard(beat) === true) this.#followed();
    else if (accord?.maySpeak === false) this.#record.skipped(1);
    else this.#take(beat, rank);
  }

  #followed(): void {
    this.#member?.publisher.followed();
    this.#record.followed(this.#ports.clock.monotonicMs());
  }

  #publish(beat: number): void {
    const { bus, clock, metrics } = this.#ports;
    const frame = this.#encode(beat);
    this.#newestFrame = frame;
    const lateMs = this.#timeline.lateMs(beat);
    const isSent =
      this.#member?.publisher.publish(beat, frame, this.#timeline.tempoTenthsAt(beat)) ??
      bus.publish(this.#settings.subjects.beat, frame);
    if (!isSent) {
      this.#record.unsent();
      return;
    }
    this.#spentBeat = beat;
    this.#member?.published(beat, frame);
    this.#record.published(clock.monotonicMs(), lateMs);
    metrics.observe("beat_late_seconds", lateMs / 1000);
  }

  /** The timeline goes on in another version, or is tied otherwise: waits for its next beat. */
  #retime(): void {
    const passed = this.#timeline.beatNow + 1 - this.#timer.nextBeat;
    if (Math.abs(passed) > 1) {
      this.#missOverdue(passed);
      this.#restartTimer();
    } else if (this.#stopped === undefined) this.#timer.reschedule();
  }

  /** Of beats that are passed over: those that came due while the process stood still, before it read of the new version. */
  #missOverdue(passed: number): void {
    const { nextBeat, overdueMs } = this.#timer;
    if (passed <= 0 || overdueMs < 0 || this.#stopped !== undefined) return;
    const beatMs = beatDurationMs(this.#timeline.tempoTenthsAt(nextBeat));
    this.#miss(Math.min(passed, Math.floor(overdueMs / beatMs) + 1));
  }

  #restartTimer(): void {
    if (this.#stopped !== undefined) return;
    this.#turn?.cancel();
    this.#timer.stop();
    this.#timer.start(this.#timeline.beatNow + 1);
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
    const leader = this.#member === undefined ? this.#settings.nodeId : this.#member.company.row.holder;
    return encodeFrame(buildFrame(this.#timeline.stored, this.#origin, { beat, hlc, deadlineMs, leader }));
  }

  /** Who asks others where the beat is does not answer that himself. */
  #answer(request: BusMessage): void {
    if (this.#member?.accord.maySpeak === false) return;
    const newest = this.#member === undefined ? this.#newestFrame : this.#member.company.newestFrame;
    if (newest !== undefined && request.respond(newest)) this.#record.answered();
  }

  #onLink(link: "lost" | "restored"): void {
    // That it is lost is an alarm, and the connection has its own line.
    if (this.#stopped !== undefined || link === "lost") return;
    this.#ports.log.info("The link is up: frames are sent", { unsent: this.#record.totals.unsent });
    this.#member?.linkRestored();
  }

  async #stop(): Promise<void> {
    this.#timer.stop();
    this.#turn?.cancel();
    this.#answers.unsubscribe();
    this.#links.unsubscribe();
    const { bus, clock } = this.#ports;
    const left = this.#member?.stop();
    if (!bus.connected) return;
    await new Promise<void>((resolve) => {
      const patience = clock.after(FLUSH_MAX_MS, resolve);
      const done = () => {
        patience.cancel();
        resolve();
      };
      Promise.all([bus.flush(), left]).then(done, done);
    });
  }
}
