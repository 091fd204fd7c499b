/** All pulses killed at once; their data directories, the lease's stream, or both lost: the index goes on. */
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { leaseName } from "../../src/nats/stream-names.ts";
import { figuresOf } from "./beat-figures.ts";
import { NODES, PulseTrio } from "./pulse-trio.ts";
import { byTheClock, pause, type Scenario } from "./scenario.ts";
import { TRIO_CLUSTER } from "./trio-streams.ts";

const BEAT_MS = 500;

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
      await trio.untilTogether();
      await pause(random.integer(isShort ? 0 : 4 * BEAT_MS, (isShort ? 2 : 8) * BEAT_MS));
      await Promise.all(NODES.map((node) => trio.signal(node, "SIGKILL")));
      const last = trio.heard.at(-1)?.index ?? 0;
      const heard = trio.heard.length;
      if (lost === "data directories" || lost === "both") for (const node of NODES) trio.wipe(node);
      if (lost === "lease store" || lost === "both")
        await new JetStreamApi(trio.ear).ask(`STREAM.DELETE.${leaseName(TRIO_CLUSTER)}`);
      await pause(random.integer(0, isShort ? 1_000 : 2_000));
      for (const node of NODES) trio.start(node);
      await trio.untilBeats(5);
      const after = trio.heard.slice(heard);
      const next = after[0]?.index ?? 0;
      const again = after.filter(({ index }) => index <= last).map(({ index }) => index);
      if (again.length > 0) faults.push(`without ${lost}: beat ${last} was followed by ${again.join(", ")}`);
      say(`${round + 1} of ${rounds}: without ${lost}, beat ${last} → ${next}`);
    }
    const { doubled, frames, stale } = figuresOf(trio.heard, BEAT_MS);
    if (stale > 0) faults.push(`${stale} frames of an epoch that was over`);
    // Two may publish one beat where one of them was late; readers count it once.
    const twice = doubled > 0 ? [`${doubled} beats were published twice`] : [];
    faults.push(...byTheClock(isShort, twice), ...(await trio.reportFaults()));
    return { faults, figures: { restarts: rounds, frames, doubled, stale } };
  },
};
