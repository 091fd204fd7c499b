/**
 * Which lost histories a chain ends the trouble of: pure decisions.
 *
 * A chain's id occurs once in the world, since it is a hash of who began it, when, and on which journal. So whoever
 * followed a chain that is given up followed this very history, however far it had read. A chain that a replica
 * followed itself gives nothing up for it: what is missing of it was lost after that.
 */
import type { ChainRecord, GivenUp } from "../contracts/chain-record.ts";
import type { ChainHead } from "../ports.ts";
import type { Chain } from "./report-tail.ts";

/** Chains that a record gives up, or takes over as given up: years of adoptions. */
const GIVEN_UP_MAX = 128;

/** Whether the running chain gives up what a replica knows. */
export function isGivenUp({ chains }: Pick<ChainHead, "chains">, running: Chain): boolean {
  return (running.record.gives_up ?? []).some(
    ({ by = running.id, chain }) => chains.includes(chain) && !chains.includes(by),
  );
}

/** What a new chain takes over of what was given up before. */
export function carriedBy(before: Chain | undefined): Pick<ChainRecord, "gives_up"> {
  return listed(carried(before));
}

/** What a chain gives up that is adopted: the one that runs, and all that a replica's data directory tells of. */
export function givenUpBy(
  before: Chain | undefined,
  head: ChainHead | undefined,
): Pick<ChainRecord, "gives_up"> {
  const ids = [...(before === undefined ? [] : [before.id]), ...(head?.chains ?? [])];
  return listed([...[...new Set(ids)].map((chain) => ({ chain })), ...carried(before)]);
}

function carried(before: Chain | undefined): readonly GivenUp[] {
  return (before?.record.gives_up ?? []).map(({ by = before?.id ?? "", chain }) => ({ chain, by }));
}

function listed(all: readonly GivenUp[]): Pick<ChainRecord, "gives_up"> {
  return all.length === 0 ? {} : { gives_up: all.slice(0, GIVEN_UP_MAX) };
}
