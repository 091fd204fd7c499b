/**
 * The other pulses of the cluster: who is there, whose turn a beat is, and what is heard of them (BACKBEAT-REQ-001;
 * P1, P2).
 *
 * A frame of our epoch or a higher one is a beat that nobody has to publish again. Each pulse says once per beat that
 * it is there, and which timeline it knows: so a change reaches all of them without the lease store.
 */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import { deadlineMsOf } from "../contracts/deadline.ts";
import { createDecoder } from "../contracts/decode.ts";
import { decodePresence, encodePresence, type Presence } from "../contracts/presence.ts";
import { Refusal } from "../contracts/refusal.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { timelineOfBeat } from "../core/shared-timeline.ts";
import { firstOfTwo, PulseRow } from "../core/succession.ts";
import { beatDurationMs } from "../core/tempo.ts";
import type { Bus, BusMessage, BusSubscription, Clock } from "../ports.ts";
import type { Accord } from "./accord.ts";
import type { DuplicatePulses } from "./duplicate-pulses.ts";
import { bootIn, heardBeatOf, nodeIn, timelineTold, told } from "./presence.ts";
import type { RunningTimeline } from "./running-timeline.ts";

export interface CompanySettings {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly subjects: Subjects;
}

export interface CompanyParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timeline: RunningTimeline;
  readonly accord: Accord;
  /** This run of the process. */
  readonly boot: string;
  readonly duplicates: DuplicatePulses;
  /** The timeline is another now, or is tied otherwise. */
  readonly changed: () => void;
}

/** State: the row of pulses, the newest beat that was heard, and its frame. */
export class Company {
  readonly row: PulseRow;
  readonly #settings: CompanySettings;
  readonly #parts: CompanyParts;
  readonly #decoder = createDecoder();
  readonly #subscriptions: BusSubscription[] = [];
  /** The newest beat that somebody published, we included. */
  #heardBeat = 0;
  #newestFrame: Uint8Array | undefined;
  #staleFrames = 0;
  #isLeaving = false;

  constructor(settings: CompanySettings, parts: CompanyParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.row = new PulseRow(settings.nodeId);
  }

  /** Bytes of the newest frame of ours or another; undefined before the first. */
  get newestFrame(): Uint8Array | undefined {
    return this.#newestFrame;
  }

  /** Frames of a lower epoch that were heard. */
  get staleFrames(): number {
    return this.#staleFrames;
  }

