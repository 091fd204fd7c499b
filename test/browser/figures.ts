/**
 * How fast the dashboard is with ten thousand agents, one claim a second each: `npm run bench:dashboard`.
 *
 * All of it runs on the same machine: nats-server, pulse, reverb, the ten thousand, and Chromium without a GPU.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { launchBrowser, openPage } from "./browser.ts";
import { openHouse } from "./house.ts";
import { AGENTS, largeCast } from "./large-cast.ts";

/** Openings of the page, and updates that are measured on one that stays open. */
const OPENINGS = 9;
const UPDATES = 100;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** Durations of what the page has measured of itself, in ms. */
const measured = (page: Page, name: string): Promise<number[]> =>
  page.evaluate((of) => performance.getEntriesByName(of).map(({ duration }) => duration), name);

function line(what: string, durations: readonly number[]): string {
  const sorted = [...durations].sort((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(1);
  return `${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms, ${sorted.length} times`;
}

describe("figures", () => {
  it("of ten thousand agents", async () => {
    await using house = await openHouse({ tempoBpm: 60, barLength: 8 });
    house.startPulse();
    house.play(largeCast());
    await waitFor("two bars", () => house.beat() > 16, 60_000);
    const first: number[] = [];
    for (let opening = 0; opening < OPENINGS; opening += 1) {
      await using watched = await openPage(browser);
      await watched.page.goto(house.url);
      await waitFor("data", async () => (await measured(watched.page, "backbeat:first-data")).length > 0);
      first.push(...(await measured(watched.page, "backbeat:first-data")));
    }
    await using watched = await openPage(browser);
    const { page } = watched;
    await page.goto(house.url);
    await waitFor(
      "updates",
      async () => (await measured(page, "backbeat:claims-drawn")).length >= UPDATES,
      90_000,
    );
    const lanes = await page.locator(".lane").count();
    expect(lanes).toBeGreaterThan(20);
    console.log(`${AGENTS} agents, one claim a second each; ${lanes} lanes in sight at 1440 × 900`);
    console.log(line("navigation → first lanes drawn", first));
    console.log(
      line("event's bytes arrived → its cells drawn", await measured(page, "backbeat:claims-drawn")),
    );
    console.log(line("drawing alone", await measured(page, "backbeat:draw")));
  });
});
