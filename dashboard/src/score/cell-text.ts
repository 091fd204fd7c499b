/** One cell in words, with its place in its bar. */
import { stateOfCode } from "../wire/letters.ts";
import { cellSentence } from "../words/states.ts";
import type { Row } from "./rows.ts";
import { currentBeat, visibleBars } from "./sight.ts";

export function cellText(row: Row, onBeat: number): string {
  const bar = visibleBars.value.find(({ fromBeat, toBeat }) => fromBeat <= onBeat && onBeat <= toBeat);
  return cellSentence({
    beat: onBeat,
    state: stateOfCode(row.cell(onBeat)),
    isFuture: onBeat > (currentBeat.value ?? 0),
    beatOfBar: bar && onBeat - bar.fromBeat + 1,
    barLength: bar && bar.toBeat - bar.fromBeat + 1,
  });
}
