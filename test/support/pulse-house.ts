/** Everything around a pulse in tests: time, a bus with a listener, a store, and what was heard, said and measured. */
import { type BeatFrame, createDecoder, Refusal, subjectsOf } from "../../src/contracts/index.ts";
import type { Distribution } from "../../src/ports.ts";
import { type Pulse, type PulseSettings, runPulse } from "../../src/pulse/pulse.ts";
import { FakeBroker, type FakeBus } from "../../src/sdk/testing/fake-bus.ts";
import { FakeClock, type FakeClockOptions } from "../../src/sdk/testing/fake-clock.ts";
import { MemoryTimelineStore } from "./memory-timeline-store.ts";
import { CLUSTER } from "./messages.ts";
import { recordingLog } from "./recording-log.ts";

export const SUBJECTS = subjectsOf(CLUSTER);

export interface HeardFrame {
  readonly frame: BeatFrame;
  /** On the monotonic clock. */
  readonly atMs: number;
}

/** A world for one pulse after another; a second per beat and 4 beats to the bar unless a test wants otherwise. */
export class PulseHouse {
  readonly clock: FakeClock;
  readonly broker = new FakeBroker();
  readonly bus: FakeBus;
  readonly store: MemoryTimelineStore;
  readonly log = recordingLog();
  readonly measured: (readonly [Distribution, number])[] = [];
  /** Frames on the wire, strictly valid, in order. */
  readonly heard: HeardFrame[] = [];
  readonly peer: FakeBus;

  constructor(options: FakeClockOptions & { readonly store?: MemoryTimelineStore } = {}) {
    this.clock = new FakeClock(options);
    this.store = options.store ?? new MemoryTimelineStore();
    this.bus = this.broker.connect({ log: this.log });
    this.peer = this.broker.connect();
    const decoder = createDecoder({ mode: "strict" });
    this.peer.subscribe(SUBJECTS.beat, ({ data }) => {
      const frame = decoder.frame(data);
      if (frame instanceof Refusal) throw new Error(`an invalid frame: ${frame.text}`);
      this.heard.push({ frame, atMs: this.clock.monotonicMs() });
    });
  }

  start(settings: Partial<PulseSettings> = {}): Pulse {
    return runPulse(
      {
        clusterId: CLUSTER,
        nodeId: "node-1",
        version: "1.2.3",
        tempoBpm: 60,
        barLength: 4,
        subjects: SUBJECTS,
        ...settings,
      },
      {
        clock: this.clock,
        bus: this.bus,
        log: this.log,
        metrics: { observe: (metric, value) => this.measured.push([metric, value]) },
        timelineStore: this.store,
      },
    );
  }

  get indexes(): number[] {
    return this.heard.map(({ frame }) => frame.beat_index);
  }

  /** Ends without a word, as SIGKILL does: no timer of a pulse fires any more. */
  kill(): PulseHouse {
    const wallMs = this.clock.wallMs();
    return new PulseHouse({ wallMs, monotonicMs: 50, store: new MemoryTimelineStore(this.store.stored) });
  }
}
