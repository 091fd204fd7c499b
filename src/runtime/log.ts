/**
 * Lines for the operator: JSON where machines read (BACKBEAT_ENV=production, or no terminal), else one coloured
 * line each. Always to stderr, so that the stdout of every command is its data.
 *
 * Invariants: no secret is written (redact.ts); a text cannot break its line or colour the terminal. Lines are
 * written synchronously, so that the last one before an exit is not lost; hence never one per claim.
 */
import pino from "pino";
import pretty from "pino-pretty";
import type { Log, LogData } from "../ports.ts";
import { withoutSecrets, withoutUserInfo } from "./redact.ts";

/** What `--log-level` takes, least important first. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What `--log-format` takes. */
export const LOG_FORMATS = ["auto", "json", "pretty"] as const;

export type LogFormat = (typeof LOG_FORMATS)[number];

/** Where lines go: a stream's `write`. */
export interface LogSink {
  write(line: string): unknown;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** `auto` is settled by {@link logFormatOf}. */
  readonly format: "json" | "pretty";
  /** Members of every line, such as the service and the node id. */
  readonly base?: LogData;
  /** Colours in pretty lines; default false. */
  readonly colour?: boolean;
  /** Default: stderr. */
  readonly sink?: LogSink;
}

const STDERR_FD = 2;

/** The format that `auto` means here: pretty only on a terminal, and never in production. */
export function logFormatOf(
  format: LogFormat,
  world: { readonly production: boolean; readonly terminal: boolean },
): "json" | "pretty" {
  if (format !== "auto") return format;
  return world.production || !world.terminal ? "json" : "pretty";
}

/** A {@link Log} that writes to stderr or the given sink. */
export function createLog(options: LogOptions): Log {
  const logger = pino(
    {
      level: options.level,
      base: options.base === undefined ? null : withoutSecrets(options.base),
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destinationOf(options),
  );
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (text: string, data?: LogData): void => {
      if (!logger.isLevelEnabled(level)) return;
      const line = oneLine(withoutUserInfo(text));
      if (data === undefined) logger[level](line);
      else logger[level](withoutSecrets(data), line);
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function destinationOf(options: LogOptions): pino.DestinationStream {
  const sink = options.sink;
  const plain: pino.DestinationStream =
    sink === undefined
      ? pino.destination({ dest: STDERR_FD, sync: true })
      : { write: (line) => void sink.write(line) };
  if (options.format === "json") return plain;
  const toLine = pretty.prettyFactory({
    colorize: options.colour ?? false,
    messageKey: "message",
    translateTime: "SYS:HH:MM:ss.l",
    ignore: Object.keys(options.base ?? {}).join(","),
    singleLine: true,
  });
  return { write: (line) => plain.write(toLine(line) ?? line) };
}

/** Text may hold what a server or a peer wrote: control characters are shown, not obeyed. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (char) => JSON.stringify(char).slice(1, -1));
}
