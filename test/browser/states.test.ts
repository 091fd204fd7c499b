/** What the dashboard says when there is little to show, or when something it lives from is gone, and how it comes back. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { launchBrowser, openPage } from "./browser.ts";
import { seriousFindings } from "./findings.ts";
import { openHouse, type Saying } from "./house.ts";

const RHYTHM = { tempoBpm: 240, barLength: 4 };
const WORKING: Saying = { state: "executing", task_id: "build-9" };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const lane = (page: Page, agentId: string) => page.locator(".lane", { hasText: agentId });

/** What the browser itself says of an address that does not answer. */
const isOfNetwork = (complaint: string): boolean => complaint.includes("net::ERR_");

describe("the dashboard's states", () => {
  it("BACKBEAT-REQ-003 waits for a beat, then for an agent, says how to get each, and shows both when they come", async () => {
    await using house = await openHouse(RHYTHM);
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    await page.getByText("Waiting for the first beat of cluster stage").waitFor();
    await page.getByText("backbeat pulse --cluster stage").waitFor();
    await page.getByText("No bar has been reported yet").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    house.startPulse();
    await page.getByText("The beat goes on, and nobody plays yet").waitFor();
    await page.getByText(/^beat \d+$/).waitFor();
    house.play({ "me:1": () => WORKING });
    await lane(page, "me:1").waitFor();
    expect(complaints).toEqual([]);
  });

  it("BACKBEAT-REQ-003 says when the beat has stopped, and is well again with the next one", async () => {
    await using house = await openHouse(RHYTHM);
    house.startPulse();
    house.play({ "me:1": () => WORKING });
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    await lane(page, "me:1").waitFor();
    await house.stopPulse();
    const notice = page.getByRole("alert");
    await notice.getByText(/^No beat for \d+ s: no bar can close\.$/).waitFor();
    await notice.getByText("Is a pulse running in this cluster?").waitFor();
    expect(await page.title()).toContain("no beat");
    expect(await seriousFindings(page)).toEqual([]);
    house.startPulse();
    await notice.waitFor({ state: "detached" });
    await page.getByText("live", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("BACKBEAT-REQ-020 says that reverb is degraded, by what, and what to do", async () => {
    await using house = await openHouse({ ...RHYTHM, barLengthOfReverb: 8 });
    house.startPulse();
    house.play({ "me:1": () => WORKING });
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    const notice = page.locator('.notice[data-kind="warning"]');
    await notice.getByText("correct the setting --bar-length").waitFor();
    await page.locator(".health", { hasText: "degraded" }).waitFor();
    expect(await page.title()).toContain("degraded");
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("says that it is not live and when it tries again, keeps what it showed, and goes on with a reverb that is back", async () => {
    await using house = await openHouse(RHYTHM);
    house.startPulse();
    house.play({ "me:1": () => WORKING });
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    await lane(page, "me:1").waitFor();
    const rows = page.locator(".bars-table tbody tr");
    await rows.nth(1).waitFor();
    await house.killReverb();
    const notice = page.getByRole("alert");
    await notice
      .getByText(/^Reverb has not answered since \d\d:\d\d:\d\d: what you see is from then\.$/)
      .waitFor();
    expect(await page.title()).toContain("not connected");
    expect(await seriousFindings(page)).toEqual([]);
    expect(await lane(page, "me:1").count()).toBe(1);
    // It tries ever more slowly, and at once when it is asked to: one more try that failed.
    await notice.getByText(/^Live again in [5-8] s, if it is back\.$/).waitFor();
    const tryNow = notice.getByRole("button", { name: "Try now" });
    await tryNow.click();
    await notice.getByText(/^Live again in 1\d s, if it is back\.$/).waitFor();

    // While nobody listens somebody comes, and bars are reported.
    house.play({ "me:1": () => WORKING, "me:2": () => ({ state: "failed" }) });
    const beatThen = house.beat();
    await house.startReverb();
    await tryNow.click();
    await notice.waitFor({ state: "detached" });
    await lane(page, "me:2").waitFor();
    const bar = rows.filter({ hasText: new RegExp(`^(${beatsFrom(beatThen)})–`) });
    await bar.first().waitFor();
    expect(complaints.filter((complaint) => !isOfNetwork(complaint))).toEqual([]);
  });

  it("comes back by itself, and loses no report when its stream is cut", async () => {
    await using house = await openHouse(RHYTHM);
    house.startPulse();
    house.play({ "me:1": () => WORKING });
    await using watched = await openPage(browser);
    const { page } = watched;
    await page.goto(house.url);
    const rows = page.locator(".bars-table tbody tr");
    await rows.nth(1).waitFor();
    await page.context().setOffline(true);
    await page.locator('.notice[data-kind="lost"]').waitFor();
    const missed = house.beat();
    await house.nextBeat();
    await page.context().setOffline(false);
    await page.locator('.link[data-kind="live"]').waitFor();
    // Oldest last, as they are stored.
    const begins = await waitFor("a bar after that", async () => {
      const shown = (await rows.locator("th").allTextContents()).map((text) => Number.parseInt(text, 10));
      return (shown[0] ?? 0) > missed && shown;
    });
    const answer = await fetch(`${house.url}/api/v1/reports?limit=100`);
    const { reports } = (await answer.json()) as { reports: { report: { from_beat: number } }[] };
    const stored = reports.map(({ report }) => report.from_beat);
    const from = stored.indexOf(begins[0] ?? 0);
    expect(begins).toEqual(stored.slice(from, from + begins.length));
    expect(begins.length).toBeGreaterThanOrEqual(3);
  });
});

/** The first beats of the two bars after a beat, as a pattern. */
function beatsFrom(beat: number): string {
  const first = beat - ((beat - 1) % 4) + 4;
  return [first, first + 4, first + 8].join("|");
}
