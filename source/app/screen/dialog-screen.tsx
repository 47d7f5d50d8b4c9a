import { Box } from 'ink';
import type { ReactNode } from 'react';
import { DialogBox, insideWidth } from '../../components/dialog.tsx';
import type { Line, Tone } from '../../components/line.ts';
import { Lines } from '../../components/lines.tsx';
import type { Theme } from '../../components/theme.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Layout } from '../model/layout.ts';

export interface DialogScreenProps {
  readonly title: SafeText;
  readonly tone?: Tone;
  readonly plain: boolean;
  readonly layout: Layout;
  readonly theme: Theme;
  /** Widest the dialog may become. */
  readonly most?: number;
  /** Its contents for the cells inside; made here because the width decides the wrapping. */
  readonly lines: (inside: number, height: number) => readonly Line[];
  readonly body?: (inside: number, height: number) => ReactNode;
}

/** A dialog in the middle of the view's place. What does not fit its height is cut at the end, never the question. */
export function DialogScreen(props: DialogScreenProps): ReactNode {
  const { layout, theme, plain, title, tone, most = 78 } = props;
  const width = Math.min(most, layout.columns - 2);
  const inside = insideWidth(width, plain);
  const room = Math.max(1, layout.body - 2);
  const lines = props.lines(inside, room);
  const height = Math.min(lines.length, room);
  return (
    <Box
      width={layout.columns}
      height={layout.body}
      alignItems="center"
      justifyContent="center"
      flexDirection="column"
      flexShrink={0}
    >
      <DialogBox
        title={title}
        width={width}
        theme={theme}
        plain={plain}
        {...(tone ? { tone } : {})}
      >
        {props.body ? (
          props.body(inside, room)
        ) : (
          <Lines lines={lines} width={inside} height={height} theme={theme} />
        )}
      </DialogBox>
    </Box>
  );
}
