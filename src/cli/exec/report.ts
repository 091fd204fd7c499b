/**
 * Claims for a running command (BACKBEAT-REQ-041): `executing` on each beat, `completed` or `failed` at the end.
 *
 * Best effort beside the command: nothing here throws into it, holds it up, or keeps it from ending. What cannot be
 * reported is said in one line; if reporting began after that and came to nothing again, in one more at the end.
 */
import { refusalWords } from "../../contracts/stream-refusal.ts";
import type { Subjects } from "../../contracts/subjects.ts";
import { messageOf } from "../../errors.ts";
import type { Bus, Clock, Log } from "../../ports.ts";
import type { Agent } from "../../sdk/agent.ts";
import type { Beat } from "../../sdk/beat.ts";
import type { Signer } from "../../sdk/claims.ts";
import { runAgent } from "../../sdk/running-agent.ts";
import type { Ending } from "./ending.ts";
import type { SaidProgress } from "./progress.ts";
import { type CommandState, endingDetails, executingDetails } from "./what-to-claim.ts";

export interface ReportSettings {
  readonly clusterId: string;
  readonly agentId: string;
  readonly taskId: string;
  readonly subjects: Subjects;
  /** Default: claims are not signed. */
  readonly signer?: Signer;
  /** How long the command should take. */
  readonly expectedMs: number | undefined;
  /** How long at most the end of the command waits for its last claim. */
  readonly waitMs: number;
}

export interface ReportPorts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** Why there is no link, where that is known. */
  readonly linkFailure: () => string | undefined;
  /** What the command last printed of its progress. */
  readonly said: () => SaidProgress | undefined;
  /** One line for whoever runs the command. */
  readonly say: (text: string) => void;
}

export interface Report {
  readonly agent: Agent;
  /**
   * Claims the end. Resolves when the server has it or it took too long, then with the line that says so: for when
   * the command's last output has gone. Never rejects.
   */
  finish(ending: Ending): Promise<string | undefined>;
}

/** A command that runs unreported for longer is told so: before, a pulse may be slow to answer, a server be restarted. */
const SAY_AFTER_MS = 2_000;

/** Begins to report on a bus that may still be connecting. */
export function startReport(settings: ReportSettings, ports: ReportPorts): Report {
  return new RunningReport(settings, ports);
}

/** State: what was claimed and confirmed, and what was said about it. */
class RunningReport implements Report {
  readonly agent: Agent;
  readonly #settings: ReportSettings;
  readonly #ports: ReportPorts;
  readonly #startMs: number;
  readonly #sayLater: { cancel(): void };
  readonly #offBeat: () => void;
  #isFinishing = false;
  /** An `executing` waits to be sent, or was. */
  #hasBegun = false;
  #hasDelivered = false;
  /** When the claims that wait for the server began to; undefined while none does. */
  #waitingSinceMs: number | undefined;
  /** What was said still holds. */
  #isKnown = false;
  #hasSaid = false;

  constructor(settings: ReportSettings, ports: ReportPorts) {
    const { clock } = ports;
    this.#settings = settings;
    this.#ports = ports;
    this.#startMs = clock.monotonicMs();
    this.agent = runAgent(settings, ports);
    this.#offBeat = this.agent.onBeat((beat) => this.#beat(beat));
    this.#sayLater = clock.after(SAY_AFTER_MS, () => {
      if (!this.#hasDelivered) this.#sayOnce();
    });
  }

  async finish(ending: Ending): Promise<string | undefined> {
    this.#offBeat();
    this.#sayLater.cancel();
    this.#isFinishing = true;
    const failure = await this.#inTime(this.#claimEnd(ending));
    void this.agent.stop();
    return failure === undefined || this.#isKnown ? undefined : this.#endLine(failure);
  }

  /**
   * From the end of the command on; where nothing was heard yet, from its start on: NATS and the pulse of a
   * cluster have had their chance while it ran.
   */
  #patienceMs(): number {
    const { waitMs } = this.#settings;
    if (this.agent.now !== undefined) return waitMs;
    return Math.max(0, this.#startMs + waitMs - this.#ports.clock.monotonicMs());
  }

  /** Why the work failed or that it took too long; undefined where it was done in time. */
  #inTime(work: Promise<void>): Promise<string | undefined> {
    const patienceMs = this.#patienceMs();
    return new Promise((resolve) => {
      const late = `the server did not confirm within ${Math.round(patienceMs / 100) / 10} s`;
      const patience = this.#ports.clock.after(patienceMs, () => resolve(late));
      void work
        .then(() => undefined, messageOf)
        .then((failure) => {
          patience.cancel();
          resolve(failure);
        });
    });
  }

  async #beat(beat: Beat): Promise<void> {
    const nowMs = this.#ports.clock.monotonicMs();
    if (this.#waitingSinceMs !== undefined && nowMs - this.#waitingSinceMs >= SAY_AFTER_MS) this.#sayOnce();
    this.#waitingSinceMs ??= nowMs;
    try {
      this.#hasBegun = true;
      await this.agent.claim("executing", executingDetails(this.#command(beat)));
      this.#delivered();
    } catch (thrown) {
      this.#ports.log.debug(messageOf(thrown));
      if (!this.#isFinishing) this.#sayOnce();
    }
  }

  async #claimEnd(ending: Ending): Promise<void> {
    const beat = this.agent.now ?? (await this.agent.firstBeat(this.#settings.waitMs));
    const command = this.#command(beat);
    // A command that was shorter than the way to the first beat began, too.
    if (!this.#hasBegun) void this.agent.claim("executing", executingDetails({ ...command, elapsedMs: 0 }));
    await this.agent.claim(ending.state, endingDetails(ending, command));
  }

  #command(beat: { readonly tempoBpm: number }): CommandState {
    const { expectedMs, taskId } = this.#settings;
    return {
      taskId,
      expectedMs,
      elapsedMs: this.#ports.clock.monotonicMs() - this.#startMs,
      said: this.#ports.said(),
      beatMs: 60_000 / beat.tempoBpm,
    };
  }

  #delivered(): void {
    this.#hasDelivered = true;
    this.#waitingSinceMs = undefined;
    this.#isKnown = false;
  }

  /** While the command runs, once. */
  #sayOnce(): void {
    if (this.#hasSaid) return;
    this.#hasSaid = true;
    this.#isKnown = true;
    this.#ports.say(`${this.#name()} is not reported for now: ${this.#reason()}; it runs on`);
  }

  #endLine(failure: string): string {
    const what = this.#hasDelivered ? "the end of " : "";
    const isPlain = this.agent.now !== undefined && this.#ports.bus.connected;
    const why = isPlain && this.agent.health.refusal === undefined ? failure : this.#reason();
    return `${what}${this.#name()} was not reported: ${why}`;
  }

  #name(): string {
    return this.#settings.taskId;
  }

  #reason(): string {
    const { bus, linkFailure } = this.#ports;
    const { clusterId, subjects } = this.#settings;
    if (!bus.connected) return linkFailure() ?? "NATS has not answered yet";
    const { refusal } = this.agent.health;
    if (refusal !== undefined) return refusalWords(refusal);
    return this.agent.now === undefined
      ? `no beat of cluster ${clusterId} on ${subjects.beat}, and nobody answers on ${subjects.now}; is its pulse running?`
      : "the server does not confirm";
  }
}