  start(): void {
    const { bus } = this.#parts;
    const { subjects } = this.#settings;
    this.#subscriptions.push(
      bus.subscribe(subjects.beat, ({ data }) => this.#hearFrame(data)),
      bus.subscribe(subjects.pulse, ({ data }) => this.#hearPresence(data)),
    );
    this.beatPassed();
  }

  stop(): void {
    this.#isLeaving = true;
    this.announce();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  /** To be called once a beat. */
  beatPassed(): void {
    this.#parts.duplicates.beatPassed();
    this.announce();
  }

  /** Says that we are there, or that we go. */
  announce(): void {
    const { accord, boot, bus, duplicates, timeline } = this.#parts;
    const { acting, holder } = this.row;
    const { sinceBeat } = duplicates;
    const presence: Presence = {
      node: this.#settings.nodeId,
      boot,
      ...(sinceBeat === undefined ? {} : { since_beat: sinceBeat }),
      leaving: this.#isLeaving,
      asking: !accord.maySpeak,
      ...(holder === undefined ? {} : { leader: holder }),
      ...(acting === undefined ? {} : { acting }),
      ...(accord.isProvisional ? {} : { timeline: told(timeline.asOf(Math.max(0, timeline.beatNow))) }),
    };
    bus.publish(this.#settings.subjects.pulse, encodePresence(presence));
  }

  /** Whether we published the newest frame. */
  get isActing(): boolean {
    return this.row.acting === this.#settings.nodeId;
  }

  /** Whether a pulse with our node id is there that began before us. */
  get isBehindElder(): boolean {
    return this.#parts.duplicates.elders > 0;
  }

  isHeard(beat: number): boolean {
    return beat <= this.#heardBeat;
  }

  /** Our place in the row for a beat that is due. */
  rankAt(beat: number): number {
    const { clock, duplicates, timeline } = this.#parts;
    this.row.age(clock.monotonicMs(), beatDurationMs(timeline.tempoTenthsAt(beat)));
    this.row.elders = duplicates.elders;
    return this.row.rank;
  }

  /** We published a beat. True: in the place of another, who did not. */
  published(beat: number, frame: Uint8Array): boolean {
    const { clock, timeline } = this.#parts;
    const { nodeId } = this.#settings;
    const isTakeOver = this.row.acting !== undefined && this.row.acting !== nodeId;
    this.#heardBeat = Math.max(beat, this.#heardBeat);
    this.#newestFrame = frame;
    this.row.acting = nodeId;
    timeline.shared.published(beat, clock.monotonicMs());
    return isTakeOver;
  }

  /** The rhythm is another: beats that were heard of the one before say nothing of this one. */
  forgetHeard(): void {
    if (this.#parts.timeline.beatNow + 1 < this.#heardBeat) this.#heardBeat = 0;
  }

  /** An answer to our question for the newest frame. */
  hearAnswer({ data }: BusMessage): void {
    const frame = this.#read(data);
    if (frame === undefined) return;
    const heard = heardBeatOf(frame);
    const node = nodeIn(frame.metadata?.node);
    if (heard === undefined || node === undefined || this.#isOurs(frame)) return;
    const { accord, clock } = this.#parts;
    const dueWallMs = deadlineMsOf(frame) - 60_000 / frame.tempo_bpm;
    const stored = timelineOfBeat(heard, { clusterId: this.#settings.clusterId, dueWallMs });
    accord.follow(stored);
    const result = accord.adopt(stored);
    if (result === "stale") return;
    this.#accept(heard.beat, { node, data, isTakenUp: false });
    this.row.hear(node, clock.monotonicMs(), bootIn(frame));
    this.#learnHolder(frame.metadata?.leader, result === "taken-up");
  }

  #hearFrame(data: Uint8Array): void {
    const frame = this.#read(data);
    const node = nodeIn(frame?.metadata?.node);
    const heard = frame && heardBeatOf(frame);
    if (frame === undefined || heard === undefined || node === undefined) return;
    if (this.#isOurs(frame)) return;
    const { accord, changed, clock, timeline } = this.#parts;
    accord.follow(
      timelineOfBeat(heard, { clusterId: this.#settings.clusterId, dueWallMs: timeline.now.wallMs }),
    );
    const before = timeline.schedule;
    const result = timeline.shared.hear(heard, timeline.now);
    this.row.hear(node, clock.monotonicMs(), bootIn(frame));
    if (result === "stale") {
      this.#staleFrames += 1;
      return;
    }
    accord.answered();
    const isTakenUp = result === "taken-up";
    if (isTakenUp) {
      this.forgetHeard();
      this.#learnHolder(frame.metadata?.leader, true);
    }
    this.#accept(heard.beat, { node, data, isTakenUp });
    if (timeline.schedule !== before) changed();
  }

  #accept(
    beat: number,
    {
      data,
      isTakenUp,
      node,
    }: { readonly node: string; readonly data: Uint8Array; readonly isTakenUp: boolean },
  ): void {
    const { acting } = this.row;
    if (beat < this.#heardBeat) return;
    // Two have published it: both of them, and whoever heard both, see the same one go on.
    const isSecond = beat === this.#heardBeat && !isTakenUp && acting !== undefined;
    this.row.acting = isSecond ? firstOfTwo(acting, node) : node;
    this.#heardBeat = beat;
    this.#newestFrame = data;
  }

  #hearPresence(data: Uint8Array): void {
    const presence = decodePresence(data);
    if (presence === undefined) return;
    const { asking, boot, leader, leaving, node, timeline: theirs } = presence;
    const { accord, clock, duplicates, timeline } = this.#parts;
    const hasOurId = node === this.#settings.nodeId;
    if (hasOurId && boot === this.#parts.boot) return;
    if (leaving && !hasOurId) this.row.leave(node, boot);
    const isNew = hasOurId
      ? duplicates.hear(presence)
      : !leaving && this.row.hear(node, clock.monotonicMs(), boot);
    if (leaving) return;
    // Who has heard no frame yet must not take itself for the first in the row.
    this.row.acting ??= presence.acting;
    if (theirs !== undefined) {
      const stored = timelineTold(theirs, this.#settings.clusterId);
      const result = accord.adopt(stored);
      if (result === "taken-up") this.forgetHeard();
      if (result !== "stale" && theirs.epoch === timeline.stored.epoch)
        this.#learnHolder(leader, result === "taken-up");
    }
    // Who has just come learns at once who is there.
    if (isNew || (asking && accord.maySpeak)) this.announce();
  }

  /** Each epoch has one holder: that of the epoch before says nothing of a new one, also where nobody is named. */
  #learnHolder(value: unknown, isTakenUp: boolean): void {
    if (isTakenUp) this.row.holder = undefined;
    this.row.holder ??= nodeIn(value);
  }

  /** A frame that this very process has published, as the server gives it back to us. */
  #isOurs({ metadata }: BeatFrame): boolean {
    return metadata?.node === this.#settings.nodeId && metadata.boot === this.#parts.boot;
  }

  #read(data: Uint8Array): BeatFrame | undefined {
    const frame = this.#decoder.frame(data);
    return frame instanceof Refusal || frame.cluster_id !== this.#settings.clusterId ? undefined : frame;
  }
}
