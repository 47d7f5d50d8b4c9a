/** Which rows of a list are on the screen. `cursor` and `top` are row indexes from 0, `height` rows of the screen. */
export interface WindowState {
  readonly top: number;
  readonly cursor: number;
  readonly count: number;
  readonly height: number;
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/** The nearest cursor that exists; -1 in an empty list. */
export function clampCursor(cursor: number, count: number): number {
  return count === 0 ? -1 : clamp(cursor, 0, count - 1);
}

/** The first row to draw so that the cursor is visible, moving the window as little as possible and leaving no gap below. */
export function windowTop({ top, cursor, count, height }: WindowState): number {
  if (height <= 0 || count <= height) return 0;
  const lowest = count - height;
  const at = clampCursor(cursor, count);
  if (at < top) return clamp(at, 0, lowest);
  if (at >= top + height) return clamp(at - height + 1, 0, lowest);
  return clamp(top, 0, lowest);
}

export type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

/** Where the cursor goes. A page is the height less one row, so that one row stays in sight. */
export function moveCursor(state: WindowState, move: Move): number {
  const page = Math.max(1, state.height - 1);
  const steps: Readonly<Record<Move, number>> = {
    up: state.cursor - 1,
    down: state.cursor + 1,
    'page-up': state.cursor - page,
    'page-down': state.cursor + page,
    first: 0,
    last: state.count - 1,
  };
  return clampCursor(steps[move], state.count);
}
