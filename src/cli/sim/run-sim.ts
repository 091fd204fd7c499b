/**
 * A fleet of simulated agents on a real bus, in the order of events: hear the beat, let each agent live through
 * it, send what it claims, find out what became of it, tell.
 *
 * Where frames are lost or the pulse is silent the beat goes on by the own clock, as it does for agents of the
 * SDK (S1). What an agent claims is decided in src/sim/, how it looks in sim-lines.ts; no claim is lost silently.
 */
import type { Subjects } from "../../contracts/subjects.ts";
import { HybridClock } from "../../core/hlc.ts";
import type { BackbeatError } from "../../errors.ts";
import type { Bus, Clock } from "../../ports.ts";
import { BeatSchedule } from "../../sdk/beat-schedule.ts";
import { createFleet } from "../../sim/fleet.ts";
import type { FleetSettings } from "../../sim/fleet-settings.ts";
import { awaitFirstBeat } from "../first-beat.ts";
import { type BeatEar, type Heard, hearBeats } from "../hear-beats.ts";
import { addBeat, type BeatRecord, beatRecord, type RunTotals, runTotals } from "./beat-record.ts";
import { BeatSender } from "./beat-sender.ts";
import { Delivery, type DeliveryOptions } from "./delivery.ts";

export interface SimSettings {
  readonly clusterId: string;
  readonly subjects: Subjects;
  /** How long to wait for the first beat. */
  readonly waitSeconds: number;
  /** End after so many beats; undefined: never. */
  readonly beatsMax: number | undefined;
  readonly fleet: FleetSettings;
  /** The first agents play the parts of the cast, see sim/cast.ts. */
  readonly hasCast: boolean;
}

export interface SimPorts extends Pick<DeliveryOptions, "onClaim"> {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Hears of each beat when the end of all its claims is known. */
  readonly onBeat: (record: BeatRecord) => void;
  /** Takes a line about the run. */
  readonly say: (text: string) => void;
}

export interface Sim {
  /** What was claimed in the beats that are over. */
  readonly totals: Readonly<RunTotals>;
  /**
   * Resolves after as many beats as were asked for, and after `stop`. Rejects with BackbeatError `no-beat` or
   * `nats-unreachable` when no beat came in time, `bad-message` when a claim cannot be sent at all.
   */
  readonly done: Promise<void>;
  /** Sends nothing more; resolves when the end of what was sent is known. Again is harmless. */
  stop(): Promise<void>;
}

/** Beats that the server may owe us an answer for; more would only fill our memory. */
const UNSETTLED_BEATS_MAX = 2;

/** Services end within 5 s of a signal; what a server has not answered for after two stays uncertain. */
const STOP_WAIT_MS = 2_000;

/** Starts the fleet. The bus stays open. */
export function runSim(settings: SimSettings, ports: SimPorts): Sim {
  return new RunningSim(settings, ports);
}

class RunningSim implements Sim {
  readonly done: Promise<void>;
  readonly totals = runTotals();
  readonly #settings: SimSettings;
  readonly #ports: SimPorts;
  readonly #delivery: Delivery;
  readonly #sender: BeatSender;
  readonly #ear: BeatEar;
  readonly #hlc: HybridClock;
  readonly #endWait: () => void;
  readonly #ending = new Set<Promise<void>>();
  readonly #schedule: BeatSchedule;
  #begun = 0;
  #isStopped = false;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(settings: SimSettings, ports: SimPorts) {
    const { bus, clock, onClaim, say } = ports;
    const { clusterId, fleet, subjects, waitSeconds } = settings;
    this.#settings = settings;
    this.#ports = ports;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#hlc = new HybridClock(fleet.prefix);
    this.#delivery = new Delivery(bus, { subject: subjects.status, onClaim });
    this.#sender = new BeatSender({
      fleet: createFleet(fleet, settings.hasCast),
      delivery: this.#delivery,
      clock,
      hlc: this.#hlc,
      onSent: () => this.#endBeat(),
      onFailure: (error) => this.#fail(error),
    });
    const onGivenUp = (error: BackbeatError): void => this.#fail(error);
    this.#endWait = awaitFirstBeat(
      {
        action: "simulate agents of",
        clusterId,
        subjects,
        waitSeconds,
        unusable: () => this.#ear.unusable,
        say,
        onGivenUp,
      },
      ports,
    );
    this.#ear = hearBeats({ clusterId, subjects, onHeard: (heard) => this.#heard(heard) }, ports);
    this.#schedule = new BeatSchedule({
      wheel: this.#ear.flywheel,
      clock,
      tell: (beat) => this.#beginBeat(beat),
    });
  }

  async stop(): Promise<void> {
    this.#halt();
    this.#sender.stop();
    this.#endBeat();
    const giveUp = this.#ports.clock.after(STOP_WAIT_MS, () => this.#delivery.giveUp());
    await Promise.all(this.#ending);
    giveUp.cancel();
    this.#resolve();
  }

  #heard(heard: Heard): void {
    if (heard.kind !== "frame" || this.#isStopped) return;
    this.#hlc.receive(heard.frame.hlc, this.#ports.clock.wallMs());
    this.#schedule.heard();
  }

  #beginBeat(beat: number): void {
    if (this.#begun === this.#settings.beatsMax) return;
    const { flywheel } = this.#ear;
    this.#endWait();
    this.#begun += 1;
    const record = beatRecord(beat, flywheel.frame?.beat_index !== beat);
    const isBehind = this.#delivery.unsettled >= UNSETTLED_BEATS_MAX;
    const [dueMs = 0, nextDueMs = 0] = [flywheel.dueAt(beat), flywheel.dueAt(beat + 1)];
    this.#sender.begin({ record, dueMs, nextDueMs }, isBehind);
  }

  #endBeat(): void {
    const ending = this.#finishBeat();
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }

  async #finishBeat(): Promise<void> {
    try {
      const record = await this.#delivery.end();
      if (record === undefined) return;
      addBeat(this.totals, record);
      this.#ports.onBeat(record);
      if (this.totals.beats === this.#settings.beatsMax) void this.stop();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#halt();
    this.#reject(error);
  }

  #halt(): void {
    this.#isStopped = true;
    this.#endWait();
    this.#schedule.stop();
    this.#ear.stop();
  }
}
