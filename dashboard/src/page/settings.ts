/** What this browser remembers of how its operator likes the page. Nothing of the fleet is kept. */
import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

export interface Settings {
  readonly theme: Theme;
  /** Index into LANE_HEIGHTS; undefined: as many lanes as fit well. */
  readonly density: Density;
  /** Bars that should be seen at once. */
  readonly barsWanted: number;
}

export type Density = "auto" | "compact" | "normal" | "roomy";

export const DENSITIES: readonly Density[] = ["auto", "compact", "normal", "roomy"];

export const BARS_WANTED_MAX = 8;

export const START_SETTINGS: Settings = { theme: "system", density: "auto", barsWanted: 3 };

const KEY = "backbeat.settings";

/** What was stored, as far as it is still understood. Pure. */
export function settingsOf(stored: string | null): Settings {
  const found: unknown = parsed(stored);
  if (typeof found !== "object" || found === null) return START_SETTINGS;
  const { barsWanted, density, theme } = found as Readonly<Record<string, unknown>>;
  const isBars =
    Number.isInteger(barsWanted) && Number(barsWanted) >= 1 && Number(barsWanted) <= BARS_WANTED_MAX;
  return {
    theme: theme === "light" || theme === "dark" ? theme : START_SETTINGS.theme,
    density: DENSITIES.find((word) => word === density) ?? START_SETTINGS.density,
    barsWanted: isBars ? Number(barsWanted) : START_SETTINGS.barsWanted,
  };
}

function parsed(stored: string | null): unknown {
  try {
    return JSON.parse(stored ?? "null");
  } catch {
    return null;
  }
}

export const settings = signal(START_SETTINGS);

/** Reads what was stored, if this browser lets us. */
export function loadSettings(): void {
  try {
    settings.value = settingsOf(localStorage.getItem(KEY));
  } catch {
    // A browser that keeps nothing for us starts as new each time.
  }
}

export function changeSettings(changes: Partial<Settings>): void {
  settings.value = { ...settings.value, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.value));
  } catch {
    // As above: it holds until the page is closed.
  }
}

/** Lane heights in px. */
const LANE_HEIGHTS: Readonly<Record<Exclude<Density, "auto">, number>> = {
  compact: 13,
  normal: 20,
  roomy: 28,
};

/** `auto`: the largest height at which all lanes fit, within reason, else the normal one. Pure. */
export function laneHeightFor(
  density: Density,
  { heightPx, lanes }: { readonly heightPx: number; readonly lanes: number },
): number {
  if (density !== "auto") return LANE_HEIGHTS[density];
  const fitting = Math.floor(heightPx / Math.max(1, lanes));
  return Math.min(LANE_HEIGHTS.roomy, Math.max(LANE_HEIGHTS.normal, fitting));
}
