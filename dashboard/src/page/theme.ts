/** The ground on which the page is shown: the system's, unless the operator chose. */
import { effect, signal } from "@preact/signals";
import { changeSettings, settings, type Theme } from "./settings.ts";

/** Counts changes of the colours, for what is drawn by hand. */
export const coloursVersion = signal(0);

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

export const THEME_WORDS: Readonly<Record<Theme, string>> = {
  system: "as the system",
  light: "light",
  dark: "dark",
};

export function followTheme(): void {
  effect(() => {
    const { theme } = settings.value;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    coloursVersion.value = coloursVersion.peek() + 1;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    coloursVersion.value += 1;
  });
}

export function nextTheme(): void {
  changeSettings({ theme: NEXT[settings.value.theme] });
}
