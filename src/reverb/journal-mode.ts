/**
 * Journal mode, top to bottom (R1, R7): follow the report stream to its end → judge what we may do → fold the
 * journal from where the last report says, or from a checkpoint → commit what the fold closes → until a new chain
 * begins or the journal breaks, then judge again.
 *
 * Replicas need no leader: all compute, the first commit wins, the others compare.
 */
import { encodeChainRecord, type Profile, profileHashOf } from "../contracts/chain-record.ts";
import { createDecoder, type Decoder } from "../contracts/decode.ts";
import { Aggregator } from "../core/aggregator.ts";
import { profileOf } from "../core/profile.ts";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Durability, StreamFault, StreamState, Streams, Timer } from "../ports.ts";
import { askUntilAnswered } from "./ask-until-answered.ts";
import { BarLengthWatch } from "./bar-length-watch.ts";
import { ChainKeeper } from "./chain-keeper.ts";
import { CHAIN_LOST, type ChainVerdict, judgeChain } from "./chain-verdict.ts";
import { DuplicateReplicas } from "./duplicate-replicas.ts";
import { ReportHistory } from "./history.ts";
import { JournalFold } from "./journal-fold.ts";
import { JournalLook } from "./journal-look.ts";
import { JournalProbe } from "./journal-probe.ts";
import { JournalWatch } from "./journal-watch.ts";
import { type ModeCounts, NOTHING_COUNTED, type RaisedAlarm, type ReverbMode } from "./mode.ts";
import type { ReverbParts } from "./parts.ts";
import { type Chain, ReportTail } from "./report-tail.ts";
import { restoreFold } from "./restore-fold.ts";
import { decoderOptions } from "./settings.ts";
import type { JournalStatus, Readiness } from "./view.ts";

