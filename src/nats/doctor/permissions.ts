/** What this user may do, held against what each role needs: all of those that `nats-config` knows. Pure. */
import type { Subjects } from "../../contracts/subjects.ts";
import { type RightsPlace, type RoleName, rightsOf } from "../rights.ts";
import type { Finding } from "./finding.ts";

export type Act = "publish" | "subscribe";

export interface Need {
  readonly act: Act;
  readonly subject: string;
}

/** `untried`: trying would have had an effect, and the server does not say. */
export type Verdict = "allowed" | "forbidden" | "untried";

export interface Role {
  readonly name: string;
  readonly needs: readonly Need[];
  /** What it also wants to ask, and does without. */
  readonly asks: readonly Need[];
}

/** Who needs what; where a name is made at run time, one that could be. */
export function rolesOf(place: RightsPlace): readonly Role[] {
  const roleOf = (name: string, role: RoleName, hasJournal = place.hasJournal): Role => {
    const { asks, publish, subscribe } = rightsOf(role, { ...place, hasJournal });
    const needs = (act: Act, patterns: readonly string[]) =>
      patterns.map((pattern): Need => ({ act, subject: pattern.replace(/[*>]$/, "backbeat") }));
    return {
      name,
      needs: [...needs("publish", publish), ...needs("subscribe", subscribe)],
      asks: needs("publish", asks),
    };
  };
  return [
    ...(place.hasJournal ? [roleOf("reverb", "reverb")] : []),
    roleOf("reverb without a journal", "reverb", false),
    roleOf("pulse", "pulse"),
    roleOf("agent", "agent"),
    roleOf("operator", "operator"),
  ];
}

/** Publishing there would be taken for a beat, a claim or a report: never tried. */
export function hasEffect({ act, subject }: Need, { beat, reverb, status }: Subjects): boolean {
  return act === "publish" && [beat, status, reverb].includes(subject);
}

export function keyOf({ act, subject }: Need): string {
  return `${act} ${subject}`;
}

/** One finding for each role. Users may be of one role each, so what is missing is a problem only where none fits. */
export function judgePermissions(
  roles: readonly Role[],
  verdicts: ReadonlyMap<string, Verdict>,
): readonly Finding[] {
  const judged = roles.map((role) => {
    const which = (verdict: Verdict, needs = role.needs) =>
      needs.filter((need) => (verdicts.get(keyOf(need)) ?? "untried") === verdict);
    return {
      role,
      forbidden: which("forbidden"),
      untried: which("untried"),
      unasked: which("forbidden", role.asks),
    };
  });
  const isNobody = judged.every(({ forbidden }) => forbidden.length > 0);
  return judged.map(({ forbidden, role, unasked, untried }): Finding => {
    const check = "permissions";
    const left = untried.length === 0 ? "" : `; not tried: ${listOf(untried)}`;
    if (forbidden.length > 0)
      return {
        check,
        level: isNobody ? "problem" : "note",
        found: `as ${role.name} this user is not allowed to ${listOf(forbidden)}${left}`,
        ...(isNobody
          ? { means: "it can take no part at all", fix: "allow these subjects for this user in the server" }
          : { means: `fine, unless it is meant to be one: ${role.name}` }),
      };
    if (unasked.length > 0)
      return {
        check,
        level: "ok",
        found: `this user may do what ${role.name} needs, but not ${listOf(unasked)}${left}`,
        means:
          "an agent asks there where an acknowledgement is long in coming or a report was missed; the server logs each refusal",
        fix: "allow it, and have it answered for the account of the streams: `backbeat nats-config` writes both",
      };
    if (untried.length === 0)
      return { check, level: "ok", found: `this user may do what ${role.name} needs` };
    return {
      check,
      level: "ok",
      found: `this user may do what ${role.name} needs, as far as it was tried${left}`,
      means: "a message there would be taken for a real one, and this server does not say what is allowed",
    };
  });
}

function listOf(needs: readonly Need[]): string {
  return (["publish", "subscribe"] as const)
    .map((act) => {
      const subjects = needs.filter((need) => need.act === act).map(({ subject }) => subject);
      const shown = subjects.slice(0, 4).join(", ");
      const more = subjects.length > 4 ? ` and ${subjects.length - 4} more` : "";
      return subjects.length === 0
        ? ""
        : `${act === "publish" ? "publish on" : "subscribe to"} ${shown}${more}`;
    })
    .filter((text) => text !== "")
    .join(", or ");
}
