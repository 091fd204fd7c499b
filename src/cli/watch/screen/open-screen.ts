/** A screen put together: what it knows, what is drawn, where, and what keys do. */
import type { Subjects } from "../../../contracts/subjects.ts";
import type { Bus, Clock } from "../../../ports.ts";
import { paintFor } from "../../paint.ts";
import type { WatchEye } from "../eye.ts";
import { FleetFold } from "./fleet-fold.ts";
import { ScreenEye } from "./screen-eye.ts";
import { screenPaint } from "./screen-paint.ts";
import { type Key, Terminal, type TerminalStreams } from "./terminal.ts";

export interface ScreenOptions {
  readonly clusterId: string;
  readonly subjects: Subjects;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly colour: boolean;
  /** The first screen is there again, also after a sudden end. */
  readonly left: () => void;
  /** The last words. */
  readonly ended: (summary: readonly string[]) => void;
  readonly quit: () => void;
}

/** Takes the terminal until it is told that nothing more will come. */
export function openScreen(streams: TerminalStreams, options: ScreenOptions): WatchEye {
  const { bus, clock, clusterId, colour, ended, left, quit, subjects } = options;
  const terminal = new Terminal(streams, {
    key: (key) => act(key),
    resized: () => eye.draw(),
    closed: left,
  });
  const eye = new ScreenEye({
    clusterId,
    clock,
    fold: new FleetFold({ bus, clock, clusterId, subjects }),
    paint: screenPaint(paintFor(colour), colour),
    size: () => terminal.size,
    show: (lines) => terminal.show(lines),
    end: (summary) => {
      terminal.close();
      ended(summary);
    },
  });
  return eye;

  function act(key: Key): void {
    if (key === "quit") quit();
    else if (key === "home") eye.home();
    else if (key === "up" || key === "down") eye.scroll({ lanes: key === "up" ? -1 : 1 });
    else eye.scroll({ pages: key === "page-up" ? -1 : 1 });
  }
}
