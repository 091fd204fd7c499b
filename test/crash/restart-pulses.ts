/** All pulses killed at once; their data directories, the lease's stream, or both lost: the index goes on. */
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { leaseName } from "../../src/nats/stream-names.ts";
import { waitFor } from "../support/wait-for.ts";
import { figuresOf } from "./beat-figures.ts";
import { NODES, PulseTrio, TRIO_CLUSTER } from "./pulse-trio.ts";
import { pause, type Scenario } from "./scenario.ts";

const BEAT_MS = 500;
const BACK_MAX_MS = 30_000;

const LOSSES = ["nothing", "data directories", "lease store", "both"] as const;

export const restartPulses: Scenario = {
  name: "restart-pulses",
  about:
    "three pulses killed at once, with what they keep, or without: beat_index goes on, none is used twice",
  async run({ isShort, random, say }) {
    await using trio = await PulseTrio.open({});
    const rounds = isShort ? LOSSES.length : 5 * LOSSES.length;
    const faults: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const lost = LOSSES[round % LOSSES.length] ?? "nothing";
      await pause(random.integer(4 * BEAT_MS, 8 * BEAT_MS));
      await Promise.all(NODES.map((node) => trio.signal(node, "SIGKILL")));
      const last = trio.heard.at(-1)?.index ?? 0;
      const heard = trio.heard.length;
      if (lost === "data directories" || lost === "both") for (const node of NODES) trio.wipe(node);
      if (lost === "lease store" || lost === "both")
        await new JetStreamApi(trio.ear).ask(`STREAM.DELETE.${leaseName(TRIO_CLUSTER)}`);
      await pause(random.integer(0, 2_000));
      for (const node of NODES) trio.start(node);
      await waitFor("beats again", () => trio.heard.length > heard + 4, BACK_MAX_MS);
      const next = trio.heard[heard]?.index ?? 0;
      if (next <= last) faults.push(`without ${lost}: beat ${last} was followed by ${next}`);
      say(`${round + 1} of ${rounds}: without ${lost}, beat ${last} → ${next}`);
    }
    const { doubled, frames, stale } = figuresOf(trio.heard, BEAT_MS);
    if (stale > 0) faults.push(`${stale} frames of an epoch that was over`);
    if (doubled > 0) faults.push(`${doubled} beats were published twice`);
    faults.push(...(await trio.reportFaults()));
    return { faults, figures: { restarts: rounds, frames, doubled, stale } };
  },
};