/** Pause before a chain is begun again where the server gave no good answer. */
const BEGIN_AGAIN_MS = 1_000;

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
  readonly #tail: ReportTail;
  readonly #barLength: BarLengthWatch;
  readonly #duplicates: DuplicateReplicas;
  readonly #watch: JournalWatch;
  readonly #keeper: ChainKeeper;
  readonly #look: JournalLook;
  readonly #probe: JournalProbe;
  /** What is shown before the first fold. */
  readonly #empty: { readonly aggregator: Aggregator; readonly decoder: Decoder };
  #fold: JournalFold | undefined;
  #isStopped = false;
  #mayChangeProfile: boolean;
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
    this.#mayChangeProfile = settings.newProfile ?? false;
    this.#barLength = new BarLengthWatch(settings.barLength, ports.clock);
    const { boot, nodeId } = settings;
    this.#duplicates = new DuplicateReplicas({ ...ports, boot, nodeId, failed: fail });
    this.#watch = new JournalWatch(ports);
    this.#empty = {
      aggregator: new Aggregator(settings),
      decoder: createDecoder(decoderOptions(settings)),
    };
    this.#tail = new ReportTail({
      reports: streams.reports,
      subjects: settings.subjects,
      log: ports.log,
      onChain: () => this.#wake(),
      onBroken: (fault) => {
        this.#watch.tailBroken(fault);
        this.#fold?.abandon();
      },
    });
    this.#keeper = new ChainKeeper({ ...ports, reports: streams.reports, tail: this.#tail });
    ports.log.info(
      `reverb reads the journal of cluster ${settings.clusterId}, ${this.durability} because ${streams.durabilityReason}`,
      {
        subjects: settings.subjects,
      },
    );
    this.#probe = new JournalProbe({
      ...ports,
      journal: streams.journal,
      troubles: this.#watch.troubles,
      subject: settings.subjects.tick,
      sender: () => this.#duplicates.sender,
    });
    this.#look = new JournalLook(streams.journal, {
      clock: ports.clock,
      fold: () => (this.#watch.hindrance === undefined ? this.#fold : undefined),
      onBroken: (fault) => this.#broken(fault),
      onShortness: (text) => this.#watch.noteShortness(text),
      onSilence: () => this.#probe.ask(),
      keepChain: () => void this.#keeper.look(),
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
      await Promise.race([fold.stop(), patience]);
      giveUp?.cancel();
      fold.abandon();
    }
    this.#tail.stop();
  }

  async #run(): Promise<void> {
    await this.#answered(() => this.#tail.open());
    while (!this.#isStopped) {
      const chain = this.#tail.chain;
      const isSettled = await this.#judge();
      // A chain that began while this one was judged is judged at once.
      while (isSettled && !this.#isStopped && !this.#isMended && this.#tail.chain === chain)
        await this.#nextChain();
      this.#isMended = false;
      if (this.#tail.chain !== chain) this.#fold?.abandon();
    }
  }

  /** Does what may be done under the newest chain; resolves when it is under way. False: judge again. */
  async #judge(): Promise<boolean> {
    const journal = await this.#journalState();
    if (this.#isStopped) return false;
    if (journal === "missing") {
      this.#broken({ kind: "deleted", text: "the journal was deleted", byState: true });
      return true;
    }
    const verdict = this.#verdict(journal);
    this.#watch.clear();
    this.#fault = undefined;
    if (verdict.kind === "begin") {
      await this.#begin(verdict.record);
      return false;
    }
    if (verdict.kind === "refuse") this.#giveUp(otherProfile(verdict.differences));
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
      newProfile: this.#mayChangeProfile && !this.#hasFollowed,
      signature: {
        cluster_id: settings.clusterId,
        node: settings.nodeId,
        made_at: new Date(ports.clock.wallMs()).toISOString(),
      },
    });
  }

  /** Commits the chain record; whoever is first decides, and all read what was stored. */
  async #begin(record: Parameters<typeof encodeChainRecord>[0]): Promise<void> {
    const body = encodeChainRecord(record);
    const { reports } = this.#streams;
    const result = await reports.commit({ kind: "chain", headers: {}, body }, this.#tail.lastSeq);
    const end =
      result.kind === "stored" ? { lastSeq: result.seq } : await this.#answered(() => reports.state());
    await this.#tail.until(end?.lastSeq ?? 0);
    // A server that refuses does so at once, each time.
    if (result.kind === "unknown") {
      this.#parts.ports.log.warn(`The chain record is not known to be stored, looking it up: ${result.why}`);
      await new Promise<void>((resolve) => this.#parts.ports.clock.after(BEGIN_AGAIN_MS, resolve));
    }
    if (result.kind === "stored")
      this.#parts.ports.log.info(`A new chain of reports begins: ${record.reason}`, {
        from: record.from.seq,
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
    if (this.#isStopped || this.#tail.chain !== chain) return;
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
        troubles: this.#watch.troubles,
        duplicates: this.#duplicates,
        onBroken: (fault) => this.#broken(fault),
        onFailed: (error) => this.#giveUp(error),
      },
      restored,
    );
    const { kind, seq } = this.#fold.startedFrom;
    this.#parts.ports.log.info(
      `Reading the journal from ${seq} on (${kind}), ${journal.lastSeq - seq + 1} entries`,
    );
  }

  #broken(fault: StreamFault): void {
    this.#fold?.abandon();
    this.#fault = fault;
    // A chain record that is lost is not to be adopted, it is to be restored.
    const advice =
      fault === CHAIN_LOST ? "" : ": look at `backbeat journal status`, then `backbeat journal adopt`";
    this.#watch.hinder("broken", `${fault.text}; no bar is closed any more${advice}`);
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

  async #journalState(): Promise<StreamState | "missing"> {
    const state = await this.#answered(async () => {
      try {
        return await this.#streams.journal.state();
      } catch (error) {
        if (error instanceof BackbeatError && error.code === "stream-missing") return "missing";
        throw error;
      }
    });
    return state ?? "missing";
  }

  #answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    return askUntilAnswered(ask, { clock: this.#parts.ports.clock, isStopped: () => this.#isStopped });
  }

  /** Resolves when a chain record is read, or we stop. */
  #nextChain(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #giveUp(error: unknown): void {
    this.#watch.hinder("broken", messageOf(error));
    this.#fold?.abandon();
    this.#fail(
      error instanceof BackbeatError
        ? error
        : new BackbeatError("journal-refused", `Cannot go on: ${messageOf(error)}`, { cause: error }),
    );
  }
}

function otherProfile(differences: readonly string[]): BackbeatError {
  return new BackbeatError(
    "profile-differs",
    `Cannot join this cluster's reports: ${differences.join("; ")}; use the same settings, or --new-profile to begin a new chain with these`,
    { data: { differences } },
  );
}
