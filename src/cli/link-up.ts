/** Waiting for a link on which something can be tried again. */
import type { Bus, Clock } from "../ports.ts";

/** A loss may be noticed only in a later turn: without a pause, whoever tries again would not let it come. */
const PAUSE_MS = 100;

/** Resolves when the bus is connected, not before a short pause. It may be lost again by then. */
export async function linkUp(bus: Bus, clock: Clock): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.after(PAUSE_MS, resolve);
  });
  if (bus.connected) return;
  await new Promise<void>((resolve) => {
    bus.onLink((link) => {
      if (link === "restored") resolve();
    });
  });
}
