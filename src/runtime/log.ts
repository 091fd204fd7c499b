/**
 * Lines for the operator: JSON where machines read (BACKBEAT_ENV=production, or no terminal), else one coloured
 * line each. Always to stderr, so that the stdout of every command is its data.
 *
 * Invariants: no secret is written (redact.ts); a text cannot break its line or colour the terminal. Lines are
 * written synchronously, so that the last one before an exit is not lost; hence never one per claim.
 */
import { createRequire } from "node:module";
import type pino from "pino";
import type pretty from "pino-pretty";
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

/** Packages are loaded with the first line: most commands write none, and would load a tenth of a second for it. */
const load = createRequire(import.meta.url);

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
  let logger: pino.Logger | undefined;
  const write = (level: Exclude<LogLevel, "trace">) => {
    const isWritten = LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(options.level);
    return (text: string, data?: LogData): void => {
      if (!isWritten) return;
      logger ??= loggerOf(options);
      const line = oneLine(withoutUserInfo(text));
      if (data === undefined) logger[level](line);
      else logger[level](withoutSecrets(data), line);
    };
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function loggerOf(options: LogOptions): pino.Logger {
  const make: typeof pino = load("pino");
  return make(
    {
      level: options.level,
      base: options.base === undefined ? null : withoutSecrets(options.base),
      messageKey: "message",
      timestamp: make.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destinationOf(options, make),
  );
}

function destinationOf(options: LogOptions, { destination }: typeof pino): pino.DestinationStream {
  const sink = options.sink;
  const plain: pino.DestinationStream =
    sink === undefined
      ? destination({ dest: STDERR_FD, sync: true })
      : { write: (line) => void sink.write(line) };
  if (options.format === "json") return plain;
  const { prettyFactory }: typeof pretty = load("pino-pretty");
  const toLine = prettyFactory({
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
