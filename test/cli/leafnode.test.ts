/** The programs at a leafnode, with and without the domain of the hub that keeps the journal. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { type LeafHouse, startLeafHouse } from "../support/leafnode.ts";
import { CLUSTER, frameBody } from "../support/messages.ts";
import { PATIENTLY, unhurried } from "../support/patience.ts";
import { type ProgramResult, runProgram } from "../support/program.ts";
import { waitFor } from "../support/wait-for.ts";

let servers: LeafHouse;
let house: Awaited<ReturnType<typeof journalHouse>>;
let stopAnswering: () => void;

beforeAll(async () => {
  servers = await startLeafHouse();
  house = await journalHouse(servers.hub.url);
  await untilCommitting(await house.start());
  await house.beats(1, 9);
  await waitFor("two reports", () => house.wire.length === 2);
  const answers = house.peer.subscribe(`backbeat.${CLUSTER}.now`, (request) => {
    request.respond(newestFrame());
  });
  stopAnswering = () => answers.unsubscribe();
  await house.peer.flush();
});
afterAll(async () => {
  stopAnswering();
  await house[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

const newestFrame = () => frameBody(9, { barLength: 4, beatDurationMs: 60_000 });

/** Runs it to its end; of stderr, what it says whatever the machine has to do. */
async function at(...args: readonly string[]): Promise<ProgramResult> {
  const { stderr, ...rest } = await runProgram([...args, "--nats", servers.leaf.url, "--cluster", CLUSTER]);
  return { ...rest, stderr: unhurried(stderr) };
}

const HUB = ["--js-domain", "hub"];

describe("the programs at a leafnode", () => {
  it.each([[[]], [HUB]])("REQ-041 a claim is kept by the journal of the hub, with %j", async (place) => {
    const before = (await (await house.streams()).journal.state()).lastSeq;
    expect(await at("claim", "executing", "--agent", "a:1", ...PATIENTLY, ...place)).toMatchObject({
      end: 0,
      stderr: "",
    });
    expect((await (await house.streams()).journal.state()).lastSeq).toBe(before + 1);
  });

  it("reports, verify, journal and doctor look at the hub's streams with its domain", async () => {
    const reports = await at("reports", "--json", ...PATIENTLY, ...HUB);
    expect([reports.end, reports.stdout.trim().split("\n").length]).toEqual([0, 2]);
    expect(await at("verify", ...PATIENTLY, ...HUB)).toMatchObject({ end: 0 });
    const journal = await at("journal", "status", ...PATIENTLY, ...HUB);
    expect([journal.end, journal.stdout]).toEqual([0, expect.stringMatching(`BACKBEAT_JOURNAL_${CLUSTER}`)]);
    const doctor = await at("doctor", ...PATIENTLY, ...HUB);
    expect(doctor).toMatchObject({
      end: 0,
      stdout: expect.stringMatching(/on for this account, domain hub/),
    });
  });

  it("reports without the domain say how to name one", async () => {
    expect(await at("reports", ...PATIENTLY)).toMatchObject({
      end: 1,
      stderr: expect.stringMatching(/no JetStream for this account.*--js-domain/),
    });
  });

  it("doctor finds the journal beyond its server, and says how to use it", async () => {
    const { end, stdout } = await at("doctor", ...PATIENTLY);
    const said = stdout.replace(/\s+/g, " ");
    expect(said).toMatch(/BACKBEAT_JOURNAL_\S+ in the JetStream domain hub takes what is published here/);
    expect(said).toMatch(/use --js-domain hub/);
    expect(end).toBe(1);
  });

  it.each([["auto"], ["on"], ["off"]])(
    "reverb --journal %s ends with 2 and names the domain",
    async (mode) => {
      const { end, stderr } = await at(
        ...["reverb", "--journal", mode, "--http", "127.0.0.1:0", "--data-dir", house.dataDir()],
      );
      expect([end, stderr]).toEqual([
        2,
        expect.stringMatching(/Cannot report for cluster .*use --js-domain hub/),
      ]);
    },
  );

  it("OBS-003 the domain comes from the environment, too; it and a prefix are a mistake", async () => {
    const env = { BACKBEAT_JS_DOMAIN: "hub" };
    const found = await runProgram(
      ["reports", ...PATIENTLY, "--nats", servers.leaf.url, "--cluster", CLUSTER],
      { env },
    );
    expect(found.end).toBe(0);
    const both = await runProgram(["reports", "--js-api-prefix", "x.API", "--nats", servers.leaf.url], {
      env,
    });
    expect([both.end, both.stderr]).toEqual([
      2,
      expect.stringMatching(/--js-domain and --js-api-prefix cannot both be given/),
    ]);
  });

  it.each([
    [["--js-domain", "a.b"], /--js-domain is "a.b", expected a JetStream domain/],
    [["--js-domain", "*"], /--js-domain is "\*", expected/],
    [["--js-api-prefix", "JS.hub.API.>"], /--js-api-prefix is "JS.hub.API.>", expected a NATS subject/],
    [["--js-api-prefix", "JS.hub.API."], /--js-api-prefix is "JS.hub.API.", expected a NATS subject/],
  ])("OBS-003 %j ends with 2 and says what was expected", async (args, said) => {
    const { end, stderr } = await at("reports", ...args);
    expect([end, stderr]).toEqual([2, expect.stringMatching(said)]);
  });

  it("OBS-003 up with a domain and a server of its own ends with 2", async () => {
    const { end, stderr } = await runProgram(["up", "--data-dir", house.dataDir(), ...HUB]);
    expect([end, stderr]).toEqual([
      2,
      expect.stringMatching(/--js-domain names the JetStream of another server/),
    ]);
  });
});
