/** An agent on a connection of the program's own: it stays the program's, and is not closed. */
import type { NatsConnection } from "@nats-io/transport-node";
import { type Subjects, subjectsOf } from "../contracts/subjects.ts";
import { apiPrefixOf, type JetStreamPlace } from "../nats/api-prefix.ts";
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

export interface CreateOptions extends Omit<AgentSettings, "subjects">, JetStreamPlace {
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
  const { jsApiPrefix, jsDomain, log = stderrLog, subjects, ...settings } = options;
  checkAgentSettings(settings);
  const bus = busOf(connection, log, { jsApiPrefix, jsDomain });
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

const buses = new WeakMap<NatsConnection, Map<string, ConnectionBus>>();

/** One for all agents of a connection that keep to the same JetStream, so that they share what is under way on it. */
function busOf(connection: NatsConnection, log: Log, place: JetStreamPlace): ConnectionBus {
  const ofConnection = buses.get(connection) ?? new Map<string, ConnectionBus>();
  buses.set(connection, ofConnection);
  const prefix = apiPrefixOf(place);
  const bus = ofConnection.get(prefix) ?? new ConnectionBus(connection, log, place);
  ofConnection.set(prefix, bus);
  return bus;
}
