/** Colours where they are wanted: on a terminal, unless NO_COLOR says no or the terminal is dumb. */
import { styleText } from "node:util";

export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
}

/** Whether a stream wants colours; https://no-color.org: any value but the empty one. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== "";
  return stream.isTTY === true && !refused && env.TERM !== "dumb";
}

const asItIs = (text: string): string => text;

const PLAIN: Paint = { strong: asItIs, faint: asItIs, good: asItIs, bad: asItIs, warn: asItIs };

// Whether colours are wanted is decided above, and not once more by Node for its own stdout.
const styled =
  (style: "bold" | "dim" | "green" | "red" | "yellow") =>
  (text: string): string =>
    styleText(style, text, { validateStream: false });

const COLOURED: Paint = {
  strong: styled("bold"),
  faint: styled("dim"),
  good: styled("green"),
  bad: styled("red"),
  warn: styled("yellow"),
};

/** A painter that colours, or leaves every text as it is. */
export function paintFor(colour: boolean): Paint {
  return colour ? COLOURED : PLAIN;
}
