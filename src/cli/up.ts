/**
 * `backbeat up`: a whole house on one machine, in the order in which the parts need each other.
 *
 * nats-server ──► pulse ──► reverb ──► sample agents, each a process of its own. They end in the reverse order.
 */
import { redact } from "../nats/address.ts";
import { startEmbeddedServer } from "../nats/server.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";
import { runService } from "./run-service.ts";
import { startSampleAgents } from "./sample-agents.ts";
import type { ServiceHost } from "./service-host.ts";
import { startPulse } from "./start-pulse.ts";
import { startReverb } from "./start-reverb.ts";

export const run: Run<"up"> = (settings, context) =>
  runService(settings, { context, start: (host) => start(settings, { context, host }) });

interface Place {
  readonly context: CommandContext;
  readonly host: ServiceHost;
}

async function start(settings: SettingsOf<"up">, { context, host }: Place): Promise<void> {
  const natsUrl =
    settings.natsServers === undefined ? await startNats(settings, host) : redact(settings.natsServers);
  const pulseUrl = await startPulse(settings, host);
  const reverbUrl = await startReverb(settings, host);
  const agents = startSampleAgents({
    count: settings.agents,
    program: context.program,
    args: ["--cluster", settings.clusterId, "--data-dir", settings.dataDir],
    log: host.log,
  });
  host.lifecycle.onStop("the sample agents", () => agents.stop());
  host.log.info(`nats ${natsUrl} · pulse ${pulseUrl} · reverb ${reverbUrl} · ${settings.agents} agents`);
}

/** The embedded server; when it ends by itself, so do we. */
async function startNats(settings: SettingsOf<"up">, host: ServiceHost): Promise<string> {
  const { dataDir, natsServerBinary: binary } = settings;
  const server = await startEmbeddedServer(
    { dataDir, ...(binary === undefined ? {} : { binary }) },
    host.log,
  );
  host.lifecycle.onStop("nats-server", () => server.stop());
  void server.exited.then((exit) => {
    if (!exit.requested) host.lifecycle.fail(new Error(exit.text));
  });
  return server.url;
}
