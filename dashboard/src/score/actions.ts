/** What can be done to the score, by a button or by a key. */
import { BARS_WANTED_MAX, changeSettings, DENSITIES, settings } from "../page/settings.ts";
import { changeView, view } from "../page/store.ts";
import { START_VIEW } from "../page/view.ts";

export function clearFilters(): void {
  changeView({
    state: undefined,
    presence: undefined,
    trouble: undefined,
    group: undefined,
    search: START_VIEW.search,
  });
}

export function toggleSort(): void {
  changeView({ sort: view.value.sort === "trouble" ? "name" : "trouble" });
}

export function toggleGroups(): void {
  changeView({ isGrouped: !view.value.isGrouped });
}

export function changeBars(by: number): void {
  const barsWanted = Math.min(BARS_WANTED_MAX, Math.max(1, settings.value.barsWanted + by));
  changeSettings({ barsWanted });
}

export function nextDensity(): void {
  const next = DENSITIES[(DENSITIES.indexOf(settings.value.density) + 1) % DENSITIES.length];
  changeSettings({ density: next ?? "auto" });
}
