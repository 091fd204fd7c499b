/**
 * Whether settings may take the place of those that the running chain was begun with: pure decisions.
 *
 * Only an operator who names what is replaced may: a flag that says no more than "mine are right" would overthrow,
 * after any restart, whatever replaced it meanwhile. A profile that was replaced in this history does not come back
 * by the name of another *profile*, because that name may be left over from its first time; who wants it back names
 * the running *chain*, and no chain runs twice.
 */
import { type ChainRecord, type Profile, profileHashOf } from "../contracts/chain-record.ts";
import { BackbeatError } from "../errors.ts";
import type { Chain } from "./report-tail.ts";

/** Replaced profiles that a chain record names: whoever was replaced longer ago was not restarted for as many changes. */
const REPLACED_MAX = 64;

export interface ReplacementFacts {
  /** The running one. */
  readonly chain: Chain;
  readonly profile: Profile;
  /** What `--replace-profile` names, hex digits of any case; undefined: nothing. */
  readonly replaceProfile?: string | undefined;
  /** Between the running profile and ours: at least one. */
  readonly differences: readonly string[];
}

/** Undefined: a new chain may begin with our profile. Else BackbeatError `profile-differs`. */
export function replacementRefusal(facts: ReplacementFacts): BackbeatError | undefined {
  const { chain, differences, profile } = facts;
  const running = profileHashOf(chain.record.profile);
  const named = facts.replaceProfile?.toLowerCase();
  const wasReplaced = (chain.record.replaced ?? []).includes(profileHashOf(profile));
  const isChainNamed = named !== undefined && chain.id.startsWith(named);
  if (isChainNamed) return undefined;
  const isProfileNamed = named !== undefined && running.startsWith(named);
  if (isProfileNamed && !wasReplaced) return undefined;
  const { made_at: madeAt, node } = chain.record;
  const why = [
    differences.join("; "),
    `expected the profile ${running} of the running chain ${chain.id}, which ${node} began at ${madeAt}`,
    ...(named === undefined || isProfileNamed
      ? []
      : [`--replace-profile names ${named}, which does not run`]),
  ].join("; ");
  const text = `Cannot join this cluster's reports: ${why}. ${adviceOf({ running, chain, wasReplaced })}`;
  const data = { differences, runningProfile: running, chain: chain.id };
  return new BackbeatError("profile-differs", text, { data });
}

function adviceOf(known: {
  readonly running: string;
  readonly chain: Chain;
  readonly wasReplaced: boolean;
}): string {
  const same = "Start with the settings of the running chain, which `backbeat journal status` shows";
  if (known.wasReplaced)
    return `${same}. These ones ran before and were replaced; only to go back to them in the whole cluster, start one reverb with --replace-profile ${known.chain.id}: the running chain`;
  return `${same}. Only to change them in the whole cluster, start one reverb with --replace-profile ${known.running}; replicas with the old settings stop then`;
}

/** What a new chain knows of the profiles before it. */
export function replacedBefore(before: Chain | undefined, profile: Profile): Pick<ChainRecord, "replaced"> {
  if (before === undefined) return {};
  const ours = profileHashOf(profile);
  const known = [profileHashOf(before.record.profile), ...(before.record.replaced ?? [])];
  const replaced = [...new Set(known)].filter((hash) => hash !== ours).slice(0, REPLACED_MAX);
  return replaced.length === 0 ? {} : { replaced };
}
