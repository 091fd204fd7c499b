import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asking } from "../../test/support/http-api.ts";
import { recordingLog } from "../../test/support/recording-log.ts";
import { createHttpApp } from "./http-app.ts";
import { addSharedAnswers, SHARED } from "./shared-answers.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** An app whose lists say how many answers were made, and how many of each. */
function stage() {
  const app = createHttpApp({ title: "t", description: "d", version: "1" }, { log: recordingLog() });
  const answers = addSharedAnswers(app);
  let made = 0;
  let pending: { readonly until: Promise<void>; began(): void } | undefined;
  let filling = "";
  app.get("/list", { config: SHARED }, async (_request, reply) => {
    made += 1;
    const number = made;
    pending?.began();
    await pending?.until;
    if (filling === "fault") reply.code(503);
    return { number, filling };
  });
  app.get("/other", async () => ({ number: ++made }));
  const { ask } = asking(app);
  const number = async (path = "/list") => ((await ask("GET", path)).body as { number: number }).number;
  return {
    ask,
    answers,
    number,
    /** Asks so many times, `everyMs` apart; the numbers of the answers. */
    async asked(times: number, everyMs: number, path?: string) {
      const numbers: number[] = [];
      for (let n = 0; n < times; n += 1) {
        numbers.push(await number(path));
        vi.advanceTimersByTime(everyMs);
      }
      return numbers;
    },
    fill: (text: string) => {
      filling = text;
    },
    /** Lets the next answer wait; resolves when it is being made. */
    hold: (until: Promise<void>) =>
      new Promise<void>((resolve) => {
        pending = { until, began: resolve };
      }),
  };
}

describe("answers that are shared", () => {
  it("are made anew for everybody who asks no more often than four times a second", async () => {
    const { asked } = stage();
    expect(await asked(20, 250)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  it("are given for a quarter of a second to who asks more often, and are the same bytes", async () => {
    const { ask, asked } = stage();
    // The fourth within a moment is kept.
    expect(await asked(6, 10)).toEqual([1, 2, 3, 4, 4, 4]);
    const [first, second] = [await ask("GET", "/list"), await ask("GET", "/list")];
    expect(second.text).toBe(first.text);
    expect(first.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(first.headers["cache-control"]).toBe("no-store");
    const numbers = await asked(100, 80);
    // Eight seconds: four answers a second at most.
    expect(new Set(numbers).size).toBeLessThanOrEqual(33);
    vi.advanceTimersByTime(3_000);
    expect(await asked(3, 10)).toEqual([1, 2, 3].map((more) => (numbers.at(-1) ?? 0) + more));
  });

  it("are given to nobody once something has happened, also if it did while they were made", async () => {
    const { answers, asked, hold, number } = stage();
    expect(await asked(5, 1)).toEqual([1, 2, 3, 4, 4]);
    answers.forget();
    let goOn: () => void = () => undefined;
    const isAsked = hold(
      new Promise((resolve) => {
        goOn = resolve;
      }),
    );
    const before = number();
    await isAsked;
    answers.forget();
    goOn();
    expect(await before).toBe(5);
    expect(await asked(2, 1)).toEqual([6, 6]);
  });

  it("are also shared where making them takes longer than the next request is away", async () => {
    const { asked, hold, number } = stage();
    expect(await asked(3, 1)).toEqual([1, 2, 3]);
    let goOn: () => void = () => undefined;
    const isAsked = hold(
      new Promise((resolve) => {
        goOn = resolve;
      }),
    );
    const first = number();
    await isAsked;
    const second = number();
    // One more turn of everything: the second is being made as well.
    await new Promise((resolve) => setImmediate(resolve));
    goOn();
    expect([await first, await second]).toEqual([4, 5]);
    expect(await asked(2, 1)).toEqual([4, 4]);
  });

  it("R4 are neither failures nor longer than is kept, and none of paths that do not say so", async () => {
    const { ask, asked, fill, number } = stage();
    expect(await asked(6, 1, "/other")).toEqual([1, 2, 3, 4, 5, 6]);
    fill("fault");
    expect(await asked(6, 1)).toEqual([7, 8, 9, 10, 11, 12]);
    fill("x".repeat(256 * 1024));
    expect(await asked(2, 1)).toEqual([13, 14]);
    fill("");
    expect(await asked(2, 1)).toEqual([15, 15]);
    expect((await ask("HEAD", "/list")).text).toBe("");
    expect(await number()).toBe(15);
    // Too many others were asked for since.
    for (let n = 0; n < 64; n += 1) expect((await ask("GET", `/list?${n}`)).status).toBe(200);
    expect(await number()).toBeGreaterThan(15);
  });
});
