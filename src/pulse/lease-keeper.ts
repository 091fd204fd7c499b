/**
 * Keeps the lease: who may change the timeline (BACKBEAT-REQ-001, 004; P2).
 *
 * Looks at the record again and again: writes it where it is ours, takes it where it is open, takes up its timeline
 * where it is another's. Everything that changes the timeline is written there before the first frame that uses it,
 * in a new epoch. A write whose outcome is not known is believed neither way: the next look tells.
 */
import { LeaseTerm, type LeaseVerdict, lookEveryMs } from "../core/lease-term.ts";
import { withTempoChange } from "../core/shared-timeline.ts";
import { judgeTempoChange, type OperatingLimits, withinReach } from "../core/tempo-change.ts";
import type { StoredTimeline } from "../core/timeline.ts";
import type { BackbeatError } from "../errors.ts";
import type { Bus, Clock, CommitResult, Lease, LeaseAnswer, Log, Timer } from "../ports.ts";
import type { Accord } from "./accord.ts";
import type { Company, CompanySettings } from "./company.ts";
import { recoverTimeline } from "./recover-timeline.ts";
import type { RunningTimeline } from "./running-timeline.ts";
import type { Authority, TempoAnswer } from "./view.ts";

/** How long others are waited for who may answer what the newest frame is. */
const ANSWER_MAX_MS = 500;

export interface KeeperSettings extends CompanySettings {
  /** Bound every change of tempo. */
  readonly limits: OperatingLimits;
  /** Who leads where there is no lease store, by the operator's word. */
  readonly namedLeader?: string | undefined;
}

export interface KeeperParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly lease: Lease;
  readonly timeline: RunningTimeline;
  readonly accord: Accord;
  readonly company: Company;
  /** The timeline is another now. */
  readonly changed: () => void;
  /** Hears why the pulse cannot go on. */
  readonly failed?: ((error: BackbeatError) => void) | undefined;
}

type Held = Extract<LeaseAnswer, { readonly seq: number }>;

