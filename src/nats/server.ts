/**
 * The embedded nats-server: started for one data directory, bound to this machine only, ended with us.
 *
 * JetStream is on and its store is in the data directory. A server that an earlier, killed owner left behind is
 * ended first, never taken over: two servers on one store destroy it, and who started it is gone. Clients find it
 * by `nats-server.json` (server-file.ts).
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { choosePort } from "./free-port.ts";
import { getServer } from "./get-server.ts";
import { clearLeftServer } from "./left-server.ts";
import { removeServerRecord, serverConfigPath, writeServerRecord } from "./server-file.ts";
import { type Guarded, type GuardedExit, spawnGuarded } from "./server-guard.ts";
import { pingServer, type ServerInfo } from "./server-info.ts";

/** Reading a store back after a crash takes a second per gigabyte or so. */
const START_TIMEOUT_MS = 60_000;
/** A start that takes longer than this says what it waits for. */
const SAY_AFTER_MS = 2_000;
const LOOK_EVERY_MS = 10;
/** Our own server answers in a millisecond; something else on the port may never. */
const PING_TIMEOUT_MS = 1_000;
/** Between choosing a free port and taking it, somebody else may take it; three times running is no accident. */
const PORT_TRIES = 3;
const LOG_LINES_SHOWN = 5;
const LOG_MAX_BYTES = 10_485_760;

export interface EmbeddedServerSettings {
  /** Path of the binary; default: found on this machine, else fetched. */
  readonly binary?: string;
  /** Created where it is missing. */
  readonly dataDir: string;
  /** Default: 4222 if it is free, else a free one. */
  readonly port?: number;
}

interface ServerExit {
  /** Whether `stop()` was called before. */
  readonly requested: boolean;
  /** How it ended and the last lines of its log. */
  readonly text: string;
}

export interface EmbeddedServer {
  /** `nats://127.0.0.1:port` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  /** Resolves when the server is gone, whoever ended it; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** SIGTERM, after 3 s SIGKILL. Resolves when it is gone; again is harmless. */
  stop(): Promise<void>;
}

/**
 * Starts it and resolves when it answers.
 * @throws BackbeatError `nats-server-missing`, `nats-server-failed`, `port-in-use`, `data-dir-locked`, `data-dir-unusable`
 */
export async function startEmbeddedServer(
  settings: EmbeddedServerSettings,
  log: Log,
): Promise<EmbeddedServer> {
  const dataDir = resolve(settings.dataDir);
  const binary = await getServer(settings.binary, log);
  prepareDirectory(dataDir);
  await clearLeftServer(dataDir, log);
  for (let tries = 1; ; tries += 1) {
    const port = await choosePort(settings.port);
    try {
      return await launch({ binary, dataDir, port }, log);
    } catch (thrown) {
      if (!(thrown instanceof PortTaken) || tries === PORT_TRIES) throw thrown;
    }
  }
}

interface Launch {
  readonly binary: string;
  readonly dataDir: string;
  readonly port: number;
}

/** The port went to somebody else between our look and the start. */
class PortTaken extends BackbeatError {}

async function launch(how: Launch, log: Log): Promise<EmbeddedServer> {
  const { dataDir, port } = how;
  const name = `backbeat-${randomUUID()}`;
  writeFileSync(logPath(dataDir), "");
  writeFileSync(serverConfigPath(dataDir), configuration(how, name));
  const guarded = await spawnGuarded(how.binary, ["-c", serverConfigPath(dataDir)]).catch(
    (cause: unknown) => {
      throw failed(messageOf(cause), cause);
    },
  );
  const url = `nats://127.0.0.1:${port}`;
  // Before it answers: should we be killed now, the next start knows what to look for.
  writeServerRecord(dataDir, { url, port, pid: guarded.pid, guardPid: guarded.guardPid });
  const exited = guarded.exited.then((exit) => {
    removeServerRecord(dataDir);
    return { requested: exit.requested, text: describe(exit, dataDir) };
  });
  try {
    const info = await untilItAnswers({ guarded, port, name, log });
    const { version } = info;
    log.info("Started nats-server", { url, version, pid: guarded.pid, store: dataDir });
    return { url, port, pid: guarded.pid, version, exited, stop: () => guarded.stop() };
  } catch (thrown) {
    await guarded.stop();
    const { text } = await exited;
    if (/address already in use/.test(text)) throw new PortTaken("port-in-use", failureText(text));
    throw thrown instanceof BackbeatError ? thrown : failed(text, thrown);
  }
}

interface Wait {
  readonly guarded: Guarded;
  readonly port: number;
  readonly name: string;
  readonly log: Log;
}

/** Asks until our own server answers; another one on the same port has another name. */
async function untilItAnswers({ guarded, port, name, log }: Wait): Promise<ServerInfo> {
  let exit: GuardedExit | undefined;
  void guarded.exited.then((value) => {
    exit = value;
  });
  const startedAtMs = performance.now();
  let said = false;
  while (exit === undefined) {
    const info = await pingServer({ host: "127.0.0.1", port }, PING_TIMEOUT_MS).catch(() => undefined);
    if (info?.name === name) return info;
    const waitedMs = performance.now() - startedAtMs;
    if (waitedMs > START_TIMEOUT_MS) {
      throw failed(`no answer on port ${port} within ${START_TIMEOUT_MS / 1_000} s`);
    }
    if (waitedMs > SAY_AFTER_MS && !said) {
      said = true;
      log.info("Waiting for nats-server to read its store", { port });
    }
    await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS));
  }
  throw new Error("it ended");
}

function prepareDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    throw new BackbeatError(
      "data-dir-unusable",
      `Cannot use the data directory ${dataDir}: ${messageOf(cause)}, name another with --data-dir`,
      { cause, data: { dataDir } },
    );
  }
}

function configuration({ dataDir, port }: Launch, name: string): string {
  return [
    "# Written anew at each start.",
    'host: "127.0.0.1"',
    `port: ${port}`,
    `server_name: ${name}`,
    `jetstream { store_dir: ${JSON.stringify(join(dataDir, "nats"))} }`,
    `log_file: ${JSON.stringify(logPath(dataDir))}`,
    `logfile_size_limit: ${LOG_MAX_BYTES}`,
    "",
  ].join("\n");
}

function logPath(dataDir: string): string {
  return join(dataDir, "nats-server.log");
}

function describe(exit: GuardedExit, dataDir: string): string {
  const lines = [exit.stderr, ...lastLogLines(dataDir)].filter((line) => line !== "");
  return [`it ended with ${exit.how}`, ...lines].join("\n  ");
}

function lastLogLines(dataDir: string): string[] {
  try {
    return readFileSync(logPath(dataDir), "utf8").trimEnd().split("\n").slice(-LOG_LINES_SHOWN);
  } catch {
    return [];
  }
}

function failed(observed: string, cause?: unknown): BackbeatError {
  return new BackbeatError("nats-server-failed", failureText(observed), { cause });
}

function failureText(observed: string): string {
  return `Cannot start nats-server: ${observed}`;
}
