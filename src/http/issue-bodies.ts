/** What the API tells of a bar beyond its report: issues with names, and where its claims went. */
import Type from "typebox";
import { SEVERITIES } from "../contracts/bar-report.ts";
import { Count, described } from "../contracts/schema/fields.ts";
import type { BarConservation, IssueDetail } from "../core/summary.ts";
import { component, counts } from "./fields.ts";

export const IssueBody = component("IssueDetail", "The names behind an issue's count.", {
  severity: Type.Enum([...SEVERITIES], { description: "How bad it is." }),
  category: Type.String({ description: "What went wrong, as in the report." }),
  count: described(Count, "How many agents, claims or beats it concerns."),
  agents: Type.Array(Type.String(), { description: "At most 100 agents, in order of their ids." }),
  cycles: Type.Array(Type.Array(Type.String()), {
    description: "For wait_cycle: the agents of each cycle; else empty.",
  }),
  text: Type.String({ description: "A sentence for people." }),
});

export const ConservationBody = component(
  "Conservation",
  "Where the bar's claims went: received = counted + duplicate + late + all that were refused.",
  {
    received: described(Count, "All that arrived."),
    counted: described(Count, "What the report is computed from."),
    duplicate: described(Count, "Repetitions of counted claims."),
    late: described(Count, "Claims for bars that were closed already."),
    refused: counts("Claims that were not taken, by reason."),
  },
);

export function issueBody(issue: IssueDetail): Type.Static<typeof IssueBody> {
  const { severity, category, count, text } = issue;
  const cycles = (issue.cycles ?? []).map((cycle) => [...cycle]);
  return { severity, category, count, agents: [...issue.agents], cycles, text };
}

export function conservationBody(bar: BarConservation): Type.Static<typeof ConservationBody> {
  const { received, counted, duplicate, late, refused } = bar;
  return { received, counted, duplicate, late, refused: { ...refused } };
}
