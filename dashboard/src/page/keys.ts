/** Keys that work everywhere on the page but where somebody types. */
import { openHelp } from "../help/help.tsx";
import { changeBars, clearFilters, nextDensity, toggleGroups, toggleSort } from "../score/actions.ts";
import { SEARCH_ID } from "../score/toolbar.tsx";
import { closeDetail, view } from "./store.ts";
import { nextTheme } from "./theme.ts";

const ACTIONS: Readonly<Record<string, () => void>> = {
  "/": () => document.getElementById(SEARCH_ID)?.focus(),
  s: toggleSort,
  g: toggleGroups,
  "+": () => changeBars(1),
  "=": () => changeBars(1),
  "-": () => changeBars(-1),
  d: nextDensity,
  t: nextTheme,
  "?": openHelp,
  Escape: stepBack,
};

function stepBack(): void {
  const { agent, bar } = view.value;
  if (agent !== undefined || bar !== undefined) closeDetail();
  else clearFilters();
}

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (document.querySelector("dialog[open]") !== null) return;
    if (target instanceof HTMLInputElement && event.key !== "Escape") return;
    if (target instanceof HTMLInputElement) target.blur();
    const action = ACTIONS[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
