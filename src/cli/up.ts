/**
 * `backbeat up`: a whole house on one machine, in the order in which the parts need each other.
 *
 * nats-server ──► reverb ──► pulse ──► what they do, on stdout ──► sample agents, a process of their own.
 * They end in the reverse order.
 */
import { relative } from "node:path";
import { BackbeatError } from "../errors.ts";
import { redact } from "../nats/address.ts";
import { reportReader } from "../nats/report-reader.ts";
import { startEmbeddedServer } from "../nats/server.ts";
import type { ReverbStatus } from "../reverb/view.ts";
import { openDataDir } from "../runtime/data-dir.ts";
import { SETTINGS, type SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";
import { startMorePulses } from "./more-pulses.ts";
import { linkEnvironment, openBus, subjectsFor } from "./nats-link.ts";
import { paintFor } from "./paint.ts";
import { runService } from "./run-service.ts";
import { startSampleAgents } from "./sample-agents.ts";
import type { ServiceHost } from "./service-host.ts";
import { type StartedPulse, startPulse } from "./start-pulse.ts";
import { type StartedReverb, startReverb } from "./start-reverb.ts";
import { lineEye } from "./watch/eye.ts";
import { runWatch } from "./watch/run-watch.ts";

type UpSettings = SettingsOf<"up">;

interface Place {
  readonly context: CommandContext;
  readonly host: ServiceHost;
}

/** Those beyond the cast: short tasks that go wrong now and then. */
const SAMPLE_LIFE = ["--seed", "1", "--prefix", "worker", "--task-beats", "6", "--fail-rate", "0.15"];

/** What is promised of reports, in the words of the first screen. */
const PROMISES: Readonly<Record<ReverbStatus["mode"], string>> = {
  journal: "each bar exactly once, from the journal",
  core: "best effort, without a journal",
  starting: "not yet: the journal is being opened",
};

/** A beat comes within one beat length; a house that shows none after that many seconds says so. */
const FIRST_BEAT_SECONDS = 3_600;

export const run: Run<"up"> = (settings, context) =>
  runService(settings, { context, start: (host) => start(settings, { context, host }) });

async function start(settings: UpSettings, { context, host }: Place): Promise<void> {
  refuseAnotherJetStream(settings);
  openDataDir(settings.dataDir);
  const nats =
    settings.natsServers === undefined
      ? await startNats(settings, { context, host })
      : redact(settings.natsServers);
  const reverb = await startReverb(settings, host);
  // So that the first bar is heard from its first beat on.
  await orStopped(reverb.opened, host.lifecycle.signal);
  const pulse = await startPulse(settings, host);
  const more = startMore(settings, { context, host, nats });
  context.stdout.write(
    welcome(settings, { nats, pulse, more, reverb, exec: execLine(settings, context.program) }),
  );
  showScore(settings, { context, host });
  startAgents(settings, { context, host });
}

/** The server that is started here keeps its own JetStream, without a domain. @throws BackbeatError `bad-config` */
function refuseAnotherJetStream({ jsApiPrefix, jsDomain, natsServers }: UpSettings): void {
  if (natsServers !== undefined || (jsDomain === undefined && jsApiPrefix === undefined)) return;
  const flag = jsDomain === undefined ? "--js-api-prefix" : "--js-domain";
  throw new BackbeatError(
    "bad-config",
    `Cannot start backbeat up: ${flag} names the JetStream of another server, expected --nats beside it; leave ${flag} out where up starts the nats-server itself`,
  );
}

/** @throws the reason of `signal` when that comes first */
async function orStopped(opened: Promise<void>, signal: AbortSignal): Promise<void> {
  await Promise.race([
    opened,
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  ]);
  signal.throwIfAborted();
}

/** The embedded server; when it ends by itself, so do we. */
async function startNats(settings: UpSettings, { context, host }: Place): Promise<string> {
  const { lifecycle, log } = host;
  const { dataDir, natsServerBinary: binary } = settings;
  // Fetching a server takes a while: that is said whatever the log level.
  const said = { ...log, info: (text: string) => void context.stderr.write(`  ${text}\n`) };
  const server = await startEmbeddedServer({ dataDir, ...(binary === undefined ? {} : { binary }) }, said);
  lifecycle.onStop("nats-server", () => server.stop());
  void server.exited.then((exit) => {
    if (!exit.requested) lifecycle.fail(new Error(exit.text));
  });
  return server.url;
}

/** Further pulses, which find the server by its address: their data directories are their own. */
function startMore(
  settings: UpSettings,
  { context, host, nats }: Place & { readonly nats: string },
): readonly string[] {
  const { barLength, dataDir, journalReplicas, natsServers = nats, pulseHttp, pulses, tempoBpm } = settings;
  const rhythm = ["--tempo", String(tempoBpm), "--bar-length", String(barLength)];
  const more = startMorePulses({
    pulses,
    program: context.program,
    dataDir,
    http: pulseHttp,
    args: [...rhythm, "--journal-replicas", String(journalReplicas)],
    env: { ...context.env, ...linkEnvironment({ ...settings, natsServers }) },
    log: host.log,
  });
  host.lifecycle.onStop("the other pulses", () => more.stop());
  return more.lines;
}

function startAgents(settings: UpSettings, { context, host }: Place): void {
  const agents = startSampleAgents({
    count: settings.agents,
    program: context.program,
    args: SAMPLE_LIFE,
    env: { ...context.env, ...linkEnvironment(settings) },
    log: host.log,
  });
  host.lifecycle.onStop("the sample agents", () => agents.stop());
}

/** What `backbeat watch` shows, until the end. */
function showScore(settings: UpSettings, { context, host }: Place): void {
  const { clock, lifecycle, log } = host;
  const bus = openBus(settings, { name: "backbeat-up", log });
  lifecycle.onStop("the NATS connection of the score", () => bus.close());
  const write = (line: string) => void context.stdout.write(`${line}\n`);
  const paint = paintFor(context.colour.stdout);
  const { clusterId } = settings;
  const subjects = subjectsFor(settings);
  const reports = reportReader(bus, { clusterId, subjects, log });
  const eye = lineEye({
    json: false,
    beatsHidden: false,
    clock,
    data: write,
    note: write,
    paint: { data: paint, note: paint },
  });
  const watch = runWatch(
    { clusterId, subjects, waitSeconds: FIRST_BEAT_SECONDS, beatsMax: undefined, reportsMax: undefined },
    { bus, clock, reports, eye },
  );
  lifecycle.onStop("the score", () => watch.stop());
  watch.done.catch((error: unknown) => lifecycle.fail(error));
}

interface House {
  readonly nats: string;
  readonly pulse: StartedPulse;
  /** Of the other pulses. */
  readonly more: readonly string[];
  readonly reverb: StartedReverb;
  /** A command line that shows up in the next report. */
  readonly exec: string;
}

/** As it can be typed in this folder, also where no `backbeat` is installed. */
function execLine({ dataDir }: UpSettings, program: string): string {
  const home = dataDir === SETTINGS.dataDir.default ? "" : ` --data-dir ${dataDir}`;
  return `node ${relative(process.cwd(), program)} exec${home} -- sleep 20`;
}

/** The rhythm is the pulse's own: a stored timeline wins over the settings. */
function welcome({ agents, clusterId }: UpSettings, { exec, more, nats, pulse, reverb }: House): string {
  const { barLength, tempoBpm } = pulse.view.status();
  const { durability, mode } = reverb.view.status();
  return [
    "",
    `  backbeat is up: cluster ${clusterId}, ${tempoBpm} beats a minute, ${barLength} beats a bar, ${agents} agents`,
    "",
    `  score   ${reverb.url}/  open it in a browser`,
    `  reverb  ${reverb.url}  /api/v1/reports /api/v1/agents /metrics`,
    `  pulse   ${pulse.url}  /api/v1/status /metrics`,
    ...more.map((line) => `  pulse   ${line}`),
    `  nats    ${nats}`,
    `  reports ${PROMISES[mode]} (${durability})`,
    "",
    `  In another terminal: ${exec}`,
    "  Here: Ctrl-C ends it all.",
    "",
    "",
  ].join("\n");
}
