/**
 * An agent with a connection of its own: for programs that have none. Who has a bus takes `runAgent`.
 *
 * The connection is retried for ever, so the agent may start before its server does.
 */
import { type Subjects, subjectsOf } from "../contracts/subjects.ts";
import { BackbeatError } from "../errors.ts";
import { NatsBus } from "../nats/bus.ts";
import { type NatsSettings, parseServers } from "../nats/connect.ts";
import type { Log } from "../ports.ts";
import { SystemClock } from "../runtime/clock.ts";
import { type Agent, runAgent } from "./agent.ts";
import { type AgentSettings, checkAgentSettings } from "./agent-settings.ts";
import { stderrLog } from "./stderr-log.ts";

export interface ConnectOptions extends Omit<AgentSettings, "subjects"> {
  /** Subjects that the operator named otherwise. */
  readonly subjects?: Partial<Subjects>;
  /** Credentials and TLS, where they do not stand in the address. */
  readonly nats?: Omit<NatsSettings, "servers" | "name">;
  /** Default: warnings and errors to stderr. */
  readonly log?: Log;
}

/**
 * Starts an agent on a NATS connection of its own; `stop` closes that too.
 * @param url a comma list such as `nats://user:password@127.0.0.1:4222`
 * @throws BackbeatError `bad-config` where the address or a setting cannot be used
 */
export function connectAgent(url: string, options: ConnectOptions): Agent {
  const { log = stderrLog, nats = {}, subjects, ...settings } = options;
  checkAgentSettings(settings);
  const parsed = parseServers(url);
  if ("faults" in parsed)
    throw new BackbeatError("bad-config", `Cannot connect an agent: ${parsed.faults.join("; ")}`);
  const bus = new NatsBus({ ...nats, servers: parsed.servers, name: `backbeat ${settings.agentId}` }, log);
  const agent = runAgent(
    { ...settings, subjects: subjectsOf(settings.clusterId, subjects) },
    { bus, clock: new SystemClock(), log },
  );
  return {
    get now() {
      return agent.now;
    },
    onBeat: (listener) => agent.onBeat(listener),
    onDownbeat: (listener) => agent.onDownbeat(listener),
    firstBeat: (timeoutMs) => agent.firstBeat(timeoutMs),
    claim: (state, details) => agent.claim(state, details),
    async stop() {
      await agent.stop();
      await bus.close();
    },
  };
}
