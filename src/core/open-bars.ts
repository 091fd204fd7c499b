/**
 * The bars that are open, and the one before them: at most two take claims, a third is looked back upon (R4).
 *
 * It holds and hands over; what closes a bar, and where one begins, is decided in aggregator.ts.
 */
import { BarAgents } from "./bar-agents.ts";
import { KnownAgents } from "./known-agents.ts";
import type { Limits } from "./limits.ts";
import type { Pieces, SnapshotReader } from "./snapshot-format.ts";
import { Window, type WindowStart } from "./window.ts";

/** State: the windows, and the agents that stand in them. */
export class OpenBars {
  readonly #limits: Limits;
  #known = new KnownAgents();
  #current: Window | undefined;
  #closing: Window | undefined;
  #before: Window | undefined;
  /** Columns for the next bar to open: a bar that nobody looks back upon any more has no use for them. */
  #spare: BarAgents | undefined;
  #opened = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get known(): KnownAgents {
    return this.#known;
  }

  /** The bar of the newest frame. */
  get current(): Window | undefined {
    return this.#current;
  }

  /** The bar that is over and still takes claims. */
  get closing(): Window | undefined {
    return this.#closing;
  }

  /** The last bar that was closed. */
  get before(): Window | undefined {
    return this.#before;
  }

  /** Bars that were ever opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Newest first; at most two. */
  all(): Window[] {
    return [this.#current, this.#closing].filter((window) => window !== undefined);
  }

  /** The open ones and the one before, newest first. */
  remembered(): Window[] {
    return [this.#current, this.#closing, this.#before].filter((window) => window !== undefined);
  }

  oldest(): Window | undefined {
    return this.#closing ?? this.#current;
  }

  /** The open bar that holds a beat that has come. */
  holderOf(beat: number): Window | undefined {
    if (this.#current !== undefined && beat >= this.#current.fromBeat) return this.#current;
    return this.#closing !== undefined && beat >= this.#closing.fromBeat ? this.#closing : undefined;
  }

  /** The bar that an open one looks back upon. */
  beforeOf(window: Window): Window | undefined {
    return window === this.#current ? (this.#closing ?? this.#before) : this.#before;
  }

  /** Opens a bar; the current one, if there is one, is over. */
  open(start: WindowStart): Window {
    const agents = this.#spare ?? new BarAgents(this.#limits);
    this.#spare = undefined;
    this.#opened += 1;
    const window = new Window(start, this.#partsOf(agents.begin(this.#opened)));
    this.#closing = this.#current;
    this.#current = window;
    return window;
  }

  /** An open bar, the oldest, takes no more claims and is looked back upon. */
  close(window: Window): void {
    if (window === this.#current) this.#current = undefined;
    this.#closing = undefined;
    window.agents.close();
    this.#known.forgetBefore(window.agents.number);
    this.#spare = this.#before?.agents;
    this.#before = window;
  }

  /** Nothing is looked back upon any more, and no agent is known. All must be closed. */
  forget(): void {
    this.#before = undefined;
    this.#known = new KnownAgents();
  }

  /** Which windows there are, as `load` needs to be told. */
  get shape(): readonly [opened: number, current: boolean, closing: boolean, before: boolean] {
    const [current, closing, before] = [this.#current, this.#closing, this.#before];
    return [this.#opened, current !== undefined, closing !== undefined, before !== undefined];
  }

  *save(): Pieces {
    yield* this.#known.save();
    for (const window of this.remembered()) yield* window.save();
  }

  load(reader: SnapshotReader, [opened, hasCurrent, hasClosing, hasBefore]: OpenBars["shape"]): void {
    this.#opened = opened;
    this.#known.load(reader);
    const window = (isThere: boolean) =>
      isThere ? Window.load(reader, this.#partsOf(new BarAgents(this.#limits))) : undefined;
    this.#current = window(hasCurrent);
    this.#closing = window(hasClosing);
    this.#before = window(hasBefore);
  }

  #partsOf(agents: BarAgents) {
    return { agents, agentsMax: this.#limits.agentsPerWindow, known: this.#known };
  }
}
