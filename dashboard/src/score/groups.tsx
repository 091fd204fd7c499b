/** The fleet by prefix: a line for each group, with what its agents do as parts of a whole. A click shows its lanes. */
import { changeView, groups, view } from "../page/store.ts";
import { STATE_ORDER } from "../wire/letters.ts";
import type { Group } from "../wire/types.ts";
import { countText, numberText } from "../words/numbers.ts";
import { TROUBLE_WORDS } from "../words/states.ts";

const TROUBLES_SHOWN = ["failed", "stalled", "cycle", "blocked", "silent"] as const;

export function Groups() {
  const answer = groups.value;
  if (answer === undefined) return <p class="empty">Reading the groups …</p>;
  if (answer.groups.length === 0)
    return (
      <p class="empty">{view.value.search === "" ? "Nobody plays yet." : "No group holds such an agent."}</p>
    );
  return (
    <div class="groups">
      <table>
        <thead>
          <tr>
            <th scope="col">group</th>
            <th scope="col" class="number">
              agents
            </th>
            <th scope="col" class="groups-parts">
              what they do
            </th>
            {TROUBLES_SHOWN.map((trouble) => (
              <th key={trouble} scope="col" class="number" title={TROUBLE_WORDS[trouble][1]}>
                {TROUBLE_WORDS[trouble][0]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer.groups.map((group) => (
            <GroupRow key={group.group} group={group} />
          ))}
        </tbody>
      </table>
      <Rest more={answer.total_count - answer.groups.length} ungrouped={answer.ungrouped_agents} />
    </div>
  );
}

function GroupRow({ group }: { readonly group: Group }) {
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link-button"
          onClick={() => changeView({ group: group.group, isGrouped: false })}
        >
          {group.group}
        </button>
      </th>
      <td class="number">{numberText(group.agents_count)}</td>
      <td class="groups-parts">
        <Parts group={group} />
      </td>
      {TROUBLES_SHOWN.map((trouble) => (
        <td key={trouble} class="number" data-some={group.trouble[trouble] > 0}>
          {numberText(group.trouble[trouble])}
        </td>
      ))}
    </tr>
  );
}

function Parts({ group: { states } }: { readonly group: Group }) {
  const present = STATE_ORDER.filter((state) => states[state] > 0);
  const words = present.map((state) => `${states[state]} ${state}`).join(", ");
  return (
    <span class="parts" role="img" aria-label={words} title={words}>
      {present.map((state) => (
        <span key={state} class={`part mark-${state}`} style={{ flexGrow: states[state] }} />
      ))}
    </span>
  );
}

function Rest({ more, ungrouped }: { readonly more: number; readonly ungrouped: number }) {
  const parts = [
    ...(more > 0 ? [`${countText(more, "more group")}: search for one`] : []),
    ...(ungrouped > 0 ? [`${countText(ungrouped, "agent")} of further groups`] : []),
  ];
  return parts.length === 0 ? null : <p class="soft">{parts.join("; ")}</p>;
}
