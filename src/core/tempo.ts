/**
 * Tempo: beats per minute, held as integer tenths inside, so that every comparison is exact.
 *
 * On the wire a tempo is a number in steps of 0.1; naive division refuses a third of the legal ones, so reading
 * compares with a tolerance. Which changes are allowed is tempo-change.ts.
 */

/** Slowest tempo: 1 tenth, a beat each ten minutes. */
export const TEMPO_TENTHS_MIN = 1;

/** Fastest tempo: 1000 BPM, a beat each 60 ms. */
export const TEMPO_TENTHS_MAX = 10_000;

const TENTHS_PER_BPM = 10;
const TENTHS_MS = 600_000;

/** How far from a whole tenth a number may be and still mean it: far above rounding, far below a typing error. */
const TENTHS_TOLERANCE = 1e-6;

/** A tempo in BPM as integer tenths; undefined unless it is 0.1 … 1000 in steps of 0.1. */
export function tempoTenthsOf(tempoBpm: number): number | undefined {
  const tenths = nearestTenths(tempoBpm);
  if (!(Math.abs(tempoBpm * TENTHS_PER_BPM - tenths) <= TENTHS_TOLERANCE)) return undefined;
  return tenths >= TEMPO_TENTHS_MIN && tenths <= TEMPO_TENTHS_MAX ? tenths : undefined;
}

/** A tempo that the schema has admitted, as integer tenths. */
export function nearestTenths(tempoBpm: number): number {
  return Math.round(tempoBpm * TENTHS_PER_BPM);
}

/** Tenths as BPM, as they are written on the wire: a whole tempo is an integer (`2`, not `2.0`). */
export function bpmOf(tempoTenths: number): number {
  return tempoTenths / TENTHS_PER_BPM;
}

/** Milliseconds from one beat to the next. */
export function beatDurationMs(tempoTenths: number): number {
  return TENTHS_MS / tempoTenths;
}

/** Milliseconds that so many beats take; multiplied first, so that no rounding adds up over beats. */
export function beatsMs(tempoTenths: number, beats: number): number {
  return (beats * TENTHS_MS) / tempoTenths;
}
