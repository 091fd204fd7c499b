/** A journal and the reports that were computed from it, in memory: a history that is whole, to be harmed by tests. */
import {
  type ChainRecord,
  chainIdOf,
  encodeChainRecord,
  profileHashOf,
} from "../../src/contracts/chain-record.ts";
import { encodeReport } from "../../src/contracts/encode.ts";
import { HASH_HEADER, type Headers, reportHeaders } from "../../src/contracts/report-headers.ts";
import type { AggregatorSettings } from "../../src/core/aggregator-settings.ts";
import { profileOf } from "../../src/core/profile.ts";
import { ReplayFold } from "../../src/reverb/replay.ts";
import type { Chain } from "../../src/reverb/report-tail.ts";
import { FakeClock } from "../../src/sdk/testing/fake-clock.ts";
import { chainRecordOf } from "./chain-records.ts";
import { MemoryJournal, MemoryReportStore } from "./memory-streams.ts";
import { CLUSTER, claimBody, frameBody } from "./messages.ts";
import { subjects } from "./real-reverb.ts";

export class MemoryHistory {
  readonly clock = new FakeClock();
  readonly journal = new MemoryJournal();
  readonly reports = new MemoryReportStore(subjects);
  readonly subjects = subjects;
  readonly silenceMaxMs = 1_000;
  /** Headers of each report, by its place. */
  readonly headers = new Map<number, Headers>();
  chain!: Chain;
  #fold!: ReplayFold;
  #prev = "";
  #beat = 0;

  /** Begins a chain under these rules at the journal's next entry. */
  async begin(settings: Partial<AggregatorSettings> = {}, changes: Partial<ChainRecord> = {}): Promise<void> {
    const { lastSeq } = await this.journal.state();
    const record = chainRecordOf({
      cluster_id: CLUSTER,
      journal_id: "journal",
      from: { seq: lastSeq + 1 },
      partial: lastSeq > 0,
      profile: profileOf({ clusterId: CLUSTER, barLength: 4, ...settings }),
      ...changes,
    });
    const body = encodeChainRecord(record);
    const seq = this.reports.put({ kind: "chain", headers: {}, body });
    this.chain = { id: chainIdOf(body), record, seq };
    const begin = { replay: record.from, partial: record.partial, afterFirstSeq: 0 };
    this.#fold = new ReplayFold(this.chain, begin, subjects);
  }

  /** So many bars of four beats with two agents, and the frames that close the last of them. */
  bars(count: number): void {
    for (let left = 4 * count + 2; left > 0; left -= 1) {
      this.#beat += 1;
      this.#enter(subjects.beat, frameBody(this.#beat, { barLength: 4 }));
      for (const agent of ["a", "b"]) this.#enter(subjects.status, claimBody(agent, this.#beat));
    }
    this.#beat += 2;
  }

  #enter(subject: string, data: Uint8Array): void {
    const timeMs = this.clock.wallMs() + 1_000 * this.#beat;
    const seq = this.journal.store({ subject, data, timeMs });
    for (const { claimsCount, position, report } of this.#fold.take({ seq, timeMs, subject, data })) {
      const body = encodeReport(report);
      const { firstSeq, lastSeq, replayFrom } = position;
      const { profile } = this.chain.record;
      const headers = reportHeaders(
        {
          algorithm: Number(profile.algorithm),
          chain: this.chain.id,
          profile: profileHashOf(profile),
          prev: this.#prev,
          claims: claimsCount,
          firstSeq,
          lastSeq,
          replayFrom,
        },
        body,
      );
      this.#prev = headers[HASH_HEADER] ?? "";
      this.headers.set(this.reports.put({ kind: "report", headers, body }), headers);
    }
  }
}
