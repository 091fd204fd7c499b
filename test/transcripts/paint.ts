/** A paint that can be read: what would be coloured stands in brackets behind a letter. */
import type { Paint } from "../../src/cli/paint.ts";

export const lettersPaint: Paint = {
  strong: (text) => `S[${text}]`,
  faint: (text) => `F[${text}]`,
  good: (text) => `G[${text}]`,
  bad: (text) => `B[${text}]`,
  warn: (text) => `W[${text}]`,
};
