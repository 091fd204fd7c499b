import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const TOKENS = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }],
  ),
);
const THEMES = ["light", "dark"] as const;
const STATES = [...TOKENS.keys()].filter((name) => name.startsWith("state-"));

/** WCAG 2: relative luminance and contrast ratio. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string, theme: (typeof THEMES)[number]): number {
  const [first, second] = [a, b].map((name) => luminance(TOKENS.get(name)?.[theme] ?? ""));
  const [light, dark] = [Math.max(first ?? 0, second ?? 0), Math.min(first ?? 0, second ?? 0)];
  return (light + 0.05) / (dark + 0.05);
}

describe("tokens.css", () => {
  it("has a colour for each of the eight states", () => {
    expect(STATES).toHaveLength(8);
  });

  for (const theme of THEMES) {
    it(`text has a contrast of 4.5 on every ground, ${theme}`, () => {
      for (const text of ["ink", "ink-soft", "ink-faint", "accent", "bad", "warn", "good"])
        for (const ground of ["ground", "panel", "raised", "hover"])
          expect.soft(contrast(text, ground, theme), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      for (const text of ["ink", "ink-soft", "accent"])
        expect.soft(contrast(text, "chosen", theme), `${text} on chosen`).toBeGreaterThanOrEqual(4.5);
    });

    it(`states stand out from the score by 3, and their glyphs from them, ${theme}`, () => {
      for (const state of STATES) {
        expect.soft(contrast(state, "panel", theme), state).toBeGreaterThanOrEqual(3);
        expect.soft(contrast(state, "on-state", theme), `on ${state}`).toBeGreaterThanOrEqual(3);
      }
    });
  }
});
