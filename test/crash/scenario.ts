/** What a scenario of the crash tests is, and what it has to tell. */
import type { SeededRandom } from "../../src/sim/random.ts";
import { waitFor } from "../support/wait-for.ts";
import type { Verdict } from "./judge.ts";

export interface ScenarioOptions {
  readonly random: SeededRandom;
  readonly seed: number;
  /**
   * The short form, for CI: few of each kind of fault, several scenarios at a time, beside whatever else the machine does.
   * It judges what must hold (nothing lost, twice, out of order or unsaid), and shows what goes by a clock.
   */
  readonly isShort: boolean;
  /** Says how far it is. */
  readonly say: (text: string) => void;
}

export interface Outcome {
  readonly faults: readonly string[];
  /** Figures of this run, as they are shown. */
  readonly figures: Readonly<Record<string, number | string>>;
}

export interface Scenario {
  readonly name: string;
  /** One line: what is killed, and what must hold. */
  readonly about: string;
  run(options: ScenarioOptions): Promise<Outcome>;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Far more than anything takes that happens at all: what is late is a figure, not a fault. */
const DEADLINE_MS = 60_000;
/** A look may ask a program, or a server: not so often that it is the load. */
const LOOK_EVERY_MS = 50;

/** Waits for something that must happen, however busy the machine is. */
export function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const seldom = async () => {
    const seen = await look();
    if (seen === undefined || seen === false) await pause(LOOK_EVERY_MS);
    return seen;
  };
  return waitFor(what, seldom, DEADLINE_MS);
}

/** Faults that go by a clock: judged where nothing else runs, in the long form. */
export function byTheClock(isShort: boolean, faults: readonly string[]): readonly string[] {
  return isShort ? [] : faults;
}

/** A verdict's figures in the words of the table. */
export function shown({ figures }: Verdict): Record<string, number> {
  const { acked, ackedLost, counted, duplicate, late, open, reports, resent } = figures;
  return { reports, acked, "acked lost": ackedLost, counted, duplicate, late, "still open": open, resent };
}

/** The largest, and the value below which 99 of 100 lie. */
export function spreadOf(valuesMs: readonly number[]): { readonly p99: number; readonly max: number } {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p99: at(0.99), max: at(1) };
}
