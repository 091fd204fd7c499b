/** One bar opened: its report, where its claims went, which entries it was computed from, what was wrong. */
import { useSignal } from "@preact/signals";
import { IssueList } from "../issues/issue-list.tsx";
import { nameless } from "../issues/use-issue-details.ts";
import { useFresh } from "../page/fresh.ts";
import { bars, beat, closeDetail } from "../page/store.ts";
import type { Answer } from "../wire/ask.ts";
import type { BarReport, Conservation, Headers, IssueDetail, WindowDetail } from "../wire/types.ts";
import { driftText, numberText } from "../words/numbers.ts";
import { addsUp, beatsText, conservationText, inputCut } from "./bars.ts";

interface Known {
  readonly report: BarReport;
  readonly isOpen: boolean;
  readonly headers: Headers;
  readonly completed?: number;
  readonly failed?: number;
  readonly claims?: number;
  readonly conservation?: Conservation;
  readonly issues?: readonly IssueDetail[];
}

export function BarDetail({ windowId }: { readonly windowId: string }) {
  const asked = useAsked(windowId);
  const bar = knownOf(windowId, asked);
  return (
    <section class="panel detail" aria-labelledby="detail-title">
      <header class="detail-head">
        <h2 id="detail-title">{bar === undefined ? "Bar" : `Bar of ${beatsText(bar.report)}`}</h2>
        <button type="button" class="quiet" onClick={closeDetail} title="Close (Esc)">
          <span aria-hidden="true">×</span>
          <span class="unseen">Close</span>
        </button>
      </header>
      <p class="mono soft">window {windowId}</p>
      {bar === undefined ? (
        <p class="empty-note">
          {asked === "gone" ? "This bar is not known here, or no longer retained." : "Reading …"}
        </p>
      ) : (
        <Report bar={bar} windowId={windowId} />
      )}
    </section>
  );
}

type Asked = WindowDetail | "gone" | undefined;

/** What reverb still retains of the bar; of the open one as it would be now, again with each beat. */
function useAsked(windowId: string): Asked {
  const asked = useSignal<Asked>(undefined);
  const isOpen = beat.value?.window_id === windowId;
  const take = (answer: Answer<WindowDetail>): void => {
    if (answer.kind === "answer") asked.value = answer.body;
    else if (answer.kind === "refused") asked.value = "gone";
  };
  useFresh({ path: `/api/v1/windows/${windowId}`, take }, isOpen ? beat.value?.beat_index : undefined);
  return asked.value;
}

function knownOf(windowId: string, asked: Asked): Known | undefined {
  const bar = bars.value.find((one) => one.windowId === windowId);
  const retained = typeof asked === "object" ? asked : undefined;
  const aggregation = retained?.window_aggregation;
  const report = bar?.report ?? retained?.current_bar_report;
  if (report === undefined) return undefined;
  const details = bar?.details;
  const found = {
    completed: bar?.completedTasks ?? aggregation?.completed_tasks,
    failed: bar?.failedTasks ?? aggregation?.failed_tasks,
    claims: details?.claimsCount ?? aggregation?.claims_count,
    conservation: details?.conservation ?? aggregation?.conservation,
    issues: details?.issueDetails ?? aggregation?.issue_details,
  };
  const given = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  return {
    report,
    headers: bar?.headers ?? {},
    isOpen: bar === undefined && aggregation?.open === true,
    ...given,
  };
}

function Report({ bar, windowId }: { readonly bar: Known; readonly windowId: string }) {
  const { claims, completed, failed, headers, isOpen, issues, report } = bar;
  const cut = inputCut(headers);
  const figures = [
    ["agents reporting", numberText(report.agents_reporting)],
    ["claims counted", claims === undefined ? "–" : numberText(claims)],
    ["reviews on time", numberText(report.on_time_reviews)],
    ["helps kept", numberText(report.help_promises_fulfilled)],
    ["tasks completed", completed === undefined ? "–" : numberText(completed)],
    ["tasks failed", failed === undefined ? "–" : numberText(failed)],
    ["secrets", report.secret_rotations_ok ? "rotated" : "not all rotated"],
    ["tempo drift", driftText(report.tempo_drift_ms)],
  ] as const;
  return (
    <>
      {isOpen && <p class="badge">open: as its report would be now</p>}
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>Conservation</h3>
      <ConservationLine conservation={bar.conservation} />
      {cut !== undefined && (
        <>
          <h3>Input</h3>
          <p>
            journal entries {numberText(Number(cut.first))} to {numberText(Number(cut.last))}
          </p>
          {headers["Backbeat-Hash"] !== undefined && (
            <p class="mono soft hash" title={headers["Backbeat-Hash"]}>
              sha-256 {headers["Backbeat-Hash"]}
            </p>
          )}
        </>
      )}
      <h3>Issues</h3>
      <IssueList issues={issues ?? nameless(report)} />
      <p>
        <a
          href={isOpen ? `/api/v1/windows/${windowId}` : `/api/v1/reports/${windowId}`}
          target="_blank"
          rel="noreferrer"
        >
          the raw JSON
        </a>
      </p>
    </>
  );
}

function ConservationLine({ conservation }: { readonly conservation: Conservation | undefined }) {
  if (conservation === undefined)
    return <p class="soft">no longer retained; the metrics have the sums since the start of reverb</p>;
  return (
    <p>
      {conservationText(conservation)}{" "}
      {addsUp(conservation) ? (
        <span class="good">✓ adds up</span>
      ) : (
        <span class="bad">✗ does not add up</span>
      )}
    </p>
  );
}
