/** An agent on a connection of the program's own: it stays the program's, and is not closed. */
import type { NatsConnection } from "@nats-io/transport-node";
import { type Subjects, subjectsOf } from "../contracts/subjects.ts";
import { ConnectionBus } from "../nats/connection-bus.ts";
import { JetStreamApi } from "../nats/jetstream-api.ts";
import { StoredRecords } from "../nats/stored-records.ts";
import { reportsName } from "../nats/stream-names.ts";
import type { Log } from "../ports.ts";
import { SystemClock } from "../runtime/clock.ts";
import type { Agent } from "./agent.ts";
import { type AgentSettings, checkAgentSettings } from "./agent-settings.ts";
import { runAgent } from "./running-agent.ts";
import { stderrLog } from "./stderr-log.ts";

export interface CreateOptions extends Omit<AgentSettings, "subjects"> {
  /** Subjects that the operator named otherwise. */
  readonly subjects?: Partial<Subjects>;
  /** Default: warnings and errors to stderr. */
  readonly log?: Log;
}

/**
 * Starts an agent on a NATS connection that the program has. Make it with `maxReconnectAttempts: -1`: a connection that
 * gives up takes its agents with it. Agents may share one.
 * @throws BackbeatError `bad-config` naming what is wrong with the settings
 */
export function createAgent(connection: NatsConnection, options: CreateOptions): Agent {
  const { log = stderrLog, subjects, ...settings } = options;
  checkAgentSettings(settings);
  const bus = busOf(connection, log);
  return runAgent(
    { ...settings, subjects: subjectsOf(settings.clusterId, subjects) },
    {
      bus,
      clock: new SystemClock(),
      log,
      reports: new StoredRecords(new JetStreamApi(bus), reportsName(settings.clusterId)),
    },
  );
}

const buses = new WeakMap<NatsConnection, ConnectionBus>();

/** One for all agents of a connection, so that they share what is under way on it. */
function busOf(connection: NatsConnection, log: Log): ConnectionBus {
  const bus = buses.get(connection) ?? new ConnectionBus(connection, log);
  buses.set(connection, bus);
  return bus;
}
