/** Reverb on a real nats-server, in the test's own process, with what it reports. */
import { type BarReport, subjectsOf } from "../../src/contracts/index.ts";
import { parseServers } from "../../src/nats/address.ts";
import type { JetStreamPlace } from "../../src/nats/api-prefix.ts";
import { NatsBus } from "../../src/nats/bus.ts";
import { type Reverb, runReverb } from "../../src/reverb/reverb.ts";
import type { ReverbSettings } from "../../src/reverb/settings.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { CLUSTER } from "./messages.ts";
import { silentLog } from "./recording-log.ts";
import { waitFor } from "./wait-for.ts";

export const subjects = subjectsOf(CLUSTER);

/** A connected bus of its own, on the JetStream of its server or another one. */
export async function connectBus(url: string, name = "test", place: JetStreamPlace = {}): Promise<NatsBus> {
  const parsed = parseServers(url);
  if ("faults" in parsed) throw new Error(parsed.faults.join("; "));
  const bus = new NatsBus({ ...place, servers: parsed.servers, name }, silentLog);
  await waitFor("the connection", () => bus.connected);
  return bus;
}

export interface RealReverb extends AsyncDisposable {
  readonly reverb: Reverb;
  readonly bus: NatsBus;
  /** Every report on the wire, as a peer on a connection of its own hears it. */
  readonly reports: readonly BarReport[];
  /** What that peer publishes on. */
  readonly peer: NatsBus;
}

/** Starts reverb and a peer, both subscribed. */
export async function startRealReverb(
  url: string,
  settings: Partial<ReverbSettings> = {},
): Promise<RealReverb> {
  const [bus, peer] = await Promise.all([connectBus(url, "reverb"), connectBus(url, "peer")]);
  const reports: BarReport[] = [];
  peer.subscribe(subjects.reverb, (message) =>
    reports.push(JSON.parse(new TextDecoder().decode(message.data))),
  );
  const reverb = runReverb(
    { clusterId: CLUSTER, nodeId: "node-1", version: "0.0.0", subjects, barLength: 8, ...settings },
    { bus, clock: new SystemClock(), log: silentLog, metrics: { observe() {} } },
  );
  await Promise.all([bus.flush(), peer.flush()]);
  return {
    reverb,
    bus,
    peer,
    reports,
    async [Symbol.asyncDispose]() {
      await reverb.stop();
      await Promise.all([bus.close(), peer.close()]);
    },
  };
}
