/** The server is away for a minute under a thousand agents of the SDK: no claim is lost, and none is out of order. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "@nats-io/transport-node";
import { subjectsOf } from "../../../src/contracts/index.ts";
import { journalName } from "../../../src/nats/stream-names.ts";
import { startTestServer } from "../../support/nats-server.ts";
import { readAll } from "../read-streams.ts";
import { byTheClock, pause, type Scenario } from "../scenario.ts";
import type { FleetOrder, FleetWord } from "./fleet-words.ts";
import { startHouse } from "./house.ts";

const CLUSTER = "fleet";
const LARGE = "large";
const DELIVERED_MAX_MS = 10_000;
const HELD_MAX_BYTES = 64 * 1_048_576;
const MB = 1_048_576;

export const sdkOutage: Scenario = {
  name: "sdk-outage",
  about: "server away for 60 s under 1,000 SDK agents: every claim delivered in 10 s, in order, once",
  async run({ isShort, say }) {
    const dir = mkdtempSync(join(tmpdir(), "backbeat-fleet-"));
    await using server = await startTestServer({ jetstream: true });
    await using house = await startHouse({ clusterId: CLUSTER, server: server.url, dir });
    await house.ready();
    const order = { server: server.url, clusterId: CLUSTER };
    const agents = isShort ? 200 : 1_000;
    const fleet = startFleet({ ...order, agents, prefix: LARGE, logPath: join(dir, "resolved") });
    // Outboxes so small that they overflow: with a claim a second, in an outage of as many seconds.
    mkdirSync(join(dir, "small"));
    const small = startFleet({
      ...order,
      agents: 5,
      prefix: "small",
      claimsMax: isShort ? 3 : 10,
      logPath: join(dir, "small", "resolved"),
    });
    await Promise.all([fleet.ready, small.ready]);
    await pause(isShort ? 2_000 : 10_000);
    await server.kill("SIGKILL");
    say("the server is away");
    await pause(isShort ? 8_000 : 60_000);
    await server.restart();
    const backAtMs = performance.timeOrigin + performance.now();
    fleet.tell({ kind: "back", atMs: backAtMs });
    small.tell({ kind: "back", atMs: backAtMs });
    say("the server is back");
    await pause(isShort ? 3_000 : 15_000);
    fleet.tell({ kind: "stop" });
    small.tell({ kind: "stop" });
    const [account, smallAccount] = await Promise.all([fleet.account(), small.account()]);
    const { distinct, disordered, stored, twice } = await readClaims(server.url);
    const resolved = readFileSync(join(dir, "resolved"), "utf8").split("\n");
    const lost = resolved.filter((claim) => !distinct.has(claim)).length;
    const refused = smallAccount.rejected["outbox-full"] ?? 0;
    const deliveredMs = Math.max(0, account.lastOfOldAtMs - backAtMs);
    const faults = [
      ...(lost > 0 ? [`${lost} acknowledged claims are not in the journal`] : []),
      ...(account.resolved !== account.made
        ? [`${account.made - account.resolved} claims came to nothing`]
        : []),
      ...byTheClock(
        isShort,
        deliveredMs > DELIVERED_MAX_MS
          ? [`delivered only ${Math.round(deliveredMs)} ms after the return`]
          : [],
      ),
      ...(disordered > 0 ? [`${disordered} claims are out of order`] : []),
      ...(account.heapMaxBytes > HELD_MAX_BYTES ? [`the SDK held ${account.heapMaxBytes} bytes`] : []),
      ...(refused === 0 ? ["no small outbox said that it was full"] : []),
      ...(smallAccount.made !==
      smallAccount.resolved + refused + (smallAccount.rejected["claim-expired"] ?? 0)
        ? ["claims of the small outboxes came to nothing without a word"]
        : []),
      ...(account.unhandled + smallAccount.unhandled > 0 ? ["a rejection was not handled"] : []),
    ];
    rmSync(dir, { recursive: true, force: true });
    return {
      faults,
      figures: {
        agents,
        "claims made": account.made,
        acknowledged: account.resolved,
        "acknowledged and lost": lost,
        "stored in all": stored,
        "stored twice": twice,
        "delivered after, ms": Math.round(deliveredMs),
        "held by the SDK, MB": (account.heapMaxBytes / MB).toFixed(1),
        "RSS of all of it, MB": (account.rssMaxBytes / MB).toFixed(0),
        "refused by full outboxes": refused,
      },
    };
  },
};

function startFleet(order: FleetOrder) {
  const child: ChildProcess = fork(
    fileURLToPath(new URL("./fleet-process.js", import.meta.url)),
    [JSON.stringify(order)],
    { execArgv: ["--expose-gc"] },
  );
  const next = <K extends FleetWord["kind"]>(kind: K) => {
    const word = new Promise<Extract<FleetWord, { kind: K }>>((resolve, reject) => {
      child.on("message", (said: FleetWord) => {
        if (said.kind === kind) resolve(said as Extract<FleetWord, { kind: K }>);
      });
      void once(child, "exit").then(([code]) => reject(new Error(`the fleet ended with ${code}`)));
    });
    // Whoever waits for it is told, and nobody must.
    word.catch(() => undefined);
    return word;
  };
  const [ready, account] = [next("ready"), next("account")];
  return {
    ready,
    account: async () => (await account).account,
    tell: (word: FleetWord) => child.send(word),
  };
}

/** What the journal holds of the large fleet, by `agent n`. */
async function readClaims(server: string) {
  const connection = await connect({ servers: server });
  const status = subjectsOf(CLUSTER).status;
  const distinct = new Set<string>();
  const newest = new Map<string, number>();
  let disordered = 0;
  let stored = 0;
  await readAll(connection, journalName(CLUSTER), (message) => {
    if (message.subject !== status || !message.string().includes(`"${LARGE}:`)) return;
    const claim = message.json<{ agent_id: string; metadata: { n: number } }>();
    const { n } = claim.metadata;
    stored += 1;
    const key = `${claim.agent_id} ${n}`;
    if (distinct.has(key)) return;
    distinct.add(key);
    if (n < (newest.get(claim.agent_id) ?? 0)) disordered += 1;
    newest.set(claim.agent_id, n);
  });
  await connection.close();
  return { distinct, disordered, stored, twice: stored - distinct.size };
}
