/** One cell in words, with its place in its bar. */
import { beat } from "../page/store.ts";
import { stateOfCode } from "../wire/letters.ts";
import { cellSentence } from "../words/states.ts";
import type { Row } from "./rows.ts";
import { visibleBars } from "./sight.ts";

export function cellText(row: Row, onBeat: number): string {
  const bar = visibleBars.value.find(({ fromBeat, toBeat }) => fromBeat <= onBeat && onBeat <= toBeat);
  return cellSentence({
    beat: onBeat,
    state: stateOfCode(row.cell(onBeat)),
    isFuture: onBeat > (beat.value?.beat_index ?? 0),
    beatOfBar: bar && onBeat - bar.fromBeat + 1,
    barLength: bar && bar.toBeat - bar.fromBeat + 1,
  });
}
