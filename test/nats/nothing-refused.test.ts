/**
 * Nothing of ours asks for what `backbeat nats-config` forbids: a server with what it wrote, every program as the user
 * that it is meant for, an agent that is there before all others, and one that is far away. The server logs what it
 * refuses, and it logs nothing.
 */

import { describe, expect, it } from "vitest";
import { subjectsOf } from "../../src/contracts/subjects.ts";
import { journalName } from "../../src/nats/stream-names.ts";
import { type Agent, type BarReport, connectAgent } from "../../src/sdk/index.ts";
import { type ConfigHouse, configHouse } from "../support/config-house.ts";
import { freePort } from "../support/free-port.ts";
import { PATIENTLY, unhurried } from "../support/patience.ts";
import { type RecordingLog, recordingLog } from "../support/recording-log.ts";
import { untilReady } from "../support/service-api.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";
import { wayTo } from "../support/way-to.ts";

const CLUSTER = "test";
const subjects = subjectsOf(CLUSTER);
const JOURNAL = journalName(CLUSTER);
/** Longer than an agent waits for an acknowledgement before it asks whether there is a journal. */
const FAR_MS = 150;
const RHYTHM = ["--bar-length", "4"];

interface Claiming {
  readonly agent: Agent;
  readonly log: RecordingLog;
  readonly reports: readonly BarReport[];
}

/** An agent of the house at an address, which claims on each beat and listens to reports. */
function claiming(house: ConfigHouse, agentId: string, url: string): Claiming {
  const log = recordingLog();
  const { name: _name, servers: _servers, ...nats } = house.settingsOf(agentId);
  const agent = connectAgent(url, { clusterId: CLUSTER, agentId, log, nats });
  agent.onBeat(() => agent.claim("executing"));
  const reports: BarReport[] = [];
  agent.onReport((report) => reports.push(report));
  return { agent, log, reports };
}

/** Beats between reports. The pulse may skip some, which are of the bar before. */
function missingIn(reports: readonly BarReport[]): number {
  return reports
    .slice(1)
    .reduce((sum, { from_beat }, at) => sum + from_beat - 1 - (reports[at]?.to_beat ?? 0), 0);
}

async function startServices(house: ConfigHouse): Promise<{ readonly pulseAt: string }> {
  const [pulsePort, reverbPort] = [await freePort(), await freePort()];
  const at = (port: number) => ["--http", `127.0.0.1:${port}`];
  const reverb = house.start("reverb", "reverb", "--data-dir", "reverb", ...at(reverbPort), ...RHYTHM);
  house.start("pulse", "pulse", "--data-dir", "pulse", ...at(pulsePort), "--tempo", "600", ...RHYTHM);
  await untilReady(reverb, reverbPort);
  return { pulseAt: `127.0.0.1:${pulsePort}` };
}

describe.each(["on", "off"] as const)("BACKBEAT-REQ-041 nats-config --journal %s", (journal) => {
  it("nothing that ours want is refused: agents near and far, early and late, services, and all that people call", async () => {
    await using house = await configHouse("--agents", "ci:a,ci:b,ci:c", "--journal", journal);
    await using far = await wayTo(house.server.port, { answersAfterMs: FAR_MS });
    // Before there is a journal, a reverb or a pulse: nobody takes its claim.
    const early = claiming(house, "ci:a", house.server.url);
    await early.agent.claim("planning", { beat_index: 1 });
    const { pulseAt } = await startServices(house);
    const late = claiming(house, "ci:b", far.url);
    for (const { reports } of [early, late]) await waitFor("two reports", () => reports.length >= 2);
    // While it is cut off it misses reports, and reads them when it is back.
    far.cut();
    const atCut = early.reports.length;
    await waitFor("two reports that it does not hear", () => early.reports.length >= atCut + 2);
    far.mend();
    await waitFor("a newer report", () => late.reports.at(-1)?.window_id === early.reports.at(-1)?.window_id);
    if (journal === "on") expect(missingIn(late.reports)).toBe(0);
    await house.run("ci:c", "claim", "reviewing", ...PATIENTLY);
    const asOperator = [
      ["watch", "--lines", "--beats", "2", ...PATIENTLY],
      ["tempo", "--pulse-http", pulseAt],
      ["reports", ...PATIENTLY],
      ["replay", ...PATIENTLY],
      ["verify", "--replay", ...PATIENTLY],
      ["journal", "status", ...PATIENTLY],
    ];
    const ends = await Promise.all(asOperator.map((args) => house.run("operator", ...args)));
    for (const [at, { end, stderr }] of ends.entries()) {
      const name = asOperator[at]?.[0];
      expect([name, stderr]).toEqual([name, expect.not.stringMatching(/may not/)]);
      // Without a journal there is none to be read, and they say so.
      if (journal === "on") expect([name, end]).toEqual([name, 0]);
    }
    if (journal === "on") {
      const adopted = await house.run("reverb", "journal", "adopt", "--force", "--yes", ...PATIENTLY);
      expect([adopted.end, unhurried(adopted.stderr)]).toEqual([0, expect.not.stringMatching(/may not/)]);
    }
    for (const { agent, log } of [early, late]) {
      expect(agent.health).toMatchObject({
        journal: journal === "on" ? "journal" : "none",
        claims: { failed: 0 },
      });
      await agent.stop();
      expect(log.lines.map(({ text }) => text).filter((text) => /permission|may not/i.test(text))).toEqual(
        [],
      );
    }
    expect(house.server.violations).toEqual([]);
  });

  it("doctor calls each user sufficient for what it was made for; the server refuses an operator nothing where it tells", async () => {
    await using house = await configHouse("--agents", "ci:a", "--journal", journal);
    await startServices(house);
    const examined = (user: string) => house.run(user, "doctor", ...PATIENTLY);
    const operator = await examined("operator");
    expect(operator.stdout).toMatch(/this user may do what operator needs/);
    expect([operator.stdout.match(/^problem .*/gm), operator.end]).toEqual([null, 0]);
    if (/as far as it was tried|not tried/.test(operator.stdout))
      expect(house.server.version).toMatch(/^2\.9\./);
    else expect(house.server.violations).toEqual([]);
    const made = [
      ["ci:a", "agent"],
      ["pulse", "pulse"],
      ["reverb", journal === "on" ? "reverb" : "reverb without a journal"],
    ] as const;
    const found = await Promise.all(made.map(([user]) => examined(user)));
    for (const [at, [, role]] of made.entries()) {
      const said = (found[at]?.stdout ?? "").replaceAll(/\s+/g, " ");
      expect(said).toContain(`ok permissions this user may do what ${role} needs`);
      expect(said).not.toContain("problem permissions");
      expect(said).not.toContain(`what ${role} needs, but not`);
    }
  });
});

describe("BACKBEAT-REQ-041 S3 an agent's question for streams", () => {
  it("is answered for the account that has them: there is none before the journal is made, then there is", async () => {
    await using house = await configHouse("--agents", "ci:a");
    const agent = await house.bare("ci:a");
    const asked = async () =>
      (
        await agent.request("$JS.API.STREAM.NAMES", JSON.stringify({ subject: subjects.status }), {
          timeout: DEADLINE_MS,
        })
      ).json<{ readonly streams: readonly string[] | null }>().streams;
    expect(await asked()).toBeNull();
    await startServices(house);
    expect(await asked()).toEqual([JOURNAL]);
  });
});
