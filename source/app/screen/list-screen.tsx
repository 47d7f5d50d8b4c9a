import { type ReactNode, useMemo } from 'react';
import { PaintedLines } from '../../components/lines.tsx';
import { createListPainter, type ListFrame } from '../frame/list-frame.ts';

/** A list view: title, table or the reason why it is empty, preview beside it when there is room. */
export function ListScreen(frame: ListFrame): ReactNode {
  const paint = useMemo(createListPainter, []);
  const { columns, body } = frame.layout;
  return <PaintedLines lines={paint(frame)} width={columns} height={body} />;
}
