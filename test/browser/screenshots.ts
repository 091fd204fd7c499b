/**
 * A picture of each state of the dashboard, for people to look at: `npm run screenshots` writes build/screenshots/, and
 * the one that README.md shows to docs/images/score.png.
 */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait-for.ts";
import { launchBrowser, openPage } from "./browser.ts";
import { type House, openHouse } from "./house.ts";
import { largeCast } from "./large-cast.ts";

const FOLDER = "build/screenshots";
const README_PICTURE = "docs/images/score.png";
const README_OPTIONS = { viewport: { width: 1_280, height: 740 }, colorScheme: "light" } as const;

const LARGE = { viewport: { width: 1440, height: 900 } };

let browser: Browser;
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  mkdirSync("docs/images", { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface Shot {
  readonly house: Pick<House, "url">;
  readonly name: string;
  readonly hash?: string;
  readonly options?: BrowserContextOptions;
  readonly ready?: (page: Page) => Promise<unknown>;
  readonly path?: string;
}

async function shoot({ hash = "", house, name, options = LARGE, path, ready }: Shot): Promise<void> {
  await using watched = await openPage(browser, options);
  const { page } = watched;
  await page.goto(`${house.url}/${hash}`);
  await page.waitForSelector(".page");
  await (ready ?? untilScored)(page);
  await page.screenshot({ path: path ?? join(FOLDER, `${name}.png`) });
}

async function untilScored(page: Page): Promise<void> {
  await page.waitForSelector(".lane-id");
  await page.waitForFunction(() => performance.getEntriesByName("backbeat:draw").length > 3);
}

const DARK = { ...LARGE, colorScheme: "dark" } as const;
const LIGHT = { ...LARGE, colorScheme: "light" } as const;

/** A fleet with a life of its own, and a circle of three that nobody frees. */
function fleet(house: House, agents: number, prefix: string): RunningProgram {
  const flags = ["--cluster", house.clusterId, "--nats", house.nats.url];
  const life = [
    "--task-beats",
    "14",
    "--fail-rate",
    "0.08",
    "--help-rate",
    "0.15",
    "--block-rate",
    "0.15",
    "--stall-rate",
    "0.1",
    "--silence-rate",
    "0.12",
  ];
  return startProgram([
    "sim",
    ...flags,
    "--agents",
    String(agents),
    "--prefix",
    prefix,
    "--seed",
    "7",
    "--quiet",
    ...life,
  ]);
}

describe("pictures", () => {
  it("of a fleet in its bars", async () => {
    await using house = await openHouse({ clusterId: "studio", tempoBpm: 96, barLength: 8 });
    await shoot({
      house,
      name: "no-beat-yet",
      options: DARK,
      ready: (page) => page.waitForSelector(".empty code"),
    });
    house.startPulse();
    await house.nextBeat();
    await shoot({
      house,
      name: "nobody-plays",
      options: LIGHT,
      ready: (page) => page.waitForSelector("text=nobody plays yet"),
    });
    await using builders = fleet(house, 14, "ci:build");
    await using reviewers = fleet(house, 9, "review:agent");
    await using writers = fleet(house, 6, "docs:writer");
    house.play({
      "deploy:eu-1": () => ({ state: "blocked", task_id: "roll-out-7", dependencies: ["deploy:us-1"] }),
      "deploy:us-1": () => ({ state: "blocked", task_id: "roll-out-7", dependencies: ["deploy:ap-1"] }),
      "deploy:ap-1": () => ({ state: "blocked", task_id: "roll-out-7", dependencies: ["deploy:eu-1"] }),
    });
    await waitFor("some bars", () => house.beat() > 62, 90_000);
    await shoot({ house, name: "score-dark", options: DARK });
    await shoot({ house, name: "score-light", options: LIGHT });
    await shoot({
      house,
      name: "story",
      options: LIGHT,
      hash: "#agent=deploy:us-1",
      ready: (page) => page.waitForSelector(".history"),
    });
    await shoot({
      house,
      name: "groups",
      options: LIGHT,
      hash: "#by=group",
      ready: (page) => page.waitForSelector(".parts"),
    });
    await shoot({
      house,
      name: "phone",
      options: { viewport: { width: 400, height: 860 }, colorScheme: "light" },
    });
    await shoot({
      house,
      name: "4k",
      options: { viewport: { width: 3840, height: 2160 }, colorScheme: "dark" },
      hash: "#agent=deploy:us-1",
    });
    await shoot({
      house,
      name: "help",
      options: DARK,
      ready: async (page) => {
        await untilScored(page);
        await page.keyboard.press("?");
      },
    });
    await shoot({
      house,
      name: "bar",
      options: DARK,
      ready: async (page) => {
        await untilScored(page);
        await page.locator(".bars-table .link-button").first().click();
        await page.waitForSelector(".figures");
      },
    });
    await shoot({
      house,
      name: "tip",
      options: LIGHT,
      ready: async (page) => {
        await untilScored(page);
        const box = await page.locator(".stage-cells").boundingBox();
        await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) * 0.8, (box?.y ?? 0) + 70);
        await page.waitForSelector(".tip");
      },
    });
    await shoot({
      house,
      name: "lost",
      options: LIGHT,
      ready: async (page) => {
        await untilScored(page);
        await house.killReverb();
        await page.waitForSelector('.notice[data-kind="lost"]');
      },
    });
    await house.startReverb();
    await house.stopPulse();
    await shoot({ house, name: "no-beat", options: DARK, ready: (page) => page.waitForSelector(".notice") });
    for (const program of [builders, reviewers, writers]) program.kill("SIGKILL");
  });

  it("of ten thousand agents", async () => {
    await using house = await openHouse({ clusterId: "prod", tempoBpm: 30, barLength: 24 });
    house.startPulse();
    house.play(largeCast());
    await waitFor("a bar", () => house.beat() > 44, 120_000);
    await shoot({ house, name: "ten-thousand", options: DARK });
    await shoot({
      house,
      name: "ten-thousand-groups",
      options: LIGHT,
      hash: "#by=group",
      ready: (page) => page.waitForSelector(".parts"),
    });
  });

  it("of the house that people try first, for the README", async () => {
    const dir = mkdtempSync(join(tmpdir(), "backbeat-picture-"));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await using program = startProgram(
      ["up", "--data-dir", dir, "--http", `127.0.0.1:${port}`, "--pulse-http", "127.0.0.1:0"],
      { env: { HOME: process.env.HOME ?? dir } },
    );
    // Seven bars are told, and the eighth is three quarters over.
    const beat = async () => {
      const answer = await fetch(`${url}/api/v1/status`).catch(() => undefined);
      return ((await answer?.json()) as { current_beat: number | null } | undefined)?.current_beat ?? 0;
    };
    await waitFor("the eighth bar", async () => (await beat()) >= 62, 90_000);
    await shoot({ house: { url }, name: "score", options: README_OPTIONS, path: README_PICTURE });
    program.kill("SIGINT");
    await program.ended;
    rmSync(dir, { recursive: true, force: true });
  });
});
