/** What this user may do, held against what reverb, a pulse and an agent need. Pure. */
import type { Subjects } from "../../contracts/subjects.ts";
import { journalName, reportsName } from "../stream-names.ts";
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
}

export interface RoleNames {
  readonly clusterId: string;
  readonly subjects: Subjects;
}

/** Where answers to requests come. */
const INBOX = "_INBOX.backbeat";

/** Who needs what. With a journal; without one reverb subscribes to beats and claims and publishes reports itself. */
export function rolesOf({ clusterId, subjects }: RoleNames): readonly Role[] {
  const { beat, chain, commit, now, reverb, status, tick } = subjects;
  const publish = (...all: readonly string[]) => all.map((subject): Need => ({ act: "publish", subject }));
  const subscribe = (...all: readonly string[]) =>
    all.map((subject): Need => ({ act: "subscribe", subject }));
  const streams = [journalName(clusterId), reportsName(clusterId)];
  const api = streams.flatMap((name) => [
    ...["INFO", "CREATE", "UPDATE", "MSG.GET"].map((word) => `$JS.API.STREAM.${word}.${name}`),
    `$JS.API.CONSUMER.CREATE.${name}`,
    `$JS.API.CONSUMER.MSG.NEXT.${name}.doctor`,
  ]);
  return [
    {
      name: "reverb",
      needs: [...publish(tick, commit, chain, "$JS.API.INFO", ...api), ...subscribe(INBOX)],
    },
    { name: "reverb without a journal", needs: [...publish(reverb), ...subscribe(beat, status)] },
    { name: "pulse", needs: [...publish(beat), ...subscribe(now, INBOX)] },
    { name: "agent", needs: [...publish(status, now), ...subscribe(beat, reverb, INBOX)] },
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
    const which = (verdict: Verdict) =>
      role.needs.filter((need) => (verdicts.get(keyOf(need)) ?? "untried") === verdict);
    return { role, forbidden: which("forbidden"), untried: which("untried") };
  });
  const isNobody = judged.every(({ forbidden }) => forbidden.length > 0);
  return judged.map(({ forbidden, role, untried }): Finding => {
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
