import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningProgram, startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait-for.ts";

describe("backbeat up", () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "backbeat-up-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const up = (...more: string[]) =>
    startProgram(
      [
        "up",
        "--data-dir",
        dir,
        "--http",
        "127.0.0.1:0",
        "--pulse-http",
        "127.0.0.1:0",
        "--tempo",
        "600",
        "--bar-length",
        "4",
        ...more,
      ],
      { env: { HOME: process.env.HOME ?? dir, ...serverSetting() } },
    );
  const urlOf = (program: RunningProgram) =>
    waitFor("the addresses", () => /reverb +(http:\S+)/.exec(program.stdout())?.[1]);
  const get = async (url: string): Promise<ReportList> => (await fetch(url)).json() as Promise<ReportList>;
  const firstReport = async (program: RunningProgram) => {
    const url = await urlOf(program);
    return waitFor("a report", async () => {
      const { reports } = await get(`${url}/api/v1/reports`);
      return reports.find(({ report }) => report.agents_reporting > 0);
    });
  };
  const serverPid = (): number => JSON.parse(readFileSync(join(dir, "nats-server.json"), "utf8")).pid;

  it("BACKBEAT-REQ-021 shows reports of real agent processes, and ends with 0 and nothing left on SIGINT", async () => {
    await using program = up("--agents", "2");
    const { report } = await firstReport(program);
    expect(report.agents_reporting).toBeGreaterThan(0);
    const score = /score +(http:\S+)/.exec(program.stdout())?.[1] ?? "";
    expect(await (await fetch(score)).text()).toContain('<div id="page">');
    const pid = serverPid();
    program.kill("SIGINT");
    // The promise is five seconds; it is kept by killing what hangs, which would be told as exit code 1.
    expect((await program.ended).end).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(dir, "nats-server.json"))).toBe(false);
  });

  it("BACKBEAT-REQ-001 --pulses starts more of them, whose death is said and costs no beat", async () => {
    await using program = up("--agents", "0", "--pulses", "2");
    await urlOf(program);
    const url = await waitFor("the pulse", () => /pulse +(http:\S+)/.exec(program.stdout())?.[1]);
    const leader = async () =>
      (await (await fetch(`${url}/api/v1/leader`)).json()) as { readonly pulses: readonly string[] };
    await waitFor("the other pulse", async () => (await leader()).pulses.length === 2);
    const other = Number(/pulse +process (\d+)/.exec(program.stdout())?.[1]);
    process.kill(other, "SIGKILL");
    await waitFor("a word about it", () => program.stderr().includes("Pulse 2 ended by itself"));
    await waitFor("its place to be empty", async () => (await leader()).pulses.length === 1);
    program.kill("SIGINT");
    expect((await program.ended).end).toBe(0);
  });

  it("P1 R1 leaves no server behind on SIGKILL, and starts again where the beat would be", async () => {
    await using killed = up("--agents", "1");
    await firstReport(killed);
    const before = await lastBeat(killed);
    const pid = serverPid();
    killed.kill("SIGKILL");
    await killed.ended;
    await waitFor("the end of its nats-server", () => !isAlive(pid));

    await using again = up("--agents", "1");
    await firstReport(again);
    // At first its newest beat is the last one of the journal.
    await waitFor("beats that go on", async () => (await lastBeat(again)) > before);
    again.kill("SIGTERM");
    expect((await again.ended).end).toBe(0);
  });

  async function lastBeat(program: RunningProgram): Promise<number> {
    const url = await urlOf(program);
    // Reports of a run before are there at once, beats are not.
    return waitFor("a beat", async () => {
      const status = (await (await fetch(`${url}/api/v1/status`)).json()) as { current_beat: number | null };
      return status.current_beat ?? undefined;
    });
  }
});

interface ReportList {
  readonly reports: readonly { readonly report: { readonly agents_reporting: number } }[];
}

function serverSetting(): Record<string, string> {
  const binary = process.env.BACKBEAT_NATS_SERVER;
  return binary === undefined ? {} : { BACKBEAT_NATS_SERVER: binary };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
