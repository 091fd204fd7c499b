/**
 * Journal mode, top to bottom (R1, R7): compare the streams with what this replica knows → follow the report stream
 * to its end → judge what we may do → fold the journal from where the last report says, or from a checkpoint →
 * commit what the fold closes → until a new chain begins or the journal breaks, then judge again.
 *
 * Replicas need no leader: all compute, the first commit wins, the others compare.
 */
import { type Profile, profileHashOf } from "../contracts/chain-record.ts";
import { createDecoder, type Decoder } from "../contracts/decode.ts";
import { Aggregator } from "../core/aggregator.ts";
import { profileOf } from "../core/profile.ts";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Durability, StreamFault, StreamState, Streams, Timer } from "../ports.ts";
import { askUntilAnswered } from "./ask-until-answered.ts";
import { BarLengthWatch } from "./bar-length-watch.ts";
import { beginChain } from "./begin-chain.ts";
import { ChainKeeper } from "./chain-keeper.ts";
import { CHAIN_LOST, type ChainVerdict, judgeChain } from "./chain-verdict.ts";
import { DuplicateReplicas } from "./duplicate-replicas.ts";
import { FollowedReports } from "./followed-reports.ts";
import { ReportHistory } from "./history.ts";
import { JournalFold } from "./journal-fold.ts";
import { JournalLook } from "./journal-look.ts";
import { JournalProbe } from "./journal-probe.ts";
import { JournalWatch } from "./journal-watch.ts";
import { adviceOn, lostText } from "./lost-history.ts";
import { type ModeCounts, NOTHING_COUNTED, type RaisedAlarm, type ReverbMode } from "./mode.ts";
import type { ReverbParts } from "./parts.ts";
import type { Chain, ReportTail } from "./report-tail.ts";
import { restoreFold } from "./restore-fold.ts";
import { decoderOptions } from "./settings.ts";
import { stateOrNone } from "./state-or-none.ts";
import { StoreTroubles } from "./store-troubles.ts";
import type { JournalStatus, Readiness } from "./view.ts";

/** Longest wait at the end for commits under way and the last checkpoint; the connection takes two more seconds to drain, and services end within 5 s. */
const STOP_MAX_MS = 2_000;

/** State: the end of the report stream, the fold under way, and what keeps us from one. */
export class JournalMode implements ReverbMode {
  readonly name = "journal";
  readonly durability: Durability;
  readonly durabilityReason: string;
  readonly history: ReportHistory;
  readonly #parts: ReverbParts;
  readonly #streams: Streams;
  readonly #fail: (error: BackbeatError) => void;
  readonly #profile: Profile;
  readonly #profileHash: string;
  readonly #reports: FollowedReports;
  readonly #barLength: BarLengthWatch;
  readonly #troubles: StoreTroubles;
  readonly #duplicates: DuplicateReplicas;
  readonly #watch: JournalWatch;
  readonly #keeper: ChainKeeper;
  readonly #look: JournalLook;
  readonly #probe: JournalProbe;
  /** What is shown before the first fold. */
  readonly #empty: { readonly aggregator: Aggregator; readonly decoder: Decoder };
  #fold: JournalFold | undefined;
  #isStopped = false;
  #hasFollowed = false;
  /** What keeps this mode from folding, where it shows in what the server says of the journal. */
  #fault: StreamFault | undefined;
  #isMended = false;
  #wake: () => void = () => undefined;

