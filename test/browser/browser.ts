/** A real Chromium whose every complaint is written down: errors, refused loads, answers that are no answer. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { DEADLINE_MS } from "../support/wait-for.ts";

/** Debian's; another one by the variable. */
const PLACES = [process.env.BACKBEAT_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** @throws Error that says what to install */
export function launchBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));
  if (executablePath === undefined)
    throw new Error(
      "Cannot open a browser: no Chromium here, expected /usr/bin/chromium (apt-get install chromium) or BACKBEAT_CHROMIUM",
    );
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** What the console, the policy or an uncaught error complained of. */
  readonly complaints: readonly string[];
}

/** A new page of its own, which is not open on anything yet. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}
