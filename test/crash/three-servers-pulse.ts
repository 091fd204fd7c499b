/** Three pulses on three servers; the one that leads the lease's stream is killed, and the beat goes on. */
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { leaseName } from "../../src/nats/stream-names.ts";
import { waitFor } from "../support/wait-for.ts";
import { figuresOf } from "./beat-figures.ts";
import { PulseTrio, TRIO_CLUSTER } from "./pulse-trio.ts";
import { pause, type Scenario } from "./scenario.ts";

const BEAT_MS = 500;
const BACK_MAX_MS = 30_000;

export const threeServersPulse: Scenario = {
  name: "three-servers-pulse",
  about:
    "three pulses, R3, the server that leads the lease's stream killed: beats go on for who is connected",
  async run({ isShort, say }) {
    await using trio = await PulseTrio.open({ servers: 3 });
    await pause(6_000);
    const kills = isShort ? 2 : 10;
    const faults: string[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      const api = new JetStreamApi(trio.ear);
      const name = await waitFor(
        "the stream's leader",
        async () => {
          const info = await api
            .ask<{ readonly cluster?: { readonly leader?: string } }>(
              `STREAM.INFO.${leaseName(TRIO_CLUSTER)}`,
            )
            .catch(() => undefined);
          return info?.cluster?.leader;
        },
        BACK_MAX_MS,
      );
      const server = trio.servers[Number(name.slice(1))];
      if (server === undefined) throw new Error(`no server ${name}`);
      await server.kill("SIGKILL");
      await pause(10_000);
      await server.restart();
      await pause(6_000);
      if ((await trio.leader()) === undefined) faults.push(`nobody leads after kill ${kill}`);
      say(`${kill} kills of ${name}`);
    }
    const { doubled, frames, gapMaxBeats, missing, stale } = figuresOf(trio.heard, BEAT_MS);
    const repeated = await trio.repeated();
    // The ear itself loses its link where its server is killed: a beat or two in each kill may be its own loss.
    if (missing.length > 4 * kills) faults.push(`missing: ${missing.join(", ")}`);
    faults.push(...(await trio.reportFaults()));
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
