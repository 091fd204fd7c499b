/** Logs for tests: one that keeps what was said, and the one that says nothing. */
import type { Log, LogData } from "../../src/ports.ts";

export { silentLog } from "../../src/sdk/testing/silent-log.ts";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
  readonly data: LogData | undefined;
}

export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[];
  /** The texts of one level, in order. */
  texts(level: LogLine["level"]): string[];
  /** Everything that was said, as one text: what a secret must not be found in. */
  everything(): string;
}

/** A log that remembers every line. */
export function recordingLog(): RecordingLog {
  const lines: LogLine[] = [];
  const at = (level: LogLine["level"]) => (text: string, data?: LogData) => {
    lines.push({ level, text, data });
  };
  return {
    lines,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    texts: (level) => lines.filter((line) => line.level === level).map((line) => line.text),
    everything: () => JSON.stringify(lines),
  };
}
