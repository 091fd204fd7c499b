/**
 * An agent with a connection of its own: for programs that have none. Who has a bus takes `runAgent`.
 *
 * The connection is retried for ever, so the agent may start before its server does.
 */
import { subjectsOf } from "../contracts/subjects.ts";
import { BackbeatError } from "../errors.ts";
import { NatsBus } from "../nats/bus.ts";
import { type NatsSettings, parseServers } from "../nats/connect.ts";
import { JetStreamApi } from "../nats/jetstream-api.ts";
import { StoredRecords } from "../nats/stored-records.ts";
import { reportsName } from "../nats/stream-names.ts";
import { SystemClock } from "../runtime/clock.ts";
import type { Agent } from "./agent.ts";
import { checkAgentSettings } from "./agent-settings.ts";
import type { CreateOptions } from "./create-agent.ts";
import { runAgent } from "./running-agent.ts";
import { stderrLog } from "./stderr-log.ts";

export interface ConnectOptions extends CreateOptions {
  /** Credentials and TLS, where they do not stand in the address. */
  readonly nats?: Omit<NatsSettings, "servers" | "name" | "jsDomain" | "jsApiPrefix">;
}

/**
 * Starts an agent on a NATS connection of its own; `stop` closes that too.
 * @param url a comma list such as `nats://user:password@127.0.0.1:4222`
 * @throws BackbeatError `bad-config` where the address or a setting cannot be used
 */
export function connectAgent(url: string, options: ConnectOptions): Agent {
  const { jsApiPrefix, jsDomain, log = stderrLog, nats = {}, subjects, ...settings } = options;
  checkAgentSettings(settings);
  const parsed = parseServers(url);
  if ("faults" in parsed)
    throw new BackbeatError("bad-config", `Cannot connect an agent: ${parsed.faults.join("; ")}`);
  const name = `backbeat ${settings.agentId}`;
  const bus = new NatsBus({ ...nats, jsApiPrefix, jsDomain, servers: parsed.servers, name }, log);
  return runAgent(
    { ...settings, subjects: subjectsOf(settings.clusterId, subjects) },
    {
      bus,
      clock: new SystemClock(),
      log,
      reports: new StoredRecords(new JetStreamApi(bus), reportsName(settings.clusterId)),
      end: () => bus.close(),
    },
  );
}
