import { describe, expect, it } from "vitest";
import { headOf } from "../../test/support/chain-heads.ts";
import { MemoryHistory } from "../../test/support/memory-history.ts";
import { recordingLog } from "../../test/support/recording-log.ts";
import type { StreamState } from "../ports.ts";
import { HeadGuard } from "./head-guard.ts";
import { HeadKeeper } from "./head-keeper.ts";
import { StoreTroubles } from "./store-troubles.ts";

/** A guard over streams whose report stream says that it ends where `endOf` says, while that says anything. */
async function house(endOf: () => number | undefined) {
  const made = new MemoryHistory();
  await made.begin();
  made.bars(3);
  const head = await headOf(made);
  const log = recordingLog();
  const { clock, journal, reports, subjects } = made;
  const store = { load: async () => head, save: async () => undefined };
  const keeper = new HeadKeeper({ store, clock, log, folded: () => undefined });
  await keeper.load();
  const told: string[] = [];
  const asked = {
    get: (seq: number) => reports.get(seq),
    last: (kind?: "report" | "chain") => reports.last(kind),
    async state(): Promise<StreamState> {
      const state = await reports.state();
      return { ...state, lastSeq: endOf() ?? state.lastSeq };
    },
  };
  const guard = new HeadGuard({
    ...{ clock, log, journal, subjects, keeper, reports: asked },
    isStopped: () => false,
    troubles: new StoreTroubles(clock),
    onLost: ({ text }) => told.push(text),
  });
  return { clock, guard, told };
}

describe("HeadGuard", () => {
  it("R1 one odd answer is not believed, and nothing goes on until it is put right", async () => {
    const odd = [1, 1];
    const { clock, guard, told } = await house(() => odd.shift());
    const comparing = guard.compare();
    expect(guard.isComparing).toBe(true);
    await clock.run(1_000);
    await comparing;
    expect([guard.isComparing, told]).toEqual([false, []]);
  });

  it("R1 a loss is told once, and over when the streams hold what is known again", async () => {
    let end: number | undefined = 1;
    const { clock, guard, told } = await house(() => end);
    const comparing = guard.compare();
    await clock.run(30_000);
    expect(told).toEqual([expect.stringMatching(/ends at record 1, this replica knows record/)]);
    expect(guard.isComparing).toBe(true);
    end = undefined;
    await clock.run(5_000);
    await comparing;
    expect(guard.isComparing).toBe(false);
  });

  it("R1 what was compared before the link was lost is compared again", async () => {
    let asked = 0;
    const { clock, guard } = await house(() => {
      asked += 1;
      return undefined;
    });
    const first = guard.compare();
    const second = guard.compare();
    await clock.run(1_000);
    await Promise.all([first, second]);
    const once = asked;
    await Promise.all([guard.compare(), clock.run(1_000)]);
    expect(asked).toBeGreaterThan(once);
  });
});
