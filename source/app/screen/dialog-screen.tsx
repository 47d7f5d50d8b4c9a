import { Box } from 'ink';
import type { ReactNode } from 'react';
import { DialogBox, insideWidth } from '../../components/dialog.tsx';
import type { Line, Tone } from '../../components/line.ts';
import { Lines } from '../../components/lines.tsx';
import type { Theme } from '../../components/theme.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import { type Layout, rowsAbove } from '../model/layout.ts';

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
  /** Drawn in place of the lines, as high as they are. */
  readonly body?: (inside: number, height: number) => ReactNode;
  /** Rows it is placed for: one that grows and shrinks while it is used keeps its upper edge. */
  readonly tallest?: number;
}

/** Fewer cells than this on either side show nothing worth seeing: the dialog takes them. */
const narrowest = 4;

/** Cells of a dialog that would like to have `most`. */
export function dialogWidth(most: number, columns: number): number {
  return columns - most < 2 * narrowest ? columns : most;
}

/**
 * A dialog in the middle of the view's place, over what is shown there; for a screen reader it is there alone. What does not
 * fit its height is cut at the end, never the question.
 */
export function DialogScreen(props: DialogScreenProps): ReactNode {
  const { layout, theme, plain, title, tone, most = 78 } = props;
  const width = dialogWidth(most, layout.columns);
  const inside = insideWidth(width, plain);
  const room = Math.max(1, layout.body - 2);
  const lines = props.lines(inside, room);
  const height = Math.min(lines.length, room);
  const placed = Math.max(height, Math.min(props.tallest ?? 0, room));
  const place = {
    top: rowsAbove + Math.floor((room - placed) / 2),
    left: Math.floor((layout.columns - width) / 2),
  };
  return (
    <Box
      {...(plain ? { height: layout.body } : { position: 'absolute', ...place })}
      width={width}
      flexDirection="column"
      flexShrink={0}
    >
      <DialogBox
        title={title}
        width={width}
        height={height}
        theme={theme}
        plain={plain}
        {...(tone ? { tone } : {})}
      >
        {props.body ? (
          props.body(inside, height)
        ) : (
          <Lines lines={lines} width={inside} height={height} theme={theme} />
        )}
      </DialogBox>
    </Box>
  );
}
