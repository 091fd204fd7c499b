/** The dashboard as an operator sees it: a real Chromium, the real programs, agents that the test leads by the hand. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { launchBrowser, openPage } from "./browser.ts";
import { seriousFindings } from "./findings.ts";
import { type House, openHouse, type Saying } from "./house.ts";

/** A tempo at which a bar of four beats takes two seconds. */
const RHYTHM = { tempoBpm: 120, barLength: 4 };

const circle = (next: string): Saying => ({ state: "blocked", task_id: "roll-out-7", dependencies: [next] });

/** One of everything: work that moves on, work that ends, a circle, somebody who fails. */
const CAST: Readonly<Record<string, (beat: number) => Saying | undefined>> = {
  "ci:build-1": (beat) => ({ state: "executing", task_id: "build-9", progress: (beat % 10) / 10 }),
  "ci:build-2": (beat) => ({ state: beat % 2 === 0 ? "planning" : "reviewing", task_id: "build-10" }),
  "ci:build-3": () => ({ state: "failed", task_id: "build-11" }),
  "docs:writer": () => ({ state: "idle" }),
  "deploy:eu": () => circle("deploy:us"),
  "deploy:us": () => circle("deploy:eu"),
};

let browser: Browser;
let house: House;

beforeAll(async () => {
  browser = await launchBrowser();
  house = await openHouse(RHYTHM);
  house.startPulse();
  house.play(CAST);
  await waitFor("two reported bars", async () => (await reports()) >= 2);
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await browser?.close();
});

async function reports(): Promise<number> {
  const answer = await fetch(`${house.url}/api/v1/reports?limit=1`);
  return ((await answer.json()) as { total_count: number }).total_count;
}

const lane = (page: Page, agentId: string) => page.locator(".lane", { hasText: agentId });
const lanesShown = async (page: Page): Promise<string[]> => page.locator(".lane-id").allTextContents();

async function untilLanes(page: Page, expected: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  try {
    await waitFor("the lanes", async () => {
      seen = await lanesShown(page);
      return seen.join() === expected.join();
    });
  } catch (error) {
    throw new Error(`${String(error)}; seen were ${seen.join()}`);
  }
}

/**
 * Runs in the page: colours in the first lane, of the beat before the current one and of the last of its bar. Undefined
 * while the bar has only just begun or is about to end.
 */
function cellColours(): { readonly heard: string; readonly toCome: string } | undefined {
  const canvas = document.querySelector<HTMLCanvasElement>(".stage-cells canvas");
  const pen = canvas?.getContext("2d");
  const playhead = document.querySelector(".ruler-playhead")?.getBoundingClientRect();
  const box = canvas?.getBoundingClientRect();
  if (pen === undefined || pen === null || playhead === undefined || box === undefined) return undefined;
  const left = playhead.left - box.left;
  if (left + 2.5 * playhead.width > box.width) return undefined;
  // Near a corner: there is no glyph.
  const colourAt = (x: number): string => [...pen.getImageData(x, 8, 1, 1).data].slice(0, 3).join(" ");
  return { heard: colourAt(left - playhead.width + 4), toCome: colourAt(left + 2 * playhead.width + 4) };
}

