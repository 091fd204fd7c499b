/** What is wrong now: the issues of the newest report, and the circles of waiting as they are at this moment. */
import { beatsText } from "../bars/bars.ts";
import { areBarsRead, lastBar, openBar, waits } from "../page/store.ts";
import type { IssueDetail } from "../wire/types.ts";
import { countText } from "../words/numbers.ts";
import { CycleGraph } from "./cycle-graph.tsx";
import { IssueList } from "./issue-list.tsx";
import { useIssueDetails } from "./use-issue-details.ts";

export function IssuesSection() {
  const bar = lastBar.value;
  const issues = useIssueDetails(bar);
  return (
    <section class="panel issues-panel" aria-labelledby="issues-title">
      <h2 id="issues-title">
        Issues now{" "}
        {bar !== undefined && (
          <button type="button" class="link-button soft" onClick={() => openBar(bar.windowId)}>
            {beatsText(bar.report)}
          </button>
        )}
      </h2>
      {bar === undefined ? (
        <p class="empty-note">
          {areBarsRead.value
            ? "What is wrong is said at the end of each bar; the first is not over."
            : "Reading …"}
        </p>
      ) : issues.length === 0 ? (
        <p class="well">Nothing is wrong in the last bar.</p>
      ) : (
        <IssueList issues={issues} />
      )}
      <Circles known={issues} />
    </section>
  );
}

/** Circles that have closed since the last report. */
function Circles({ known }: { readonly known: readonly IssueDetail[] }) {
  const now = waits.value;
  const told = new Set(known.flatMap(({ cycles }) => cycles.map((cycle) => cycle.join())));
  const fresh = now?.cycles.filter((cycle) => !told.has(cycle.join())) ?? [];
  if (now === undefined || fresh.length === 0) return null;
  return (
    <div class="circles">
      <p class="issue-what">
        <b>{countText(fresh.length, "circle")} of waiting since that report</b>
      </p>
      {fresh.slice(0, 2).map((cycle) => (
        <CycleGraph key={cycle.join()} cycle={cycle} edges={now.edges} />
      ))}
    </div>
  );
}
