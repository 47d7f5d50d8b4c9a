import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Line } from './line.ts';
import { type Painted, paintLine } from './paint.ts';
import { TextLine } from './text-line.tsx';
import type { Theme } from './theme.ts';

export interface LinesProps {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly theme: Theme;
  /** Fixed height in rows; more lines are not drawn, fewer leave it blank. */
  readonly height?: number;
}

/** Draws lines from the top, one text each. */
export function Lines({ lines, width, theme, height }: LinesProps): ReactNode {
  const shown = height === undefined ? lines : lines.slice(0, Math.max(0, height));
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen.
        <TextLine key={index} line={paintLine(line, width, theme)} />
      ))}
    </Box>
  );
}

/** Draws lines that are painted already, each exactly `width` cells. */
export function PaintedLines({
  lines,
  width,
  height,
}: {
  readonly lines: readonly Painted[];
  readonly width: number;
  readonly height: number;
}): ReactNode {
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen.
        <TextLine key={index} line={line} />
      ))}
    </Box>
  );
}
