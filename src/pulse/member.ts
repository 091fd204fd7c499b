/** A pulse among others, put together: may it speak, whose turn is it, who leads. */

import type { TimelineStart } from "../core/resume.ts";
import { bpmOf, nearestTenths } from "../core/tempo.ts";
import { operatingLimitsOf, withinReach } from "../core/tempo-change.ts";
import type { BackbeatError } from "../errors.ts";
import type { Bus, Clock, Lease, Log } from "../ports.ts";
import { Accord } from "./accord.ts";
import type { JournalTrouble } from "./alarms.ts";
import { Company, type CompanySettings } from "./company.ts";
import { DuplicatePulses } from "./duplicate-pulses.ts";
import { FramePublisher } from "./frame-publisher.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import type { WantedTimeline } from "./open-timeline.ts";
import type { RunningTimeline } from "./running-timeline.ts";
import type { PulseCompany, PulseControl } from "./view.ts";

export interface MemberSettings extends WantedTimeline, CompanySettings {
  /** Who leads where there is no lease store; without it a pulse there leads by itself. */
  readonly namedLeader?: string | undefined;
}

export interface MemberParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly lease: Lease;
  readonly timeline: RunningTimeline;
  readonly started: TimelineStart["kind"];
  /** The timeline that this pulse had is lost. */
  readonly lost?: BackbeatError | undefined;
  /** Hears why the pulse cannot go on. */
  readonly failed?: ((error: BackbeatError) => void) | undefined;
  /** The timeline goes on in another version, or is tied otherwise. */
  readonly changed: () => void;
  /** The timeline is another one, which has nothing to do with the one before. */
  readonly restarted: () => void;
}

/** State: its parts, and how often it stepped in. */
export class Member implements PulseControl {
  readonly accord: Accord;
  readonly company: Company;
  readonly publisher: FramePublisher;
  readonly #duplicates: DuplicatePulses;
  readonly #keeper: LeaseKeeper;
  readonly #parts: MemberParts;
  readonly #limits;
  #takeOvers = 0;

  constructor(settings: MemberSettings, parts: MemberParts) {
    this.#parts = parts;
    this.#limits = operatingLimitsOf(nearestTenths(settings.tempoBpm));
    this.accord = new Accord({ ...parts, wanted: settings });
    const boot = parts.lease.writer;
    const { nodeId } = settings;
    this.#duplicates = new DuplicatePulses({ ...parts, accord: this.accord, boot, nodeId });
    this.company = new Company(settings, {
      ...parts,
      accord: this.accord,
      boot,
      duplicates: this.#duplicates,
    });
    this.publisher = new FramePublisher(settings.subjects.beat, parts);
    const { accord, company } = this;
    this.#keeper = new LeaseKeeper({ ...settings, limits: this.#limits }, { ...parts, accord, company });
  }

  start(): void {
    this.accord.ask();
    this.company.start();
    this.#keeper.start();
  }

  /** The link is back: the others may have gone on without us. */
  linkRestored(): void {
    this.accord.ask();
    this.company.announce();
    this.#keeper.lookNow();
  }

  published(beat: number, frame: Uint8Array): void {
    if (this.company.published(beat, frame)) this.#takeOvers += 1;
  }

  changeTempo(tempoBpm: number, { override }: { readonly override: boolean }) {
    return this.#keeper.changeTempo(tempoBpm, override);
  }

  stepDown(): Promise<boolean> {
    return this.#keeper.stepDown();
  }

  /** Leaves: the next in the row publishes on time, and another leads. Never rejects. */
  async stop(): Promise<void> {
    this.accord.stop();
    this.publisher.stop();
    this.company.stop();
    await this.#keeper.stop();
  }

  /** What is to be said of another pulse with our node id. */
  get duplicateText(): string | undefined {
    return this.#duplicates.text;
  }

  /** Why beats are not spoken yet; undefined where they are. */
  get whyWaiting(): string | undefined {
    if (this.accord.maySpeak) return undefined;
    const why = this.#keeper.failure;
    if (!this.accord.isProvisional) return "it asks the other pulses where the beat is";
    return `it knows no timeline yet: ${why === undefined ? "no pulse and no lease told one" : `the lease store does not answer, ${why}`}`;
  }

  /** Why the journal does not store our frames. */
  get journalTrouble(): JournalTrouble | undefined {
    return this.publisher.trouble;
  }

  /** Why nobody may change the timeline now. */
  get leaseTrouble(): string | undefined {
    return this.#keeper.trouble;
  }

  show(followed: number): PulseCompany {
    const { row, staleFrames } = this.company;
    const { stored } = this.#parts.timeline;
    const { beatNow } = this.#parts.timeline;
    const { minTenths, maxTenths } = withinReach(this.#limits, this.#parts.timeline.tempoTenthsAt(beatNow));
    const { next } = this.#parts.timeline.asOf(this.#parts.timeline.beatNow);
    return {
      authority: this.#keeper.authority,
      ...(this.#keeper.failure === undefined ? {} : { authorityReason: this.#keeper.failure }),
      ...(row.holder === undefined ? {} : { leader: row.holder }),
      ...(row.acting === undefined ? {} : { acting: row.acting }),
      rank: row.rank,
      others: row.others,
      ...(next === undefined || stored.next === undefined ? {} : { next }),
      limits: { minBpm: bpmOf(minTenths), maxBpm: bpmOf(maxTenths) },
      totals: {
        followed,
        takeOvers: this.#takeOvers,
        terms: this.#keeper.terms,
        repeated: this.publisher.repeated,
        refused: this.publisher.refused,
        stale: staleFrames,
      },
    };
  }
}
