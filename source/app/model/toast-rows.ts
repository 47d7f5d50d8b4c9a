import type { Line } from '../../components/line.ts';
import { type MessageKind, toastLines } from '../../components/messages.ts';
import type { Toast } from '../ui/state.ts';

const kinds: readonly string[] = ['good', 'warn', 'bad'] satisfies MessageKind[];
/** Wider than any message: it stays one line, which is cut where the screen ends. */
const unbroken = 10_000;

/** The messages as rows, the newest at the bottom and first to get room; what one says is wrapped as far as there is any. */
export function toastRows(toasts: readonly Toast[], columns: number, room: number): Line[] {
  let rows: Line[] = [];
  for (const { tone, text } of [...toasts].reverse()) {
    const left = room - rows.length;
    if (left <= 0) break;
    const kind = kinds.includes(tone) ? (tone as MessageKind) : 'info';
    rows = [...toastLines({ kind, text }, left === 1 ? unbroken : columns - 1, left), ...rows];
  }
  return rows;
}
