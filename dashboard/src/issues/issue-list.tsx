/** Issues, worst first: what each means, what to do, who it is about. */
import { useSignal } from "@preact/signals";
import { openAgent, waits } from "../page/store.ts";
import type { IssueDetail } from "../wire/types.ts";
import { issueSentence, worstFirst } from "../words/issues.ts";
import { CycleGraph } from "./cycle-graph.tsx";
import { SeveritySign } from "./severity.tsx";

/** Names shown before somebody asks for the others. */
const NAMES_SHOWN = 6;

/** Drawings of one issue; more say nothing new. */
const CYCLES_DRAWN = 3;

export function IssueList({ issues }: { readonly issues: readonly IssueDetail[] }) {
  if (issues.length === 0) return <p class="soft">none</p>;
  return (
    <ul class="issues">
      {worstFirst(issues).map((issue) => (
        <Issue key={issue.category} issue={issue} />
      ))}
    </ul>
  );
}

function Issue({ issue }: { readonly issue: IssueDetail }) {
  const { agents, category, count, cycles, severity } = issue;
  const { todo, what } = issueSentence(category, count);
  const isCycle = cycles.length > 0;
  return (
    <li class="issue" data-severity={severity}>
      <p class="issue-what">
        <SeveritySign severity={severity} /> <b>{what}</b> <span class="issue-severity">{severity}</span>
      </p>
      {todo !== "" && <p class="issue-todo">{todo}</p>}
      {cycles.slice(0, CYCLES_DRAWN).map((cycle) => (
        <CycleGraph key={cycle.join()} cycle={cycle} edges={waits.value?.edges ?? []} />
      ))}
      {cycles.length > CYCLES_DRAWN && <p class="soft">and {cycles.length - CYCLES_DRAWN} more circles</p>}
      {!isCycle && <Names agents={agents} />}
    </li>
  );
}

function Names({ agents }: { readonly agents: readonly string[] }) {
  const areAllShown = useSignal(false);
  if (agents.length === 0) return null;
  const shown = areAllShown.value ? agents : agents.slice(0, NAMES_SHOWN);
  return (
    <p class="names">
      {shown.map((id) => (
        <button key={id} type="button" class="link-button" onClick={() => openAgent(id)}>
          {id}
        </button>
      ))}
      {shown.length < agents.length && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            areAllShown.value = true;
          }}
        >
          and {agents.length - shown.length} more
        </button>
      )}
    </p>
  );
}
