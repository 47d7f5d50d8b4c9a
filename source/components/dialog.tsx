import { Box } from 'ink';
import type { ReactNode } from 'react';
import { type SafeText, say } from '../domain/safe-text.ts';
import { segment } from './compose.ts';
import type { Line, Tone } from './line.ts';
import { Lines } from './lines.tsx';
import { fitLine, paintLine } from './paint.ts';
import { TextLine } from './text-line.tsx';
import type { Theme } from './theme.ts';
import { cut, displayWidth } from './width.ts';

export interface DialogBoxProps {
  readonly title: SafeText;
  /** Cells of the whole box, border included. */
  readonly width: number;
  /** Rows of its contents. */
  readonly height: number;
  readonly theme: Theme;
  readonly tone?: Tone;
  /** For screen readers: the title as a line, no border. */
  readonly plain?: boolean;
  readonly children: ReactNode;
}

/** Cells inside a box of `width`. */
export function insideWidth(width: number, plain = false): number {
  return Math.max(1, plain ? width : width - 4);
}

function upperRule(title: SafeText, width: number, tone: Tone): Line {
  const shown = cut(title, Math.max(1, width - 6)) as SafeText;
  const rule = '─'.repeat(Math.max(0, width - 5 - displayWidth(shown))) as SafeText;
  return fitLine(
    [
      segment(say`┌─ `, tone),
      { text: shown, tone: 'heading' },
      segment(say` `),
      segment(rule, tone),
      segment(say`┐`, tone),
    ],
    width,
  );
}

function lowerRule(width: number, tone: Tone): Line {
  return [segment(`└${'─'.repeat(Math.max(0, width - 2))}┘` as SafeText, tone)];
}

/** The empty box. Every cell of it is written, so that nothing below shines through. */
function sheet(props: DialogBoxProps): readonly Line[] {
  const { title, width, height, tone = 'dim' } = props;
  const side = segment(say`│`, tone);
  const row: Line = [side, segment(' '.repeat(Math.max(0, width - 2)) as SafeText), side];
  return [
    upperRule(title, width, tone),
    ...Array.from({ length: height }, () => row),
    lowerRule(width, tone),
  ];
}

/** A titled box. Its contents must be {@link insideWidth} cells wide; they are written over the empty box. */
export function DialogBox(props: DialogBoxProps): ReactNode {
  const { title, width, height, theme, plain = false, children } = props;
  if (plain) {
    return (
      <Box flexDirection="column" width={width} flexShrink={0}>
        <TextLine line={paintLine([{ text: title, tone: 'heading' }], width, theme)} />
        {children}
      </Box>
    );
  }
  return (
    <Box flexDirection="column" width={width} height={height + 2} flexShrink={0}>
      <Lines lines={sheet(props)} width={width} height={height + 2} theme={theme} />
      <Box
        position="absolute"
        top={1}
        left={2}
        width={insideWidth(width)}
        height={height}
        flexDirection="column"
      >
        {children}
      </Box>
    </Box>
  );
}
