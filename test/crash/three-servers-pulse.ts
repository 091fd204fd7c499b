/** Three pulses on three servers; the one that leads the lease's stream is killed, and the beat goes on. */
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { leaseName } from "../../src/nats/stream-names.ts";
import { figuresOf } from "./beat-figures.ts";
import { PulseTrio } from "./pulse-trio.ts";
import { byTheClock, pause, type Scenario, until } from "./scenario.ts";
import { TRIO_CLUSTER } from "./trio-streams.ts";

const BEAT_MS = 500;

export const threeServersPulse: Scenario = {
  name: "three-servers-pulse",
  about:
    "three pulses, R3, the server that leads the lease's stream killed: beats go on for who is connected",
  async run({ isShort, say }) {
    await using trio = await PulseTrio.open({ servers: 3 });
    await trio.untilTogether();
    if (!isShort) await pause(6_000);
    const kills = isShort ? 2 : 10;
    for (let kill = 1; kill <= kills; kill += 1) {
      const lead = await until("the stream's leader", async () => (await leaseCluster(trio))?.leader);
      const server = trio.servers[Number(lead.slice(1))];
      if (server === undefined) throw new Error(`no server ${lead}`);
      await server.kill("SIGKILL");
      const heard = trio.heard.length;
      await until("another leader of the stream", async () => {
        const { leader = lead } = (await leaseCluster(trio)) ?? {};
        return leader !== lead;
      });
      await until("beats without that server", () => trio.heard.length >= heard + 4);
      if (!isShort) await pause(8_000);
      await server.restart();
      await until("three copies", async () => {
        const { replicas = [] } = (await leaseCluster(trio)) ?? {};
        return replicas.length === 2 && replicas.every(({ current }) => current);
      });
      await trio.untilTogether();
      if (!isShort) await pause(6_000);
      say(`${kill} kills of ${lead}`);
    }
    const { doubled, frames, gapMaxBeats, missing, stale } = figuresOf(trio.heard, BEAT_MS);
    const repeated = await trio.repeated();
    // The ear itself loses its link where its server is killed: a beat or two in each kill may be its own loss.
    const late = missing.length > 4 * kills ? [`missing: ${missing.join(", ")}`] : [];
    const faults = [...byTheClock(isShort, late), ...(await trio.reportFaults())];
    return {
      faults,
      figures: {
        kills,
        frames,
        doubled,
        stale,
        "missed by the ear": missing.length,
        "longest gap, beats": gapMaxBeats.toFixed(3),
        repeated,
      },
    };
  },
};

interface StreamCluster {
  readonly leader?: string;
  readonly replicas?: readonly { readonly current: boolean }[];
}

/** Where the lease's stream is kept; undefined while nobody leads it. */
async function leaseCluster(trio: PulseTrio): Promise<StreamCluster | undefined> {
  const ask = `STREAM.INFO.${leaseName(TRIO_CLUSTER)}`;
  const info = await new JetStreamApi(trio.ear)
    .ask<{ readonly cluster?: StreamCluster }>(ask)
    .catch(() => undefined);
  return info?.cluster;
}