  /** Runs from its creation on. `fail` is told what it cannot go on with. */
  constructor(parts: ReverbParts, streams: Streams, fail: (error: BackbeatError) => void) {
    const { ports, settings } = parts;
    this.#parts = parts;
    this.#streams = streams;
    this.#fail = fail;
    this.durability = streams.durability;
    this.durabilityReason = streams.durabilityReason;
    this.history = new ReportHistory(streams.reports, settings.subjects.commit);
    this.#profile = profileOf(settings);
    this.#profileHash = profileHashOf(this.#profile);
    this.#barLength = new BarLengthWatch(settings.barLength, ports.clock);
    this.#troubles = new StoreTroubles(ports.clock);
    this.#reports = new FollowedReports({
      troubles: this.#troubles,
      ports,
      streams,
      subjects: settings.subjects,
      isStopped: () => this.#isStopped,
      folded: (chainId) => this.#fold?.folded(chainId),
      onChain: () => this.#wake(),
      onOver: () => {
        this.#fold?.abandon();
        this.#wake();
      },
      onLost: (loss) => {
        this.#fault = undefined;
        this.#watch.hinder(loss.of === "reports" ? "report-store-broken" : "journal-broken", adviceOn(loss));
      },
      onFailed: (error) => this.#giveUp(error),
    });
    this.#watch = new JournalWatch(ports, { reports: this.#reports, troubles: this.#troubles });
    const { boot, nodeId } = settings;
    this.#duplicates = new DuplicateReplicas({ ...ports, boot, nodeId, failed: fail });
    this.#empty = {
      aggregator: new Aggregator(settings),
      decoder: createDecoder(decoderOptions(settings)),
    };
    this.#keeper = new ChainKeeper({ ...ports, reports: streams.reports, tail: () => this.#tail });
    ports.log.info(
      `reverb reads the journal of cluster ${settings.clusterId}, ${this.durability} because ${streams.durabilityReason}`,
      {
        subjects: settings.subjects,
      },
    );
    this.#probe = new JournalProbe({
      ...ports,
      journal: streams.journal,
      troubles: this.#troubles,
      subject: settings.subjects.tick,
      sender: () => this.#duplicates.sender,
    });
    this.#look = new JournalLook(streams.journal, {
      clock: ports.clock,
      fold: () => (this.#watch.hindrance === undefined ? this.#fold : undefined),
      onBroken: (fault) => this.#broken(fault),
      onShortness: (text) => this.#watch.noteShortness(text),
      onSilence: () => this.#probe.ask(),
      keepChain: () => {
        this.#reports.look();
        void this.#keeper.look();
      },
      lookAgain: () => this.#lookAgain(),
    });
    void this.#run().catch((error: unknown) => this.#giveUp(error));
  }

  get aggregator(): Aggregator {
    return this.#fold?.aggregator ?? this.#empty.aggregator;
  }

  get decoder(): Decoder {
    return this.#fold?.decoder ?? this.#empty.decoder;
  }

  get newestFrameAtMs(): number | undefined {
    return this.#fold?.newestFrameAtMs;
  }

  get seq(): number {
    return this.#fold?.readSeq ?? 0;
  }

  get counts(): ModeCounts {
    return { ...NOTHING_COUNTED, reportsPublished: this.#fold?.commits.counts.committed ?? 0 };
  }

  get journal(): JournalStatus | undefined {
    const [chain, profile] = [this.#tail.chain?.id ?? "", this.#profileHash];
    const hindered = this.#watch.hindrance?.role;
    return this.#fold && { ...this.#fold.status, ...(hindered && { role: hindered }), chain, profile };
  }

  get mayBlamePulse(): boolean {
    return this.#probe.provenAtMs > (this.newestFrameAtMs ?? Number.NEGATIVE_INFINITY);
  }

  readiness(): Readiness {
    return this.#watch.readiness(this.#fold);
  }

  alarms(): readonly RaisedAlarm[] {
    return [...this.#watch.alarms(this.#fold), ...this.#barLength.alarms(), ...this.#duplicates.alarms()];
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#look.stop();
    this.#wake();
    const fold = this.#fold;
    if (fold !== undefined) {
      let giveUp: Timer | undefined;
      const patience = new Promise<void>((resolve) => {
        giveUp = this.#parts.ports.clock.after(STOP_MAX_MS, resolve);
      });
      await Promise.race([fold.stop().then(() => this.#reports.flush()), patience]);
      giveUp?.cancel();
      fold.abandon();
    }
    this.#tail.stop();
  }

  get #tail(): ReportTail {
    return this.#reports.tail;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#reports.open();
      while (!this.#isStopped && !this.#reports.isOver) await this.#followChain();
    }
  }

  /** Until another chain begins, or the journal or the tail is to be looked at anew. */
  async #followChain(): Promise<void> {
    const chain = this.#tail.chain;
    const isSettled = await this.#judge();
    // A chain that began while this one was judged is judged at once.
    const isOver = () => this.#isStopped || this.#reports.isOver;
    while (isSettled && !isOver() && !this.#isMended && this.#tail.chain === chain) await this.#nextChain();
    this.#isMended = false;
    if (this.#tail.chain !== chain) this.#fold?.abandon();
  }

  /** Does what may be done under the newest chain; resolves when it is under way. False: judge again. */
  async #judge(): Promise<boolean> {
    const journal = await this.#answered(() => stateOrNone(this.#streams.journal));
    await this.#reports.untilSafe();
    if (this.#isStopped || this.#reports.isOver) return false;
    if (journal === undefined) {
      this.#broken({ kind: "deleted", text: "the journal was deleted", byState: true });
      return true;
    }
    const verdict = this.#verdict(journal);
    this.#watch.clear();
    this.#fault = undefined;
    if (verdict.kind === "begin") {
      const { reports } = this.#streams;
      const isStopped = () => this.#isStopped;
      await beginChain(verdict.record, {
        ...this.#parts.ports,
        reports,
        tail: this.#tail,
        isStopped,
        troubles: this.#troubles,
      });
      return false;
    }
    if (verdict.kind === "refuse") this.#giveUp(verdict.error);
    else if (verdict.kind === "stand-by") this.#watch.hinder("standing-by", verdict.text);
    else if (verdict.kind === "broken") this.#broken(verdict.fault);
    else if (this.#tail.chain !== undefined) await this.#follow(this.#tail.chain, verdict, journal);
    return true;
  }

  #verdict(journal: StreamState): ChainVerdict {
    const { ports, settings } = this.#parts;
    return judgeChain({
      chain: this.#tail.chain,
      lastOfChain: this.#tail.lastOfChain,
      hasReports: this.#tail.lastReport !== undefined,
      journal,
      profile: this.#profile,
      // Only at the start: whoever begins a chain later knows better than a setting of long ago.
      replaceProfile: this.#hasFollowed ? undefined : settings.replaceProfile,
      signature: {
        cluster_id: settings.clusterId,
        node: settings.nodeId,
        made_at: new Date(ports.clock.wallMs()).toISOString(),
      },
    });
  }

  async #follow(
    chain: Chain,
    { begin }: Extract<ChainVerdict, { kind: "follow" }>,
    journal: StreamState,
  ): Promise<void> {
    this.#hasFollowed = true;
    const profile = { hash: this.#profileHash, algorithm: Number(this.#profile.algorithm) };
    const storedFirstSeq = this.#tail.lastOfChain?.facts.firstSeq ?? chain.record.after_first_seq;
    const wanted = { profile: profile.hash, chain: chain.id, journalId: journal.id, journal, storedFirstSeq };
    const restored = await restoreFold(this.#parts, wanted);
    if (this.#isStopped || this.#reports.isOver || this.#tail.chain !== chain) return;
    this.#troubles.works("reports");
    this.#duplicates.begin(journal);
    this.#fold = new JournalFold(
      {
        ...this.#parts,
        streams: this.#streams,
        tail: this.#tail,
        chain,
        profile,
        begin,
        targetSeq: journal.lastSeq,
        barLength: this.#barLength,
        troubles: this.#troubles,
        untilSafe: () => this.#reports.untilSafe(),
        duplicates: this.#duplicates,
        onBroken: (fault) => this.#broken(fault),
        onFailed: (error) => this.#giveUp(error),
      },
      restored,
    );
    const lost = lostText(chain.record.lost);
    if (lost !== "")
      this.#parts.ports.log.warn(`The running chain was adopted after a loss; gone for good: ${lost}`);
    const { kind, seq } = this.#fold.startedFrom;
    this.#parts.ports.log.info(
      `Reading the journal from ${seq} on (${kind}), ${journal.lastSeq - seq + 1} entries`,
    );
  }

  #broken(fault: StreamFault): void {
    this.#fold?.abandon();
    // What is compared now tells the whole cause, and the journal is judged after it.
    if (this.#reports.isComparing) {
      this.#reports.openAnew();
      return;
    }
    this.#fault = fault;
    // A chain record that is lost is not to be adopted, it is to be restored.
    const advice =
      fault === CHAIN_LOST ? "" : ": look at `backbeat journal status`, then `backbeat journal adopt`";
    this.#watch.hinder("journal-broken", `${fault.text}; no bar is closed any more${advice}`);
  }

  /** A fault that shows in the server's answers may pass: a journal that was restored, or an answer that was wrong. */
  async #lookAgain(): Promise<void> {
    if (this.#fault?.byState !== true) return;
    const state = await this.#streams.journal.state().catch(() => undefined);
    if (state === undefined || this.#fault?.byState !== true || this.#verdict(state).kind !== "follow")
      return;
    this.#parts.ports.log.info("The journal holds what is needed again: going on");
    this.#isMended = true;
    this.#wake();
  }

  #answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    return askUntilAnswered(ask, {
      clock: this.#parts.ports.clock,
      isStopped: () => this.#isStopped,
      onTried: (why) => this.#troubles.tried(why),
    });
  }

  /** Resolves when a chain record is read, or we stop. */
  #nextChain(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #giveUp(error: unknown): void {
    this.#watch.hinder("journal-broken", messageOf(error));
    this.#fold?.abandon();
    this.#fail(
      error instanceof BackbeatError
        ? error
        : new BackbeatError("journal-refused", `Cannot go on: ${messageOf(error)}`, { cause: error }),
    );
  }
}
