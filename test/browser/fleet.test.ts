/** The dashboard with ten thousand agents: only what is in sight is there, and everything can be reached. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { launchBrowser, openPage } from "./browser.ts";
import { type House, openHouse } from "./house.ts";
import { AGENTS, largeCast } from "./large-cast.ts";

let browser: Browser;
let house: House;
beforeAll(async () => {
  browser = await launchBrowser();
  house = await openHouse({ tempoBpm: 30, barLength: 8 });
  house.startPulse();
  house.play(largeCast());
  await waitFor("the fleet", async () => (await agents()) === AGENTS);
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await browser?.close();
});

async function agents(): Promise<number> {
  const answer = await fetch(`${house.url}/api/v1/score?limit=1`);
  return ((await answer.json()) as { agents_count: number }).agents_count;
}

describe("the dashboard of ten thousand", () => {
  it("R4 shows ten thousand lanes with a screen's worth of the page, down to the last, and finds one of them", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(`${house.url}/#sort=name`);
    await page.getByText("10,000 agents").waitFor();
    await page.getByRole("rowheader", { name: "fleet-0:0000" }).waitFor();
    expect(await page.locator(".lane").count()).toBeLessThan(60);
    const grid = page.getByRole("grid");
    await grid.focus();
    await page.keyboard.press("End");
    await page.getByRole("rowheader", { name: "fleet-9:0999" }).waitFor();
    expect(await grid.getAttribute("aria-rowcount")).toBe("10000");
    await page.keyboard.press("/");
    await page.keyboard.type("fleet-4:0777");
    await page.getByText("1 of 10,000 agents").waitFor();
    await page.getByRole("rowheader", { name: "fleet-4:0777" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("R4 shows a group from its first lane, however far down the fleet was scrolled before", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(`${house.url}/#sort=name`);
    await page.getByRole("rowheader", { name: "fleet-0:0000" }).waitFor();
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    await page.getByRole("rowheader", { name: "fleet-9:0999" }).waitFor();
    await page.keyboard.press("g");
    await page.getByRole("button", { name: "fleet-4:" }).click();
    await page.getByRole("rowheader", { name: "fleet-4:0000" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("R4 shows ten thousand by group, and the trouble first", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    const first = page.locator(".lane").first();
    await first.waitFor();
    expect(await first.getAttribute("data-trouble")).toBe("failed");
    await page.keyboard.press("g");
    const groups = page.locator(".groups tbody tr");
    await waitFor("ten groups", async () => (await groups.count()) === 10);
    expect(await groups.first().textContent()).toMatch(/^fleet-\d:1,000/);
    expect(complaints).toEqual([]);
  });
});
