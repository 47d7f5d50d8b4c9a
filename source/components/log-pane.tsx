import type { ReactNode } from 'react';
import type { SafeText } from '../domain/safe-text.ts';
import { Lines } from './lines.tsx';
import { type LogWindow, logLines } from './log-lines.ts';
import type { Theme } from './theme.ts';

export interface LogPaneProps extends LogWindow {
  readonly lines: readonly SafeText[];
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** A log: long lines are cut, not wrapped; it follows its end until told otherwise. */
export function LogPane({ lines, width, height, theme, ...window }: LogPaneProps): ReactNode {
  return (
    <Lines lines={logLines(lines, height, window)} width={width} height={height} theme={theme} />
  );
}