describe("the dashboard", () => {
  it("BACKBEAT-REQ-020 shows agents as lanes, worst first, which change with their claims", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    await untilLanes(page, [
      "ci:build-3",
      "deploy:eu",
      "deploy:us",
      "ci:build-1",
      "ci:build-2",
      "docs:writer",
    ]);
    expect(await lane(page, "ci:build-1").textContent()).toContain("build-9");
    expect(await lane(page, "deploy:eu").textContent()).toContain("in a circle");
    expect(await page.title()).toContain("stage");

    // Nobody knew this one when the page was opened.
    house.play({ ...CAST, "ci:build-4": () => ({ state: "helping", task_id: "build-9" }) });
    await lane(page, "ci:build-4").waitFor();
    expect(await lane(page, "ci:build-4").getByRole("gridcell").textContent()).toContain("helping");
    house.play({ ...CAST, "ci:build-4": () => ({ state: "completed", task_id: "build-9" }) });
    await lane(page, "ci:build-4").getByText("ci:build-4: completed").waitFor({ state: "attached" });
    house.play(CAST);
    expect(complaints).toEqual([]);
  });

  it("BACKBEAT-REQ-021 a report arrives at the barline, with its figures, its issues and what they mean", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    const rows = page.locator(".bars-table tbody tr");
    await rows.first().waitFor();
    const before = await rows.first().textContent();
    await waitFor("another report", async () => (await rows.first().textContent()) !== before);
    const ended = await page.locator(".ruler-bar", { hasText: "reported" }).count();
    expect(ended).toBeGreaterThan(0);
    const issues = page.getByRole("region", { name: "Issues now" });
    await issues.getByText("circle of agents that wait for each other").waitFor();
    expect(await issues.textContent()).toContain("free one agent of each");
    await issues.getByRole("img", { name: "Circle of waiting: deploy:eu, deploy:us" }).waitFor();

    await rows.first().getByRole("button").click();
    const detail = page.getByRole("region", { name: /^Bar of beats/ });
    await detail.getByText("✓ adds up").waitFor();
    const text = await detail.textContent();
    expect(text).toMatch(/\d+ received = \d+ counted/);
    expect(text).toMatch(/journal entries [\d,]+ to [\d,]+/);
    const raw = await detail.getByRole("link", { name: "the raw JSON" }).getAttribute("href");
    const { report } = (await (await fetch(`${house.url}${raw}`)).json()) as { report: { type: string } };
    expect(report.type).toBe("backbeat.barreport.v1");
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("BACKBEAT-REQ-020 filters by state and by trouble, searches, orders and groups; the address tells what is shown", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    await lane(page, "docs:writer").waitFor();
    await page.getByRole("button", { name: /^idle/ }).click();
    await untilLanes(page, ["docs:writer"]);
    expect(page.url()).toContain("#state=idle");
    await page.getByRole("button", { name: /^idle/ }).click();
    await page.getByRole("button", { name: /^in a circle/ }).click();
    await untilLanes(page, ["deploy:eu", "deploy:us"]);
    await page.keyboard.press("Escape");

    await page.keyboard.press("/");
    await page.keyboard.type("BUILD-2");
    await untilLanes(page, ["ci:build-2"]);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("nobody");
    await page.getByText("No agent fits these filters").waitFor();
    await page.getByRole("button", { name: "Show all", exact: true }).click();
    await page.keyboard.press("s");
    await untilLanes(page, [
      "ci:build-1",
      "ci:build-2",
      "ci:build-3",
      "deploy:eu",
      "deploy:us",
      "docs:writer",
    ]);

    await page.keyboard.press("g");
    await page.getByRole("button", { name: "deploy:", exact: true }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "deploy:", exact: true }).click();
    await untilLanes(page, ["deploy:eu", "deploy:us"]);
    await page.reload();
    await untilLanes(page, ["deploy:eu", "deploy:us"]);
    expect(complaints).toEqual([]);
  });

  it("BACKBEAT-REQ-020 tells an agent's story: its task, its beats, whom it waits for; from there the other's", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(house.url);
    await lane(page, "deploy:eu").click();
    const story = page.getByRole("region", { name: "deploy:eu" });
    await story.getByRole("heading", { name: "In a circle" }).waitFor();
    const text = await story.textContent();
    expect(text).toContain("roll-out-7");
    expect(text).toContain("Waits for, or helps");
    expect(text).toContain("blocked");
    await story.locator(".agents").getByRole("button", { name: "deploy:us" }).first().click();
    await page.getByRole("region", { name: "deploy:us" }).getByText("Last claim").waitFor();
    await page.goBack();
    await story.waitFor();
    await page.keyboard.press("Escape");
    await story.waitFor({ state: "detached" });
    await page.goto(`${house.url}/#agent=nobody:1`);
    await page.getByText("never claimed, or not for two bars").waitFor();
    // The browser itself tells of the 404.
    expect(complaints.filter((text_) => !text_.includes("404"))).toEqual([]);
  });

  it("BACKBEAT-REQ-020 tells a story also where an answer takes longer than a beat", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.route(/\/api\/v1\/agents\//, async (route) => {
      const answer = await route.fetch();
      // Longer than the half second that a beat has.
      await new Promise((resolve) => setTimeout(resolve, 800));
      await route.fulfill({ response: answer });
    });
    await page.goto(house.url);
    await lane(page, "deploy:eu").click();
    await page.getByRole("region", { name: "deploy:eu" }).getByText("Last claim").waitFor();
    await page.unrouteAll({ behavior: "wait" });
    expect(complaints).toEqual([]);
  });

  it("BACKBEAT-REQ-020 can be read and used by keys alone, and says each cell in a sentence", async () => {
    await using watched = await openPage(browser);
    const { complaints, page } = watched;
    await page.goto(`${house.url}/#sort=name`);
    await lane(page, "ci:build-1").waitFor();
    const grid = page.getByRole("grid");
    await grid.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    // On a busy machine a beat may have been left out: then one further back.
    await waitFor("the sentence of a beat with a claim", async () => {
      await page.keyboard.press("ArrowLeft");
      const active = await grid.getAttribute("aria-activedescendant");
      const sentence = await page.locator(`#${active}`).textContent();
      return /^ci:build-3: failed, build-11\. At beat \d+ \(\d of 4\): failed$/.test(sentence ?? "");
    });
    expect(await page.locator(".tip").textContent()).toContain("ci:build-3");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "ci:build-3" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys and signs" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("draws a claim's cell in its state's colour, and nothing for a beat to come", async () => {
    await using watched = await openPage(browser, { colorScheme: "light" });
    const { page } = watched;
    await page.goto(`${house.url}/#state=failed`);
    await untilLanes(page, ["ci:build-3"]);
    const colours = await waitFor("a cell in the colour of failed", async () => {
      const drawn = await page.evaluate(cellColours);
      return drawn?.heard === "198 51 34" && drawn;
    });
    expect(colours.toCome).toBe("244 243 239");
  });

  it("shows what stands behind the cell that is pointed at", async () => {
    await using watched = await openPage(browser);
    const { page } = watched;
    await page.goto(`${house.url}/#sort=name`);
    await lane(page, "ci:build-1").waitFor();
    const tip = page.locator(".tip");
    // Beats pass between looking where the playhead is and pointing beside it.
    const text = await waitFor("the tip of a beat with a claim", async () => {
      const cells = await page.locator(".stage-cells").boundingBox();
      const playhead = await page.locator(".ruler-playhead").boundingBox();
      if (cells === null || playhead === null) return undefined;
      await page.mouse.move(playhead.x - playhead.width / 2, cells.y + 10);
      await tip.waitFor();
      const said = await tip.textContent();
      return /ci:build-1\s+beat \d+ \(\d of 4\): executing/.test(said ?? "") && said;
    });
    expect(text).toMatch(/about \d\d:\d\d:\d\d · \d\d:\d\d:\d\d UTC/);
  });

  for (const colorScheme of ["light", "dark"] as const)
    for (const [size, viewport] of Object.entries({
      "400 px": { width: 400, height: 800 },
      "1440 px": { width: 1_440, height: 900 },
      "4 K": { width: 3_840, height: 2_160 },
    }))
      it(`fits ${size}, ${colorScheme}, and axe finds nothing serious`, async () => {
        await using watched = await openPage(browser, { viewport, colorScheme });
        const { complaints, page } = watched;
        await page.goto(`${house.url}/#agent=deploy:eu`);
        await lane(page, "ci:build-1").waitFor();
        await page.getByText("Its beats, newest first").waitFor();
        await page.locator(".chart-value").first().waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          viewport.width,
        );
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        expect(ground).toBe(colorScheme === "dark" ? "rgb(14, 19, 24)" : "rgb(244, 243, 239)");
        expect(await seriousFindings(page)).toEqual([]);
        expect(complaints).toEqual([]);
      });

  it("keeps the colours that the operator chose", async () => {
    await using watched = await openPage(browser, { colorScheme: "light" });
    const { page } = watched;
    await page.goto(house.url);
    await page.getByRole("button", { name: "colours: as the system" }).click();
    await page.getByRole("button", { name: "colours: light" }).click();
    await page.reload();
    await page.getByRole("button", { name: "colours: dark" }).waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(14, 19, 24)",
    );
  });
});
