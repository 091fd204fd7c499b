/** The bars that were reported: aligned small charts, and the same figures as a table. A click opens a bar. */

import { SeveritySign } from "../issues/severity.tsx";
import { areBarsRead, bars, openBar, view } from "../page/store.ts";
import { countText, driftText, numberText } from "../words/numbers.ts";
import { type Bar, beatsText, figuresOf, worstSeverity } from "./bars.ts";
import { ChartCanvas } from "./chart.tsx";
import { CHARTS, knownText } from "./charts.ts";
import { pointedBar } from "./pointed.ts";

/** Rows of the table; the charts show more. */
const ROWS_SHOWN = 24;

export function BarsSection() {
  const known = bars.value;
  return (
    <section class="panel bars" aria-labelledby="bars-title">
      <h2 id="bars-title">
        Bars <span class="soft">{known.length > 0 && beatsOfPointed(known)}</span>
      </h2>
      {known.length === 0 ? (
        <p class="empty-note">
          {areBarsRead.value
            ? "No bar has been reported yet. The first report comes within a beat after the first bar."
            : "Reading the reports …"}
        </p>
      ) : (
        <>
          <Charts known={known} />
          <Table known={known} />
        </>
      )}
    </section>
  );
}

function beatsOfPointed(known: readonly Bar[]): string {
  const bar = known[pointedBar.value ?? known.length - 1];
  return bar === undefined ? "" : beatsText(bar.report);
}

function Charts({ known }: { readonly known: readonly Bar[] }) {
  const shown = known[pointedBar.value ?? known.length - 1] ?? known.at(-1);
  const figures = shown && figuresOf(shown);
  return (
    <div class="charts">
      {CHARTS.map((chart) => (
        <div key={chart.name} class="chart" title={chart.meaning}>
          <span class="chart-name">{chart.name}</span>
          <ChartCanvas chart={chart} />
          <span class="chart-value">{figures !== undefined && chart.text(figures)}</span>
        </div>
      ))}
    </div>
  );
}

const COLUMNS = ["beats", "agents", "reviews", "helps", "done", "failed", "drift ms", "issues"] as const;

function Table({ known }: { readonly known: readonly Bar[] }) {
  return (
    <section class="bars-table" aria-label="Reported bars, newest first">
      <table>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" class={name === "beats" ? "" : "number"}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {known
            .slice(-ROWS_SHOWN)
            .reverse()
            .map((bar) => (
              <BarRow key={bar.windowId} bar={bar} />
            ))}
        </tbody>
      </table>
    </section>
  );
}

function BarRow({ bar }: { readonly bar: Bar }) {
  const { report, windowId } = bar;
  const { agents, completed, driftMs, failed, helps, issues, reviews } = figuresOf(bar);
  const worst = worstSeverity(report);
  return (
    <tr data-chosen={view.value.bar === windowId}>
      <th scope="row">
        <button
          type="button"
          class="link-button"
          onClick={() => openBar(windowId)}
          title={`window ${windowId}`}
        >
          {report.from_beat}–{report.to_beat}
        </button>
      </th>
      <td class="number">{numberText(agents)}</td>
      <td class="number">{numberText(reviews)}</td>
      <td class="number">{numberText(helps)}</td>
      <td class="number">{knownText(completed)}</td>
      <td class="number" data-some={failed !== null && failed > 0}>
        {knownText(failed)}
      </td>
      <td class="number">{driftText(driftMs).replace(" ms", "")}</td>
      <td class="number">
        {worst === undefined ? (
          <span class="soft">none</span>
        ) : (
          <span title={countText(issues, "issue")}>
            <SeveritySign severity={worst} /> {issues}
          </span>
        )}
      </td>
    </tr>
  );
}
