/**
 * A cluster in memory for the tests of those who write agents: a pulse that beats when the test says so, a journal that
 * keeps what is claimed, and time that passes only when it is told to.
 */
import type { BarReport } from "../../contracts/bar-report.ts";
import { BEAT_FRAME_TYPE, type BeatFrame } from "../../contracts/beat-frame.ts";
import { encodeFrame } from "../../contracts/encode.ts";
import type { StatusClaim } from "../../contracts/status-claim.ts";
import { subjectsOf } from "../../contracts/subjects.ts";
import { windowIdOf } from "../../contracts/window-id.ts";
import { type BarGrid, barFromOf, phaseOf } from "../../core/bar-grid.ts";
import type { Log } from "../../ports.ts";
import type { Agent } from "../agent.ts";
import type { AgentSettings } from "../agent-settings.ts";
import { runAgent } from "../running-agent.ts";
import { type FakeBus, fakeBroker } from "./fake-bus.ts";
import { FakeClock } from "./fake-clock.ts";
import { silentLog } from "./silent-log.ts";

export interface TestFleetOptions {
  /** Default `test`. */
  readonly clusterId?: string;
  /** Beats per minute; default 60. */
  readonly tempoBpm?: number;
  /** Beats per bar; default 8. */
  readonly barLength?: number;
  /** Default: says nothing. */
  readonly log?: Log;
}

/** What a test has in hand. */
export interface TestFleet {
  /** What was claimed and stored, in order. */
  readonly claims: readonly StatusClaim[];
  /** The beat that was published last; 0 before the first. */
  readonly beat: number;
  /** Starts an agent on a connection of its own. */
  agent(agentId: string, settings?: Partial<Omit<AgentSettings, "agentId" | "clusterId">>): Agent;
  /** Publishes so many beats, default 1, each one beat length after the last; resolves when agents have heard the last. */
  play(beats?: number): Promise<void>;
  /** Lets time pass without a frame, ms: the pulse is silent. */
  pass(durationMs: number): Promise<void>;
  /** Publishes a report, as reverb would. */
  report(report: Omit<BarReport, "type">): Promise<void>;
  /** Cuts the links of all agents; claims wait in their outboxes. */
  disconnect(): void;
  reconnect(): void;
}

export function testFleet(options: TestFleetOptions = {}): TestFleet {
  return new MemoryFleet(options);
}

/** State: who is connected, what was claimed, and where the beat is. */
class MemoryFleet implements TestFleet {
  readonly #clusterId: string;
  readonly #beatMs: number;
  readonly #bars: BarGrid;
  readonly #log: Log;
  readonly #clock = new FakeClock();
  readonly #broker = fakeBroker();
  readonly #house: FakeBus;
  readonly #links: FakeBus[] = [];
  readonly #claims: StatusClaim[] = [];
  /** When beat 1 is due, on the clock. */
  readonly #originMs: number;
  #beat = 0;

  constructor({ barLength = 8, clusterId = "test", log = silentLog, tempoBpm = 60 }: TestFleetOptions) {
    this.#clusterId = clusterId;
    this.#beatMs = 60_000 / tempoBpm;
    this.#bars = { barOrigin: 1, barLength };
    this.#log = log;
    this.#originMs = this.#clock.monotonicMs();
    this.#house = this.#broker.connect();
    this.#house.subscribe(this.#subjects.status, ({ data, respond }) => {
      this.#claims.push(JSON.parse(new TextDecoder().decode(data)) as StatusClaim);
      respond(encode({ stream: "TEST", seq: this.#claims.length }));
    });
  }

  get claims(): readonly StatusClaim[] {
    return this.#claims;
  }

  get beat(): number {
    return this.#beat;
  }

  agent(agentId: string, settings: Partial<AgentSettings> = {}): Agent {
    const bus = this.#broker.connect();
    this.#links.push(bus);
    return runAgent(
      { ...settings, clusterId: this.#clusterId, agentId },
      { bus, clock: this.#clock, log: this.#log },
    );
  }

  async play(beats = 1): Promise<void> {
    for (let left = beats; left > 0; left -= 1) {
      const dueMs = this.#originMs + this.#beat * this.#beatMs;
      await this.#clock.run(Math.max(0, dueMs - this.#clock.monotonicMs()));
      this.#beat += 1;
      this.#house.publish(this.#subjects.beat, encodeFrame(this.#frame()));
      await this.#clock.run(0);
    }
  }

  async pass(durationMs: number): Promise<void> {
    await this.#clock.run(durationMs);
    // The beats that nobody published have passed all the same.
    const passed = (this.#clock.monotonicMs() - this.#originMs) / this.#beatMs;
    if (this.#beat > 0) this.#beat = Math.max(this.#beat, Math.ceil(passed));
  }

  async report(report: Omit<BarReport, "type">): Promise<void> {
    this.#house.publish(this.#subjects.reverb, encode({ type: "backbeat.barreport.v1", ...report }));
    await this.#clock.run(0);
  }

  disconnect(): void {
    for (const link of this.#links) link.loseLink();
  }

  reconnect(): void {
    for (const link of this.#links) link.restoreLink();
  }

  get #subjects() {
    return subjectsOf(this.#clusterId);
  }

  #frame(): BeatFrame {
    const barFrom = barFromOf(this.#bars, this.#beat);
    const endsAtMs = this.#clock.wallMs() + this.#beatMs;
    return {
      type: BEAT_FRAME_TYPE,
      cluster_id: this.#clusterId,
      beat_index: this.#beat,
      downbeat: this.#beat === barFrom,
      phase: phaseOf(this.#bars, this.#beat),
      hlc: "0000:0000:0000",
      deadline_at: new Date(endsAtMs).toISOString(),
      tempo_bpm: 60_000 / this.#beatMs,
      window_id: windowIdOf(this.#clusterId, barFrom),
      metadata: { bar_from: barFrom, bar_length: this.#bars.barLength, epoch: 1 },
    };
  }
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
