/**
 * Replicas that run with our node id: seen by their ticks in the journal, told to the operator, and reason to end for
 * whichever began later.
 *
 * Only the first tick closes a bar, so a replica that is never first would never be seen. Each therefore appends one
 * tick after its start whatever happens, and one for each bar while it sees another with its node id. What is read here
 * enters no report: a tick closes its bar whoever sent it (R7).
 */
import { type TickSender, tickSender } from "../contracts/tick.ts";
import { DuplicateAlarm } from "../core/duplicate-alarm.ts";
import { DuplicateNodes } from "../core/duplicate-nodes.ts";
import type { BackbeatError } from "../errors.ts";
import type { Clock, StreamState } from "../ports.ts";
import type { RaisedAlarm } from "./mode.ts";

export interface DuplicateReplicasParts {
  readonly nodeId: string;
  /** This run of the process; without it nothing is looked for, and ticks name no run. */
  readonly boot: string | undefined;
  readonly clock: Clock;
  /** Hears once why we cannot go on. */
  readonly failed: (error: BackbeatError) => void;
}

/** State: where in the journal we began, and who else has our node id. */
export class DuplicateReplicas {
  readonly #parts: DuplicateReplicasParts;
  readonly #nodes: DuplicateNodes;
  readonly #alarm: DuplicateAlarm;
  #journalId: string | undefined;
  #hasShown = false;
  /** Bars that were closed since our start. */
  #bars = 0;

  constructor(parts: DuplicateReplicasParts) {
    this.#parts = parts;
    this.#alarm = new DuplicateAlarm({ nodeId: parts.nodeId, service: "reverb", periods: "bars" });
    this.#nodes = new DuplicateNodes(parts.boot ?? "");
  }

  /** A fold begins on this journal: what it holds already was appended before us. */
  begin({ id, lastSeq }: StreamState): void {
    const isSame = id === this.#journalId;
    this.#journalId = id;
    this.#nodes.since = isSame ? Math.min(this.#nodes.since ?? lastSeq, lastSeq) : lastSeq;
  }

  /** What our ticks say of us. */
  get sender(): TickSender {
    const { boot, nodeId: node } = this.#parts;
    const { since } = this.#nodes;
    if (boot === undefined) return { node };
    return since === undefined ? { node, boot } : { node, boot, since_seq: since };
  }

  /** Whether a tick of ours is wanted although another has closed its bar. */
  get mustShow(): boolean {
    return this.#parts.boot !== undefined && (!this.#hasShown || this.#nodes.size > 0);
  }

  /** Bars were closed. */
  barsClosed(bars: number): void {
    this.#bars += bars;
    this.#nodes.age(this.#bars);
    this.#tell();
  }

  /** A message on the tick subject, after it has closed what it closes. */
  hear({ data, seq }: { readonly data: Uint8Array; readonly seq: number }): void {
    const { boot: ours, nodeId } = this.#parts;
    const tick = tickSender(data);
    if (ours === undefined || tick === undefined || tick.node !== nodeId) return;
    const { boot, since_seq: since } = tick;
    const isSinceBegin = seq > (this.#nodes.since ?? seq);
    if (boot === ours) this.#hasShown ||= isSinceBegin;
    else if (isSinceBegin) this.#nodes.hear({ boot, since, sentAt: seq, period: this.#bars }, this.#bars);
    this.#tell();
  }

  alarms(): readonly RaisedAlarm[] {
    this.#tell();
    const { standing } = this.#alarm;
    if (standing === undefined) return [];
    const { sinceMs, text } = standing;
    return [{ name: "duplicate-node-id", text, sinceMonotonicMs: sinceMs }];
  }

  /** Whoever began later ends. */
  #tell(): void {
    const { clock, failed } = this.#parts;
    const end = this.#alarm.look(this.#nodes, clock.monotonicMs());
    if (end !== undefined) failed(end);
  }
}
