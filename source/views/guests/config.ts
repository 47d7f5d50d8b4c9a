import { textLine } from '../../components/compose.ts';
import type { Column } from '../../components/table/columns.ts';
import { detailOf } from '../../domain/detail.ts';
import { count, NOT_APPLICABLE } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import type { ConfigEntry } from '../../domain/guest-detail.ts';
import { say } from '../../domain/safe-text.ts';
import { detailEmpty, detailNotes } from '../freshness.ts';
import type { TabTable, ViewContext } from '../types.ts';

export function isPending(entry: ConfigEntry): boolean {
  return entry.pending !== undefined || entry.pendingDelete === true;
}

export const configColumns: readonly Column<ConfigEntry>[] = [
  {
    id: 'key',
    title: say`Key`,
    min: 14,
    max: 24,
    priority: 0,
    cell: (entry) => [
      { text: isPending(entry) ? say`⚠ ` : say`  `, tone: 'warn' },
      { text: entry.key },
    ],
    sortValue: (entry) => entry.key,
  },
  {
    id: 'value',
    title: say`Running value`,
    min: 20,
    max: 120,
    grow: 2,
    priority: 0,
    cell: (entry) =>
      entry.value === undefined ? { text: NOT_APPLICABLE, tone: 'dim' } : { text: entry.value },
    sortValue: (entry) => entry.value,
  },
  {
    id: 'pending',
    title: say`At the next start`,
    min: 18,
    max: 80,
    grow: 1,
    priority: 0,
    cell: (entry) => {
      if (entry.pendingDelete) return { text: say`removed`, tone: 'warn' };
      if (entry.pending !== undefined) return { text: entry.pending, tone: 'warn' };
      return { text: say`same`, tone: 'dim' };
    },
    sortValue: (entry) => (isPending(entry) ? 'a' : undefined),
  },
];

export function configTable(guest: Guest, context: ViewContext): TabTable<ConfigEntry> {
  const source = detailOf(context.details, 'guest.pending', guestKey(guest));
  const waiting = source.data?.filter(isPending).length ?? 0;
  const notes = detailNotes(source, context);
  return {
    kind: 'table',
    columns: configColumns,
    rows: source.data ?? [],
    rowKey: ({ key }) => key,
    empty: detailEmpty(source, say`no configuration told`),
    notes:
      waiting === 0
        ? notes
        : [
            ...notes,
            textLine(say`⚠ ${count(waiting, 'change')} waiting for the next start`, 'warn'),
          ],
    configRow: ({ key, value }) => (value === undefined ? { key } : { key, value }),
    copies: ({ key, value }) =>
      value === undefined ? [] : [{ label: say`value of ${key}`, text: value }],
  };
}
