import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClaimTemplate } from "../../bench/claim-template.ts";
import { type BarReport, windowIdOf } from "../../src/contracts/index.ts";
import { effort } from "../support/effort.ts";
import { CLUSTER, frameBody } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { startProgram } from "../support/program.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const CLAIMS = effort({ test: 200_000, soak: 2_000_000 });
const AGENTS = 1_000;
const BARS = 8;
const BAR = 8;
/** Ten digits, so that the template never changes its length. */
const FIRST_BEAT = 1_000_000_001;
const BATCH = 5_000;

describe("a flood", () => {
  it(`BACKBEAT-REQ-020 R1 R6 ${CLAIMS} distinct claims, ${BARS} bars: ${BARS} reports, none lost`, async () => {
    const dir = mkdtempSync(join(tmpdir(), "backbeat-flood-"));
    await using server = await startTestServer();
    await using reverb = startProgram([
      "reverb",
      "--cluster",
      CLUSTER,
      "--nats",
      server.url,
      "--http",
      "127.0.0.1:0",
      "--data-dir",
      dir,
    ]);
    const url = await waitFor(
      "the HTTP address",
      () => /reverb answers on (http:[^\s"]+)/.exec(reverb.stderr())?.[1],
    );
    // biome-ignore lint/suspicious/noExplicitAny: bodies are looked at member by member
    const get = async (path: string): Promise<any> => (await fetch(url + path)).json();
    // No pulse beats here: that is all that may be missing.
    await waitFor("what is published from now on to be heard", async () =>
      (await get("/ready")).reason.startsWith("no beat heard yet"),
    );
    const peer = await connectBus(server.url, "generator");
    const reports: BarReport[] = [];
    peer.subscribe(subjects.reverb, (message) =>
      reports.push(JSON.parse(new TextDecoder().decode(message.data))),
    );

    const log = join(dir, "generator.jsonl");
    const template = new ClaimTemplate();
    const beatOf = (place: number) => FIRST_BEAT + place;
    const frame = (place: number) => {
      const barFrom = beatOf(Math.floor(place / BAR) * BAR);
      const metadata = { bar_from: barFrom, bar_length: BAR };
      peer.publish(
        subjects.beat,
        frameBody(beatOf(place), {
          downbeat: beatOf(place) === barFrom,
          window_id: windowIdOf(CLUSTER, barFrom),
          metadata,
        }),
      );
    };
    let sent = 0;
    for (let bar = 0; bar < BARS; bar += 1) {
      const before = sent;
      for (let place = bar * BAR; place < (bar + 1) * BAR; place += 1) {
        frame(place);
        const until = Math.floor((CLAIMS * (place + 1)) / (BARS * BAR));
        for (; sent < until; sent += 1) {
          peer.publish(subjects.status, template.next(sent % AGENTS, beatOf(place)));
          if (sent % BATCH === 0) await peer.flush();
        }
      }
      appendFileSync(
        log,
        `${JSON.stringify({ windowId: windowIdOf(CLUSTER, beatOf(bar * BAR)), sent: sent - before })}\n`,
      );
    }
    frame(BARS * BAR);
    frame(BARS * BAR + 1);
    await waitFor("all reports", () => reports.length >= BARS);

    const bars = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(reports.map((report) => report.window_id)).toEqual(bars.map((bar) => bar.windowId));
    for (const { windowId, sent: claims } of bars) {
      const { window_aggregation: window } = await get(`/api/v1/windows/${windowId}`);
      expect(window.conservation).toEqual({
        received: claims,
        counted: claims,
        duplicate: 0,
        late: 0,
        refused: {},
      });
      expect(window.unique_agents).toBe(AGENTS);
    }
    const { totals } = await get("/api/v1/status");
    expect(totals.claims_received).toBe(CLAIMS);
    expect(totals.gaps).toBe(0);
    await peer.close();
    rmSync(dir, { recursive: true });
  });
});
