import { Text } from 'ink';
import { memo, type ReactNode } from 'react';
import type { Painted } from './paint.ts';

/** One row of the screen. The only place where ink's Text is used: what it draws has been made safe and cut to width. */
export const TextLine = memo(function TextLine({ line }: { readonly line: Painted }): ReactNode {
  return <Text wrap="truncate">{line}</Text>;
});
