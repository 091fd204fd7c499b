/** The issues of a bar with names: from its event, else asked for once; without names where reverb has let them go. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Bar } from "../bars/bars.ts";
import { ask } from "../wire/ask.ts";
import type { BarReport, IssueDetail } from "../wire/types.ts";

interface Asked {
  readonly windowId: string;
  readonly details: readonly IssueDetail[] | null;
}

export function useIssueDetails(bar: Bar | undefined): readonly IssueDetail[] {
  const asked = useSignal<Asked | undefined>(undefined);
  const windowId = bar?.windowId;
  const isAsking = windowId !== undefined && bar?.details === undefined;
  useEffect(() => {
    if (!isAsking) return undefined;
    const controller = new AbortController();
    const path = `/api/v1/reports/${windowId}`;
    void ask<{ readonly issue_details: readonly IssueDetail[] | null }>(path, controller.signal).then(
      (answer) => {
        if (answer.kind === "answer") asked.value = { windowId, details: answer.body.issue_details };
      },
    );
    return () => controller.abort();
  }, [windowId, isAsking, asked]);
  if (bar === undefined) return [];
  if (bar.details !== undefined) return bar.details.issueDetails;
  const found = asked.value?.windowId === bar.windowId ? asked.value.details : null;
  return found ?? nameless(bar.report);
}

/** As on the wire: counts only. */
export function nameless({ issues = [] }: BarReport): readonly IssueDetail[] {
  return issues.map(({ category, count, severity }) => {
    return {
      category,
      count,
      severity: severity as IssueDetail["severity"],
      agents: [],
      cycles: [],
      text: "",
    };
  });
}
