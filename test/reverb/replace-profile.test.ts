/** Who may replace a running profile, with the real program, as a unit file would start it again and again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { journalHouse } from "../support/journal-house.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait-for.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-replace-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Unit {
  readonly node: string;
  readonly lead: number;
  /** BACKBEAT_REPLACE_PROFILE, which stays over restarts. */
  readonly replace?: string;
}

function start(url: string, { lead, node, replace }: Unit): RunningProgram {
  const where = ["--cluster", CLUSTER, "--nats", url, "--http", "127.0.0.1:0", "--node", node];
  const rules = ["--bar-length", "4", "--grace", "0", "--lead", String(lead)];
  const env = replace === undefined ? {} : { BACKBEAT_REPLACE_PROFILE: replace };
  return startProgram(["reverb", ...where, ...rules, "--data-dir", join(dir, node)], { env });
}

interface Running {
  readonly chain: string;
  readonly profile: string;
}

async function untilCommitting(program: RunningProgram): Promise<Running> {
  const url = await waitFor("its address", () => /answers on (http:[^\s"]+)/.exec(program.stderr())?.[1]);
  return waitFor("it to commit", async () => {
    const status = (await (await fetch(`${url}/api/v1/status`)).json()) as {
      journal?: { role: string; chain: string; profile: string };
    };
    const { chain, profile, role } = status.journal ?? {};
    return role === "committing" && chain && profile ? { chain, profile } : undefined;
  });
}

/** Resolves with what it said when it has ended as a mistake ends. */
async function refused(started: RunningProgram): Promise<string> {
  await using program = started;
  const { end, stderr } = await program.ended;
  expect(end).toBe(2);
  return stderr;
}

describe("--replace-profile", () => {
  it("R7 a flag that is left over never overthrows what runs; who goes back names the chain", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    await using old = start(server.url, { node: "old", lead: 7 });
    const first = await untilCommitting(old);
    await house.beats(1, 6);
    await waitFor("a report", () => house.wire.length === 1);

    const text = await refused(start(server.url, { node: "new", lead: 9 }));
    expect(text).toContain("--lead is 9 here and 7 in the last report");
    expect(text).toMatch(
      new RegExp(`${first.profile} of the running chain ${first.chain}, which old began at 2`),
    );
    expect(await refused(start(server.url, { node: "new", lead: 9, replace: "0123456789ab" }))).toContain(
      `--replace-profile ${first.profile}`,
    );

    const newUnit = { node: "new", lead: 9, replace: first.profile };
    await using changed = start(server.url, newUnit);
    const second = await untilCommitting(changed);
    await refused(old);
    // Restarted, its own profile runs: the variable does no harm.
    changed.kill("SIGTERM");
    await changed.ended;
    await using again = start(server.url, newUnit);
    expect(await untilCommitting(again)).toEqual(second);

    // Back to the old settings: by the chain only, and the new unit's variable, which names what now runs, is spent.
    const byProfile = { node: "old", lead: 7, replace: second.profile };
    expect(await refused(start(server.url, byProfile))).toContain(`--replace-profile ${second.chain}`);
    await using back = start(server.url, { node: "old", lead: 7, replace: second.chain });
    const third = await untilCommitting(back);
    expect(third.profile).toBe(first.profile);
    await refused(again);
    expect(await refused(start(server.url, newUnit))).toContain(`--replace-profile ${third.chain}`);
    await house.beats(7, 14);
    await waitFor("reports of the third chain", () => house.wire.length === 3);
    expect(house.wire.map(({ report }) => report.from_beat)).toEqual([1, 5, 9]);
  });
});
