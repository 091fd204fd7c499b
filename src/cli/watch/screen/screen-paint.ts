/** Colours of the screen. Never the only sign: a cell is a letter, too. */
import { styleText } from "node:util";
import type { Paint } from "../../paint.ts";

export interface ScreenPaint extends Paint {
  plain(text: string): string;
  bar(text: string): string;
  /** One letter of a lane: the state, or `.` for nothing seen. */
  cell(letter: string): string;
}

type Style = Parameters<typeof styleText>[0];

/** Dark letters on light grounds; quiet states are quiet, those that ask for somebody are loud. */
const CELL_STYLES: Readonly<Record<string, Style>> = {
  ".": "dim",
  i: "dim",
  p: ["black", "bgCyan"],
  e: ["black", "bgGreen"],
  r: ["black", "bgCyanBright"],
  c: ["black", "bgGreenBright", "bold"],
  f: ["white", "bgRed", "bold"],
  b: ["black", "bgYellow"],
  h: ["white", "bgMagenta"],
};

/** On top of the colours of lines. */
export function screenPaint(paint: Paint, colour: boolean): ScreenPaint {
  const styled = (style: Style, text: string) => styleText(style, text, { validateStream: false });
  return {
    ...paint,
    plain: (text) => text,
    bar: (text) => (colour ? styled("green", text) : text),
    cell: (letter) => {
      const style = CELL_STYLES[letter];
      return colour && style !== undefined ? styled(style, letter) : letter;
    },
  };
}
