/** Progress as a command prints it: found in a line by the pattern of whoever knows the command. Pure. */

/** How far a command says it is, and the line that says so. */
export interface SaidProgress {
  /** 0 to 1. */
  readonly progress: number;
  /** For people, within the limits of the wire. */
  readonly note: string;
}

/** The limit of the wire, in characters (code points). */
const NOTE_CHARACTERS_MAX = 256;

const PERCENT = 100;

/**
 * What a line says: one group of `pattern` is percent, two are n of m. Undefined where the line says nothing, or
 * nothing that makes sense (0 of 0). Beyond the ends counts as the end.
 */
export function progressIn(line: string, pattern: RegExp): SaidProgress | undefined {
  const match = pattern.exec(line);
  if (match === null) return undefined;
  const [, first, second] = match;
  const progress = match.length > 2 ? numberIn(first) / numberIn(second) : numberIn(first) / PERCENT;
  if (!Number.isFinite(progress)) return undefined;
  return { progress: Math.min(1, Math.max(0, progress)), note: noteOf(line) };
}

/** Takes `12`, `12.5`, `12,5` and `1,234,567`; NaN for anything else. */
function numberIn(text: string | undefined): number {
  const trimmed = (text ?? "").trim();
  if (/^\d{1,3}(,\d{3})+$/.test(trimmed)) return Number(trimmed.replaceAll(",", ""));
  return /^\d+([.,]\d+)?$/.test(trimmed) ? Number(trimmed.replace(",", ".")) : Number.NaN;
}

/** A line as a note: blanks at its ends dropped, cut to what the wire takes. */
export function noteOf(line: string): string {
  const trimmed = line.trim();
  if (trimmed.length <= NOTE_CHARACTERS_MAX) return trimmed;
  return [...trimmed].slice(0, NOTE_CHARACTERS_MAX).join("");
}
