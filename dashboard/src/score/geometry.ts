/**
 * Where beats and lanes lie on the score, in CSS pixels. Pure arithmetic; what is drawn there is draw.ts's.
 *
 * Bars stand still and the playhead moves through the open one, as in sheet music: the last beat of the open bar is
 * at the right edge, so the page turns once a bar and not once a beat. Only where a bar is wider than the page does
 * the page follow the playhead.
 */

export interface Span {
  readonly fromBeat: number;
  /** Inclusive. */
  readonly toBeat: number;
}

export interface Columns extends Span {
  readonly cellWidth: number;
  /** Left edge of the first column; 0 or less: it may be cut by the edge of the score. */
  readonly leftPx: number;
  /** Where the columns end. */
  readonly rightPx: number;
}

export interface ColumnsWish {
  readonly widthPx: number;
  /** The open bar; `toBeat` of an open bar is the end that is expected. */
  readonly openBar: Span;
  readonly currentBeat: number;
  /** How many bars should be seen at once; what fits decides. */
  readonly barsWanted: number;
  /** Beats before this one are not remembered. */
  readonly oldestBeat: number;
}

/** Below that two states beside each other cannot be told apart. */
const CELL_WIDTH_MIN = 3;

/** Above that a beat takes more room than it has to say. */
const CELL_WIDTH_MAX = 44;

/** Beats of the future that stay in sight where a bar is wider than the page. */
const BEATS_AHEAD = 2;

/** The columns that fit. Whole pixels, so that cells have sharp edges. */
export function layOutColumns(wish: ColumnsWish): Columns {
  const { barsWanted, currentBeat, oldestBeat, openBar, widthPx } = wish;
  const barBeats = Math.max(1, openBar.toBeat - openBar.fromBeat + 1);
  const wanted = Math.floor(widthPx / (barBeats * Math.max(1, barsWanted)));
  const cellWidth = Math.min(CELL_WIDTH_MAX, Math.max(CELL_WIDTH_MIN, wanted));
  const fitting = Math.max(1, Math.floor(widthPx / cellWidth));
  const isWholeBarSeen = fitting >= barBeats;
  const toBeat = isWholeBarSeen
    ? openBar.toBeat
    : Math.min(openBar.toBeat, Math.max(currentBeat + BEATS_AHEAD, openBar.fromBeat + fitting - 1));
  // One more than fits: the oldest column is cut by the edge, which says that there is more.
  const oldest = Math.min(oldestBeat, openBar.fromBeat);
  const fromBeat = Math.max(oldest, toBeat - Math.ceil(widthPx / cellWidth) + 1);
  const columnsPx = (toBeat - fromBeat + 1) * cellWidth;
  // A young cluster fills the page from the left.
  const leftPx = columnsPx < widthPx ? 0 : widthPx - columnsPx;
  return { fromBeat, toBeat, cellWidth, leftPx, rightPx: leftPx + columnsPx };
}

/** Left edge of a beat's column. */
export function beatX({ cellWidth, fromBeat, leftPx }: Columns, beat: number): number {
  return leftPx + (beat - fromBeat) * cellWidth;
}

/** The beat at a place; undefined beside the columns. */
export function beatAt(columns: Columns, x: number): number | undefined {
  const { cellWidth, fromBeat, leftPx, toBeat } = columns;
  const beat = fromBeat + Math.floor((x - leftPx) / cellWidth);
  return beat < fromBeat || beat > toBeat || x < 0 ? undefined : beat;
}

export interface LaneRange {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Top edge of the first lane: 0 or less, since it may be cut. */
  readonly topPx: number;
}

export interface LanesWish {
  readonly scrollTopPx: number;
  readonly heightPx: number;
  readonly laneHeight: number;
  readonly lanes: number;
}

/** The lanes that are in sight. Nobody sees beyond the last one, where a longer list may have been scrolled to. */
export function layOutLanes({ heightPx, laneHeight, lanes, scrollTopPx }: LanesWish): LaneRange {
  const fromPx = Math.max(0, Math.min(scrollTopPx, lanes * laneHeight - heightPx));
  const first = Math.floor(fromPx / laneHeight);
  const topPx = first * laneHeight - fromPx;
  const end = Math.min(lanes, first + Math.ceil((heightPx - topPx) / laneHeight));
  return { first, end: Math.max(first, end), topPx };
}

/** How far to scroll so that a lane is in sight; the same place if it is. */
export function scrollToLane(lane: number, wish: LanesWish): number {
  const { heightPx, laneHeight, scrollTopPx } = wish;
  const [top, bottom] = [lane * laneHeight, (lane + 1) * laneHeight];
  if (top < scrollTopPx) return top;
  if (bottom > scrollTopPx + heightPx) return bottom - heightPx;
  return scrollTopPx;
}
