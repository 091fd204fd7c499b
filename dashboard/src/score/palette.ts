/** The page's colours (style/tokens.css) as canvas takes them, in the theme that is shown. */
import { STATE_ORDER } from "../wire/letters.ts";
import type { AgentState } from "../wire/types.ts";
import type { Palette } from "./marks.ts";

/** Resolved by the browser: a custom property alone still says `light-dark(…)`. */
export function readPalette(host: HTMLElement): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const states = Object.fromEntries(STATE_ORDER.map((state) => [state, colour(`state-${state}`)]));
  const palette: Palette = {
    states: states as Record<AgentState, string>,
    onState: colour("on-state"),
    panel: colour("panel"),
    ground: colour("ground"),
    hover: colour("hover"),
    chosen: colour("chosen"),
    line: colour("line"),
    lineStrong: colour("line-strong"),
    ink: colour("ink"),
    inkFaint: colour("ink-faint"),
    accent: colour("accent"),
  };
  probe.remove();
  return palette;
}
