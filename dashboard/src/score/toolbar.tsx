/** Above the score: how many do what, which is legend and filter in one; search, order, groups, sizes. */
import { settings } from "../page/settings.ts";
import { agentsCount, changeView, counts, view } from "../page/store.ts";
import { isFiltered, searchText } from "../page/view.ts";
import { STATE_ORDER } from "../wire/letters.ts";
import { type AgentState, TROUBLES } from "../wire/types.ts";
import { numberText } from "../words/numbers.ts";
import { STATE_MEANINGS, TROUBLE_WORDS } from "../words/states.ts";
import { changeBars, clearFilters, nextDensity, toggleGroups, toggleSort } from "./actions.ts";
import { Mark } from "./mark.tsx";

/** For the key that puts the focus there. */
export const SEARCH_ID = "search";

export function Toolbar() {
  return (
    <div class="toolbar">
      <fieldset class="chips">
        <legend class="unseen">Agents by state</legend>
        {STATE_ORDER.map((state) => (
          <StateChip key={state} state={state} />
        ))}
      </fieldset>
      <fieldset class="chips">
        <legend class="unseen">Agents by trouble</legend>
        {TROUBLES.map((trouble) => trouble !== "none" && <TroubleChip key={trouble} trouble={trouble} />)}
      </fieldset>
      <div class="tools">
        <Search />
        {view.value.group !== undefined && (
          <button type="button" class="chip" onClick={() => changeView({ group: undefined })}>
            group <b>{view.value.group}</b> <span aria-hidden="true">×</span>
            <span class="unseen">: show all groups</span>
          </button>
        )}
        <Toggle isOn={view.value.sort === "trouble"} keyName="s" onClick={toggleSort}>
          worst first
        </Toggle>
        <Toggle isOn={view.value.isGrouped} keyName="g" onClick={toggleGroups}>
          by group
        </Toggle>
        <span class="tool-pair">
          <Tool label="Fewer bars on the page (-)" onClick={() => changeBars(-1)}>
            −
          </Tool>
          <span class="soft">bars</span>
          <Tool label="More bars on the page (+)" onClick={() => changeBars(1)}>
            +
          </Tool>
        </span>
        <Tool label={`Height of the lanes: ${settings.value.density} (d)`} onClick={nextDensity}>
          ↕ {settings.value.density}
        </Tool>
        {isFiltered(view.value) && (
          <button type="button" class="quiet" onClick={clearFilters}>
            show all {numberText(agentsCount.value)}
          </button>
        )}
      </div>
    </div>
  );
}

function StateChip({ state }: { readonly state: AgentState }) {
  const isOn = view.value.state === state;
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={isOn}
      title={`${state}: ${STATE_MEANINGS[state]}`}
      onClick={() => changeView({ state: isOn ? undefined : state })}
    >
      <Mark state={state} /> {state} <Amount value={counts.value?.states[state]} />
    </button>
  );
}

function TroubleChip({ trouble }: { readonly trouble: keyof typeof TROUBLE_WORDS }) {
  const isOn = view.value.trouble === trouble;
  const count = counts.value?.trouble[trouble];
  const [word, meaning] = TROUBLE_WORDS[trouble];
  // What stands under the states already is said there.
  const isSaid = trouble === "failed" || (trouble === "blocked" && count === counts.value?.states.blocked);
  if ((isSaid || count === undefined || count === 0) && !isOn) return null;
  return (
    <button
      type="button"
      class="chip chip-trouble"
      aria-pressed={isOn}
      title={`${word}: ${meaning}`}
      onClick={() => changeView({ trouble: isOn ? undefined : trouble })}
    >
      {word} <Amount value={count} />
    </button>
  );
}

function Amount({ value }: { readonly value: number | undefined }) {
  return (
    <b class={value === 0 ? "amount amount-none" : "amount"}>
      {value === undefined ? "–" : numberText(value)}
    </b>
  );
}

function Search() {
  return (
    <label class="search">
      <span class="unseen">Search an agent by part of its id</span>
      <input
        id={SEARCH_ID}
        type="search"
        placeholder="search agents  /"
        autoComplete="off"
        spellcheck={false}
        value={view.value.search}
        onInput={({ currentTarget }) => changeView({ search: searchText(currentTarget.value) })}
      />
    </label>
  );
}

interface ToggleProps {
  readonly isOn: boolean;
  readonly keyName: string;
  readonly onClick: () => void;
  readonly children: string;
}

function Toggle({ children, isOn, keyName, onClick }: ToggleProps) {
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={isOn}
      title={`${children} (${keyName})`}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

interface ToolProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: string | readonly string[];
}

function Tool({ children, label, onClick }: ToolProps) {
  return (
    <button type="button" class="quiet" title={label} aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}
