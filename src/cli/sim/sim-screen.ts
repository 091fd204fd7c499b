/**
 * Where a simulation says what: the start, a row a beat and the totals to stderr, rows only on a terminal; with
 * --json the beats and the totals as lines of data to stdout. Quiet, it says nothing.
 */
import type { FleetSettings } from "../../sim/fleet-settings.ts";
import type { CommandContext } from "../command.ts";
import { type Paint, paintFor } from "../paint.ts";
import { type BeatRecord, claimsOf, type RunTotals } from "./beat-record.ts";
import { beatRow, headerLine, ROWS_PER_HEADER, startLine, totalsLines } from "./sim-lines.ts";

export interface SimScreenSettings {
  readonly clusterId: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** State: rows since the last header, and whether there was a beat. */
export class SimScreen {
  readonly #settings: SimScreenSettings;
  readonly #fleet: FleetSettings;
  readonly #context: Pick<CommandContext, "colour" | "stderr" | "stdout">;
  readonly #paint: Paint;
  readonly #hasRows: boolean;
  #rows = 0;

  constructor(
    settings: SimScreenSettings,
    parts: {
      readonly fleet: FleetSettings;
      readonly context: Pick<CommandContext, "colour" | "stderr" | "stdout">;
    },
  ) {
    const { context, fleet } = parts;
    const isTerminal = (context.stderr as { readonly isTTY?: boolean }).isTTY === true;
    this.#settings = settings;
    this.#fleet = fleet;
    this.#context = context;
    this.#paint = paintFor(context.colour.stderr);
    this.#hasRows = isTerminal && !settings.quiet && !settings.json;
  }

  start(): void {
    this.#note(startLine(this.#fleet, this.#settings.clusterId));
  }

  /** A line about the run. */
  say(text: string): void {
    this.#note(this.#paint.faint(text));
  }

  beat(record: BeatRecord): void {
    if (this.#settings.json) {
      const { beat, local, results, silent, states } = record;
      this.#data({
        kind: "beat",
        beat_index: beat,
        local,
        claims: claimsOf(record),
        states,
        silent,
        results,
      });
    }
    if (!this.#hasRows) return;
    if (this.#rows % ROWS_PER_HEADER === 0) this.#note(this.#paint.faint(headerLine()));
    this.#rows += 1;
    this.#note(beatRow(record, this.#paint));
  }

  end(totals: RunTotals, runMs: number): void {
    if (this.#settings.json) {
      const { beats, localBeats, results, silent, states } = totals;
      const counts = { beats, local_beats: localBeats, claims: claimsOf(totals), states, silent, results };
      this.#data({ kind: "total", seed: this.#fleet.seed, ...counts });
    }
    for (const line of totalsLines(totals, runMs)) this.#note(line);
  }

  #note(line: string): void {
    if (!this.#settings.quiet) this.#context.stderr.write(`${line}\n`);
  }

  #data(value: object): void {
    this.#context.stdout.write(`${JSON.stringify(value)}\n`);
  }
}
