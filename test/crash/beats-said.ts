/**
 * Holds what reports say of missed beats against the frames that the journal holds: on a busy machine a beat may be
 * missing, but never without a word.
 *
 * A frame is heard that is of no lower epoch and of a higher index than all before it.
 */

export interface StoredFrame {
  readonly index: number;
  readonly epoch: number;
  readonly windowId: string;
}

export interface BeatsOfReport {
  readonly windowId: string;
  readonly fromBeat: number;
  readonly toBeat: number;
  readonly missedBeats: number;
  /** Joined midway: what was before its first frame it does not miss. */
  readonly isPartial: boolean;
}

/** `frames`: in the order of the journal. Faults are sentences. */
export function unsaidBeats(frames: readonly StoredFrame[], reports: readonly BeatsOfReport[]): string[] {
  const bars = new Map<string, { readonly first: number; heard: number }>();
  let newest: StoredFrame | undefined;
  for (const frame of frames) {
    if (newest !== undefined && (frame.epoch < newest.epoch || frame.index <= newest.index)) continue;
    newest = frame;
    const bar = bars.get(frame.windowId) ?? { first: frame.index, heard: 0 };
    bar.heard += 1;
    bars.set(frame.windowId, bar);
  }
  return reports.flatMap(({ fromBeat, isPartial, missedBeats, toBeat, windowId }) => {
    const bar = bars.get(windowId);
    if (bar === undefined) return [`window ${windowId} was reported, and no frame of it is stored`];
    const missing = toBeat - (isPartial ? bar.first : fromBeat) + 1 - bar.heard;
    return missing === missedBeats
      ? []
      : [`window ${windowId}: ${missedBeats} missed beats reported, ${missing} have no frame in the journal`];
  });
}
