/** What is looked at: filters, order, what was opened. Lives in the address behind `#`, so that it can be sent. Pure. */
import { STATE_ORDER } from "../wire/letters.ts";
import { type AgentState, type Presence, TROUBLES, type Trouble } from "../wire/types.ts";

export type Sort = "trouble" | "name";

export interface View {
  readonly state?: AgentState;
  readonly presence?: Presence;
  readonly trouble?: Exclude<Trouble, "none"> | "any";
  /** Part of an agent's id. */
  readonly search: string;
  readonly sort: Sort;
  /** The fleet by prefix instead of by agent. */
  readonly isGrouped: boolean;
  /** Only agents of that group. */
  readonly group?: string;
  /** The agent or the bar (by its window) that is open beside the score. */
  readonly agent?: string;
  readonly bar?: string;
}

export const START_VIEW: View = { search: "", sort: "trouble", isGrouped: false };

const PRESENCES: readonly Presence[] = ["progressing", "waiting", "alive", "silent"];

const AGENT_ID = /^[a-zA-Z0-9_:-]{1,128}$/;
const WINDOW_ID = /^[0-9a-fA-F]{32}$/;

/** Reads an address; what is wrong in it is left out: somebody may have cut it while sending. */
export function viewOf(hash: string): View {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const one = <Word extends string>(name: string, words: readonly Word[]): Word | undefined =>
    words.find((word) => word === given.get(name));
  const matching = (name: string, pattern: RegExp): string | undefined => {
    const value = given.get(name) ?? "";
    return pattern.test(value) ? value : undefined;
  };
  const troubles = [...TROUBLES.filter((word) => word !== "none"), "any" as const];
  return {
    ...START_VIEW,
    search: matching("search", AGENT_ID) ?? "",
    sort: one("sort", ["trouble", "name"]) ?? START_VIEW.sort,
    isGrouped: given.get("by") === "group",
    ...onlyGiven({
      state: one("state", STATE_ORDER),
      presence: one("presence", PRESENCES),
      trouble: one("trouble", troubles),
      group: matching("group", AGENT_ID),
      agent: matching("agent", AGENT_ID),
      bar: matching("bar", WINDOW_ID)?.toLowerCase(),
    }),
  };
}

/** The address of a view, without what is as at the start. */
export function hashOf(view: View): string {
  const { agent, bar, group, isGrouped, presence, search, sort, state, trouble } = view;
  const shown = new URLSearchParams();
  const named = { state, presence, trouble, search, group, agent, bar };
  for (const [name, value] of Object.entries(named))
    if (value !== undefined && value !== "") shown.set(name, value);
  if (sort !== START_VIEW.sort) shown.set("sort", sort);
  if (isGrouped) shown.set("by", "group");
  // Ids are full of colons, which an address may hold as they are.
  return shown.size === 0 ? "" : `#${shown.toString().replaceAll("%3A", ":")}`;
}

/** Which lanes are wanted: two views with the same wish have the same lanes in the same order. */
export function lanesWish(view: View): Readonly<Record<string, string | undefined>> {
  const { group, presence, search, sort, state, trouble } = view;
  return { sort, state, presence, trouble, search, group };
}

/** Letters that no id has are dropped as they are typed. */
export function searchText(typed: string): string {
  return typed.replaceAll(/[^a-zA-Z0-9_:-]/g, "").slice(0, 128);
}

/** Whether fewer than all agents are wanted. */
export function isFiltered({ group, presence, search, state, trouble }: View): boolean {
  return search !== "" || [state, presence, trouble, group].some((value) => value !== undefined);
}

type Given<Values> = { readonly [Name in keyof Values]?: Exclude<Values[Name], undefined> };

function onlyGiven<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<Values>;
}
