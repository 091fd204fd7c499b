/**
 * What is kept fresh while it is open: asked for at once, and again when a beat has passed.
 *
 * Beats may be shorter than an answer takes: a question is never dropped for the same one, which would never be
 * answered either.
 */
import { useEffect, useMemo } from "preact/hooks";
import { Fetcher } from "../score/fetcher.ts";
import { type Answer, ask } from "../wire/ask.ts";
import { later, now } from "./clock.ts";

interface Freshly<Body> {
  readonly path: string;
  take(answer: Answer<Body>): void;
}

/** Asks for a path as often as it is told, one question at a time. */
export function fresh<Body>({ path, take }: Freshly<Body>): Fetcher {
  return new Fetcher({
    ask: async (signal) => take(await ask<Body>(path, signal)),
    nowMs: now,
    later,
    // What was opened is asked for also in a tab that is looked at later.
    isSeen: () => true,
  });
}

/** @param beat with each change it is asked again */
export function useFresh<Body>(wish: Freshly<Body>, beat: number | undefined): void {
  const fetcher = useMemo(() => fresh(wish), [wish.path]);
  useEffect(() => fetcher.askSoon(), [fetcher, beat]);
  useEffect(() => () => fetcher.stop(), [fetcher]);
}
