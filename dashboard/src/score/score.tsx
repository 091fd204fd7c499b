/** The score with its tools: filters above, the ruler of bars, the lanes; or the fleet by group. */
import { agentsCount, beat, lanesTotal, link, live, status, view } from "../page/store.ts";
import { isFiltered } from "../page/view.ts";
import { clearFilters } from "./actions.ts";
import { Groups } from "./groups.tsx";
import { Ruler } from "./ruler.tsx";
import { Stage } from "./stage.tsx";
import { Toolbar } from "./toolbar.tsx";
import { Tutti } from "./tutti.tsx";

export function Score() {
  return (
    <section class="score" aria-labelledby="score-title">
      <h2 id="score-title" class="unseen">
        Score
      </h2>
      <Toolbar />
      {view.value.isGrouped ? (
        <Groups />
      ) : (
        <div class="score-body">
          <Ruler />
          <Tutti />
          <Stage />
          <Empty />
        </div>
      )}
    </section>
  );
}

/** What there is to say where no lane is. */
function Empty() {
  const total = lanesTotal.value;
  if (total !== undefined && total > 0) return null;
  const isLost = link.value.kind === "lost";
  if (total === undefined)
    return (
      <p class="empty">{isLost ? "Nothing was read yet: reverb does not answer." : "Reading the score …"}</p>
    );
  if (isFiltered(view.value) && agentsCount.value > 0)
    return (
      <div class="empty">
        <p>No agent fits these filters.</p>
        <button type="button" onClick={clearFilters}>
          Show all
        </button>
      </div>
    );
  if (beat.value === undefined)
    return (
      <div class="empty">
        <p>Waiting for the first beat of cluster {status.value?.cluster_id ?? "…"}.</p>
        <p class="soft">
          Is a pulse running? <code>backbeat pulse --cluster {status.value?.cluster_id ?? "…"}</code>
        </p>
      </div>
    );
  if ((live.value?.agents ?? 0) > 0) return <p class="empty">Reading the score …</p>;
  return (
    <div class="empty">
      <p>The beat goes on, and nobody plays yet.</p>
      <p class="soft">
        A first agent: <code>backbeat exec -- sleep 20</code>, or{" "}
        <code>backbeat claim executing --agent me:1</code>
      </p>
    </div>
  );
}
