import type { ReactNode } from 'react';
import type { Line } from './line.ts';
import { Lines } from './lines.tsx';
import type { Theme } from './theme.ts';

export interface TextLinesProps {
  readonly lines: readonly Line[];
  /** Index of the first line drawn; clamped, so that the last page is full. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** The first line that can stand at the top: the end of the text never leaves the bottom of a full page. */
export function clampTop(top: number, count: number, height: number): number {
  return Math.max(0, Math.min(top, count - height));
}

/** A block of lines that scrolls. */
export function TextLines({ lines, top, width, height, theme }: TextLinesProps): ReactNode {
  const first = clampTop(top, lines.length, height);
  return (
    <Lines lines={lines.slice(first, first + height)} width={width} height={height} theme={theme} />
  );
}
