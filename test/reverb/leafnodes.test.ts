/** Reverb at a leafnode of a hub that keeps the journal, and in other places that do not show it: real nats-servers. */
import { describe, expect, it } from "vitest";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { type JournalHouse, journalHouse, untilCommitting, untilCoreMode } from "../support/journal-house.ts";
import { startLeafHouse } from "../support/leafnode.ts";
import { startTestServer } from "../support/nats-server.ts";
import { subjects } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const modeOf = ({ reverb }: { reverb: { view: { status(): { mode: string } } } }) =>
  reverb.view.status().mode;

const entriesOf = async (house: JournalHouse) => (await (await house.streams()).journal.state()).lastSeq;

/** Windows in the order in which their reports came, each as often as it came. */
const windowsOf = (house: JournalHouse) => house.wire.map(({ report }) => report.window_id);

describe.concurrent("R1 reverb where the journal is in another JetStream", () => {
  it("is not run in core mode beside it: it does not start, and names the domain", async () => {
    await using servers = await startLeafHouse();
    await using house = await journalHouse(servers.hub.url);
    const keeper = await house.start();
    await untilCommitting(keeper);
    const before = await entriesOf(house);
    const beside = await house.start({
      url: servers.leaf.url,
      nodeId: "node-2",
      settings: { journalMode: "auto" },
    });
    await expect(beside.reverb.failed).rejects.toMatchObject({
      code: "mode-refused",
      message: expect.stringMatching(
        /^Cannot report for cluster \S+: the stream BACKBEAT_JOURNAL_\S+ in the JetStream domain hub takes what is published here, .*\$JS\.API\.> does not show it.*; use --js-domain hub$/,
      ),
    });
    expect(modeOf(beside)).toBe("starting");
    // What it asked with is an entry that no fold counts.
    expect((await entriesOf(house)) - before).toBeLessThanOrEqual(1);
    await house.beats(1, 5);
    await waitFor("the report", () => house.wire.length > 0);
    const issues = house.wire[0]?.report.issues ?? [];
    expect(issues.map(({ category }) => category)).not.toContain("invalid_messages");
  });

  it("reads it with its domain: reports of both are one", async () => {
    await using servers = await startLeafHouse();
    await using house = await journalHouse(servers.hub.url);
    const place = { jsDomain: "hub" };
    const replicas = await Promise.all([
      house.start({ settings: { journalMode: "auto" } }),
      house.start({ url: servers.leaf.url, nodeId: "leaf", place, settings: { journalMode: "auto" } }),
    ]);
    await Promise.all(replicas.map(untilCommitting));
    await house.beats(1, 13);
    const counts = () =>
      replicas.map(({ reverb }) => {
        const { journal } = reverb.view.status();
        return (journal?.reportsCommitted ?? 0) + (journal?.reportsConfirmed ?? 0);
      });
    await waitFor("both to have reported", () => counts().every((count) => count === 3));
    await waitFor("the reports", () => house.wire.length >= 3);
    expect(new Set(windowsOf(house)).size).toBe(house.wire.length);
  });

  it("waits for a domain that does not answer, says what to check, and never takes core mode", async () => {
    await using servers = await startLeafHouse();
    await using house = await journalHouse(servers.hub.url);
    await house.streams();
    const away = await house.start({
      url: servers.leaf.url,
      place: { jsDomain: "hubb" },
      settings: { journalMode: "auto" },
    });
    const asked = new JetStreamApi(away.bus).ask("INFO");
    await expect(asked).rejects.toMatchObject({
      message: expect.stringMatching(/\$JS\.hubb\.API\.INFO: nobody answers there; check --js-domain/),
    });
    expect(modeOf(away)).toBe("starting");
  });

  it("makes no second journal in the JetStream of a leafnode", async () => {
    await using servers = await startLeafHouse({ leaf: { jetstream: true, domain: "leaf" } });
    await using house = await journalHouse(servers.hub.url);
    await house.streams();
    const beside = await house.start({ url: servers.leaf.url });
    await expect(beside.reverb.failed).rejects.toMatchObject({
      code: "mode-refused",
      message: expect.stringMatching(/domain hub .*use --js-domain hub/),
    });
    const { streams } = await new JetStreamApi(beside.bus).ask<{ streams: unknown }>("STREAM.NAMES");
    expect(streams).toBeNull();
  });

  it("keeps its journal in the JetStream of a leafnode where no hub has one", async () => {
    await using servers = await startLeafHouse({ leaf: { jetstream: true, domain: "leaf" } });
    await using house = await journalHouse(servers.leaf.url);
    await untilCommitting(await house.start());
  });

  it("says what to do where the hub's JetStream has no domain", async () => {
    await using servers = await startLeafHouse({ hubDomain: "none" });
    await using house = await journalHouse(servers.hub.url);
    await house.streams();
    for (const journalMode of ["auto", "off", "on"] as const) {
      const beside = await house.start({ url: servers.leaf.url, settings: { journalMode } });
      await expect(beside.reverb.failed).rejects.toMatchObject({
        code: "mode-refused",
        message: expect.stringMatching(/in another JetStream .*--js-domain NAME.*connect there with --nats/),
      });
    }
  });

  it("takes core mode at a leafnode where the hub has no journal", async () => {
    await using servers = await startLeafHouse();
    await using house = await journalHouse(servers.leaf.url);
    for (const journalMode of ["auto", "off"] as const) {
      const core = await house.start({ settings: { journalMode } });
      await untilCoreMode(core);
      await core.stop();
    }
  });

  it("takes core mode where a listener to everything hears what it asks, and no stream does", async () => {
    await using server = await startTestServer();
    await using house = await journalHouse(server.url);
    house.peer.subscribe("backbeat.>", () => undefined);
    await house.peer.flush();
    const core = await house.start({ settings: { journalMode: "auto" } });
    await untilCoreMode(core);
  });

  it("takes core mode where it may not ask, and says so", async () => {
    const config = `authorization { users: [{ user: u, password: p, permissions: { publish: [${subjects.reverb}, ${subjects.now}], subscribe: ["backbeat.>", "_INBOX.>"] } }] }`;
    await using server = await startTestServer({ config });
    await using house = await journalHouse(server.url.replace("//", "//u:p@"));
    const core = await house.start({ settings: { journalMode: "auto" } });
    await untilCoreMode(core);
  });

  it("is read by an API prefix where an account imports it from another", async () => {
    const { beat, chain, commit, now, reverb, status, tick } = subjects;
    const services = [status, tick, commit, chain, now, beat];
    const config = `accounts {
      HUB { jetstream: enabled, users: [{ user: hub, password: p }]
        exports: [ { service: "$JS.API.>", response: "Stream" }, { stream: "${reverb}" }, ${services.map((one) => `{ service: "${one}" }`).join(", ")} ] }
      SITE { users: [{ user: site, password: p }]
        imports: [ { service: { account: HUB, subject: "$JS.API.>" }, to: "hub.API.>" }, { stream: { account: HUB, subject: "${reverb}" } }, ${services.map((one) => `{ service: { account: HUB, subject: "${one}" } }`).join(", ")} ] }
    }`;
    await using server = await startTestServer({ jetstream: true, config });
    const [hub, site] = ["hub", "site"].map((user) => server.url.replace("//", `//${user}:p@`));
    await using house = await journalHouse(hub ?? "");
    await untilCommitting(await house.start());
    const blind = await house.start({ url: site ?? "", settings: { journalMode: "auto" } });
    await expect(blind.reverb.failed).rejects.toMatchObject({ code: "mode-refused" });
    const seeing = await house.start({ url: site ?? "", nodeId: "site", place: { jsApiPrefix: "hub.API" } });
    await untilCommitting(seeing);
    await house.beats(1, 5);
    await waitFor("its report", () => {
      const { journal } = seeing.reverb.view.status();
      return (journal?.reportsCommitted ?? 0) + (journal?.reportsConfirmed ?? 0) === 1;
    });
    await waitFor("it on the wire", () => house.wire.length > 0);
    expect(windowsOf(house)).toHaveLength(1);
  });

  it("is told when its hub comes back while it runs in core mode: it reports no more, and says why", async () => {
    await using servers = await startLeafHouse();
    await using house = await journalHouse(servers.hub.url);
    await servers.hub.kill("SIGKILL");
    const core = await house.start({
      url: servers.leaf.url,
      nodeId: "leaf",
      settings: { journalMode: "auto" },
    });
    await untilCoreMode(core);
    await servers.hub.restart();
    await servers.connected();
    await waitFor("the link to the hub", () => house.peer.connected);
    await untilCommitting(await house.start());
    await house.beats(1, 5);
    await waitFor("the alarm", () =>
      core.reverb.view.status().alarms.some(({ name }) => name === "other-reporter"),
    );
    // Both may have reported the bar by which they hear of each other.
    const [first] = windowsOf(house);
    await house.beats(6, 17);
    await waitFor("the other reports", () => new Set(windowsOf(house)).size === 4);
    await waitFor("those that are kept back", () => core.reverb.view.status().totals.reportsWithheld >= 3);
    expect(windowsOf(house).filter((windowId) => windowId !== first)).toHaveLength(3);
    expect(core.reverb.view.ready()).toMatchObject({
      ready: false,
      reason: expect.stringMatching(/reported from a journal.*--js-domain/),
    });
  });
});