/** State: the term, what the last look answered, and what is under way: one thing at a time. */
export class LeaseKeeper {
  readonly #settings: KeeperSettings;
  readonly #parts: KeeperParts;
  readonly #term: LeaseTerm;
  #last: LeaseAnswer = { kind: "unknown", why: "it was not asked yet" };
  /** Why the last write had no good answer; undefined where it had one. */
  #writeFailure: string | undefined;
  /** Since when the store does not answer or does not store, as far as was seen on this link. */
  #troubledSinceMs: number | undefined;
  #terms = 0;
  #timer: Timer | undefined;
  #busy: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(settings: KeeperSettings, parts: KeeperParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#term = new LeaseTerm(parts.lease.writer);
  }

  get authority(): Authority {
    const { clock, lease } = this.#parts;
    if (this.#last.kind === "none") return this.#leadsWithoutLease ? "alone" : "others";
    if (this.#term.isOurs(clock.monotonicMs(), lease.durationMs)) return "lease";
    return this.#last.kind === "unknown" ? "unknown" : "others";
  }

  /** Why the lease store did not answer last; undefined where it did. */
  get failure(): string | undefined {
    return this.#last.kind === "unknown" ? this.#last.why : undefined;
  }

  /**
   * Why nobody may lead: the lease store does not answer, or does not store, for longer than a lease lasts; undefined
   * while it works.
   */
  get trouble(): string | undefined {
    const { clock, lease } = this.#parts;
    const sinceMs = this.#troubledSinceMs ?? Number.POSITIVE_INFINITY;
    if (clock.monotonicMs() - sinceMs < lease.durationMs) return undefined;
    if (this.failure !== undefined) return `the lease store does not answer, ${this.failure}`;
    return this.#writeFailure && `the lease cannot be stored, ${this.#writeFailure}`;
  }

  /** How often this pulse became the leader. */
  get terms(): number {
    return this.#terms;
  }

  start(): void {
    void this.#alone(() => this.#round());
  }

  /** The link is back: looks at once. */
  lookNow(): void {
    if (this.#isStopped) return;
    this.#troubledSinceMs = undefined;
    this.#timer?.cancel();
    this.start();
  }

  /** Changes the tempo from a downbeat on, where the lease is ours (BACKBEAT-REQ-004). */
  changeTempo(wantedBpm: number, override: boolean): Promise<TempoAnswer> {
    return this.#alone(() => this.#changeTempo(wantedBpm, override));
  }

  /** Gives the lease up; others may take it first. False: it is not ours, or it is not known whether it was given up. */
  stepDown(): Promise<boolean> {
    return this.#alone(async () => {
      const { clock, lease } = this.#parts;
      const look = await this.#look();
      if (look.verdict !== "ours" || look.held === undefined) return false;
      this.#term.standBack(clock.monotonicMs() + 2 * lease.durationMs);
      const { kind } = await this.#write(this.#current(), look.held, true);
      await this.#look();
      return kind === "stored";
    });
  }

  /** Looks no more, and gives up what is ours. Never rejects. */
  async stop(): Promise<void> {
    const isOurs = this.authority === "lease";
    this.#isStopped = true;
    this.#timer?.cancel();
    if (isOurs) await this.stepDown().catch(() => false);
  }

  /** One thing at a time: what one does rests on what it has just read. */
  #alone<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(action);
    this.#busy = done.catch(() => undefined);
    return done;
  }

  async #round(): Promise<void> {
    if (this.#isStopped) return;
    const { accord, clock, company, lease } = this.#parts;
    const { held, verdict } = await this.#look();
    if (!accord.maySpeak) await this.#askOthers();
    // Who stands behind another with its node id takes nothing: one of the two is about to end.
    const isBehind = company.isBehindElder;
    if (this.#last.kind === "none" && !isBehind) this.#settle();
    else if (held !== undefined && !this.#isStopped) {
      if (verdict === "ours") await this.#write(this.#current(), held, false);
      else if (verdict === "open" && !isBehind) await this.#take(held);
    }
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = clock.after(lookEveryMs(lease.durationMs), () => this.start());
  }

  async #askOthers(): Promise<void> {
    const { bus, company } = this.#parts;
    const answer = await bus.request(this.#settings.subjects.now, new Uint8Array(0), ANSWER_MAX_MS);
    if (answer !== undefined) company.hearAnswer(answer);
  }

  /** Reads the record and takes up what it says. */
  async #look(): Promise<{ readonly held: Held | undefined; readonly verdict: LeaseVerdict }> {
    const { accord, clock, company, lease, timeline } = this.#parts;
    const askedAtMs = clock.monotonicMs();
    const answer = await lease.read();
    this.#last = answer;
    this.#noteTrouble();
    if (answer.kind === "unknown" || answer.kind === "none") {
      this.#term.missed();
      this.#writeFailure = undefined;
      return { held: undefined, verdict: "others" };
    }
    const record = answer.kind === "held" ? answer.record : undefined;
    const { durationMs } = lease;
    const seen = { seq: answer.seq, writer: record?.writer, released: record?.released ?? false };
    this.#term.saw(seen, { askedAtMs, durationMs });
    if (record !== undefined) {
      if (accord.adopt(record.timeline) === "taken-up") company.forgetHeard();
      const isOurEpoch = record.timeline.epoch === timeline.stored.epoch;
      if (!record.released && isOurEpoch) company.row.holder = record.holder;
      else if (record.released && company.row.holder === record.holder) company.row.holder = undefined;
    }
    return { held: answer, verdict: this.#term.verdict(clock.monotonicMs(), durationMs) };
  }

  async #take(held: Held): Promise<void> {
    const { accord, clock, company, lease, log, timeline } = this.#parts;
    if (accord.isProvisional && held.kind === "free") {
      const isKnown = await recoverTimeline({ ...this.#parts, clusterId: this.#settings.clusterId });
      // The next look asks again.
      if (!isKnown) return;
    }
    if (this.#gaveUp()) return;
    accord.beginNow();
    const known = held.kind === "held" ? held.record.timeline.epoch : 0;
    const base = this.#current();
    const taken = { ...base, epoch: Math.max(base.epoch, known) + 1 };
    const askedAtMs = clock.monotonicMs();
    const result = await this.#write(taken, held, false);
    if (result.kind !== "stored") return;
    this.#term.saw(
      { seq: result.seq, writer: lease.writer, released: false },
      { askedAtMs, durationMs: lease.durationMs },
    );
    this.#terms += 1;
    this.#begin(taken);
    accord.confirm();
    company.row.holder = this.#settings.nodeId;
    company.announce();
    log.info("This pulse leads now", { epoch: timeline.stored.epoch, terms: this.#terms });
  }

  /** There is no lease store: who leads is said by the operator, or there is one pulse only. */
  #settle(): void {
    const { accord, company, log, timeline } = this.#parts;
    const { namedLeader, nodeId } = this.#settings;
    if (namedLeader !== undefined) company.row.holder = namedLeader;
    else company.row.holder ??= nodeId;
    if (!this.#leadsWithoutLease || this.#terms > 0) return;
    if (this.#gaveUp()) return;
    this.#terms = 1;
    accord.beginNow();
    if (namedLeader === undefined)
      log.warn(
        "NATS has no JetStream for us, so pulses cannot agree who leads: run one pulse, or name the leader with --pulse-leader",
      );
    else this.#begin({ ...this.#current(), epoch: timeline.stored.epoch + 1 });
    accord.confirm();
    company.announce();
  }

  /** Nobody knows the timeline that was lost: a new one would use its beats again, so the operator decides. */
  #gaveUp(): boolean {
    const { accord, failed, log } = this.#parts;
    const { lost } = accord;
    if (lost === undefined) return false;
    this.#isStopped = true;
    if (failed === undefined) log.error(lost.message, lost.data);
    else failed(lost);
    return true;
  }

  get #leadsWithoutLease(): boolean {
    const { namedLeader, nodeId } = this.#settings;
    return namedLeader === undefined || namedLeader === nodeId;
  }

  async #changeTempo(wantedBpm: number, override: boolean): Promise<TempoAnswer> {
    const { company, log, timeline } = this.#parts;
    const { verdict: whose, held } = await this.#look();
    if (this.authority !== "alone" && whose !== "ours") return this.#notOurs();
    const { beatNow } = timeline;
    const runningTenths = timeline.tempoTenthsAt(beatNow);
    const limits = withinReach(this.#settings.limits, runningTenths);
    const verdict = judgeTempoChange({ runningTenths, wantedBpm, limits, override });
    if (verdict.verdict === "refused") return { kind: "refused", text: verdict.text };
    const changed = withTempoChange(this.#current(), {
      nextBeat: beatNow + 1,
      tempoBpm: verdict.tenths / 10,
    });
    if (changed === undefined) return { kind: "refused", text: "Cannot change tempo: it is none" };
    if (held !== undefined) {
      const result = await this.#write(changed, held, false);
      if (result.kind === "conflict") return this.#notOurs();
      if (result.kind === "unknown")
        return {
          kind: "unknown",
          text: `Cannot say whether the tempo changes: ${result.why}; ask again, then decide`,
        };
    }
    this.#begin(changed);
    company.announce();
    const { fromBeat } = changed.next ?? {};
    const data = { from: runningTenths / 10, to: wantedBpm, fromBeat, epoch: changed.epoch, override };
    if (verdict.overridden) log.warn("The tempo changes by more than 10 %, by the operator's override", data);
    else log.info("The tempo changes at a downbeat", data);
    return { kind: "accepted", tempoBpm: verdict.tenths / 10, fromBeat, overridden: verdict.overridden };
  }

  #notOurs(): TempoAnswer {
    const { holder } = this.#parts.company.row;
    if (this.#last.kind === "unknown")
      return {
        kind: "unknown",
        text: `Cannot change tempo: the lease store does not answer (${this.#last.why})`,
      };
    const who = holder === undefined ? "nobody leads now" : `pulse ${holder} leads`;
    return {
      kind: "not-leader",
      leader: holder,
      text: `Cannot change tempo: ${who}, expected this pulse; ask there`,
    };
  }

  /** The timeline as it is now. */
  #current(): StoredTimeline {
    const { timeline } = this.#parts;
    // A timeline that begins is due in a moment: what was not yet due was not yet used.
    return timeline.asOf(Math.max(timeline.beatNow, timeline.stored.barOrigin - 1));
  }

  #begin(stored: StoredTimeline): void {
    const { changed, timeline } = this.#parts;
    timeline.shared.takeUp(stored, timeline.now);
    changed();
  }

  async #write(timeline: StoredTimeline, held: Held, released: boolean): Promise<CommitResult> {
    const { lease } = this.#parts;
    const record = { holder: this.#settings.nodeId, writer: lease.writer, released, timeline };
    const result = await lease.write(record, held.seq);
    this.#writeFailure = result.kind === "unknown" ? result.why : undefined;
    this.#noteTrouble();
    return result;
  }

  #noteTrouble(): void {
    const isTroubled = this.failure !== undefined || this.#writeFailure !== undefined;
    this.#troubledSinceMs = isTroubled
      ? (this.#troubledSinceMs ?? this.#parts.clock.monotonicMs())
      : undefined;
  }
}
