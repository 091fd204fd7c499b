/**
 * `backbeat validate`: do these files hold only messages that conform (OBS-003)? For CI and for people.
 *
 * A thin shell around validate/: it reads, prints and answers with an exit code. JSON Lines are read as a stream;
 * memory is bounded by the largest JSON text that is allowed.
 */
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { BackbeatError } from "../errors.ts";
import type { Run } from "./command.ts";
import { paintFor } from "./paint.ts";
import { Checker } from "./validate/checker.ts";
import type { Piece } from "./validate/piece.ts";
import { asJson, asText, printable } from "./validate/render.ts";
import { cannot, type Source, sourcesOf } from "./validate/sources.ts";
import { Splitter } from "./validate/splitter.ts";

export interface ValidateOptions {
  /** Refuse what the services would bend. Default false. */
  readonly strict?: boolean;
  /** One JSON object per finding, and one for the summary. Default false. */
  readonly json?: boolean;
  /** Colours in the lines for people. Default false. */
  readonly colour?: boolean;
}

export interface ValidateIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The command, as the table of commands loads it. */
export const run: Run<"validate"> = (settings, { operands, colour, stdout, stderr }) =>
  runValidate(
    operands,
    { strict: settings.strict, json: settings.json, colour: colour.stdout },
    { stdin: process.stdin, stdout, stderr },
  );

const ALL_GOOD = 0;
const BAD_MESSAGES = 1;
const USAGE_MISTAKE = 2;

/**
 * Checks files, directories and `-` (standard input). Resolves with the exit code: 0 all good, 1 a bad message,
 * 2 a mistake in how it was called: a file that is missing, empty or unreadable. Rejects only if the output fails.
 */
export async function runValidate(
  names: readonly string[],
  options: ValidateOptions,
  io: ValidateIo,
): Promise<number> {
  const { sources, mistakes } = await sourcesOf(names, io.stdin);
  const checker = new Checker(options.strict === true ? "strict" : "lenient");
  const rendering = options.json === true ? asJson : asText(paintFor(options.colour === true));
  for (const source of sources) {
    const messagesBefore = checker.summary.messages;
    try {
      for await (const piece of piecesOf(source)) {
        const finding = checker.check(piece, source.name);
        if (finding !== undefined) await print(io.stdout, rendering.finding(finding));
      }
      if (checker.summary.messages === messagesBefore)
        mistakes.push(cannot(source.name, "it holds no message, expected at least one"));
    } catch (cause) {
      if (!(cause instanceof BackbeatError)) throw cause;
      mistakes.push(cannot(source.name, cause.message));
    }
  }
  if (checker.summary.messages > 0) await print(io.stdout, rendering.summary(checker.summary));
  for (const mistake of mistakes) await print(io.stderr, printable(mistake));
  if (mistakes.length > 0) return USAGE_MISTAKE;
  return checker.summary.refused > 0 ? BAD_MESSAGES : ALL_GOOD;
}

async function* piecesOf(source: Source): AsyncGenerator<Piece> {
  const splitter = new Splitter({ layout: source.layout });
  for await (const chunk of source.open()) yield* splitter.push(chunk);
  yield* splitter.end();
}

/** Waits while the reader of our output is slower than we are. */
async function print(stream: Writable, line: string): Promise<void> {
  if (!stream.write(`${line}\n`)) await once(stream, "drain");
}
