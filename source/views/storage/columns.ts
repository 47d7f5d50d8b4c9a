import { bar, storageLimits, toneOfFraction } from '../../components/bar.ts';
import type { Column } from '../../components/table/columns.ts';
import { age, bytes, UNKNOWN, usedOf } from '../../domain/format.ts';
import { joinSafe, say } from '../../domain/safe-text.ts';
import { siteColumn } from '../site-column.ts';
import { type StorageRow, storageFraction, storageState } from './rows.ts';

function free({ primary }: StorageRow): number | undefined {
  return primary.disk === undefined || primary.maxdisk === undefined
    ? undefined
    : primary.maxdisk - primary.disk;
}

function lastSeen(row: StorageRow): number | undefined {
  const seen = row.members.flatMap(({ seenAt }) => (seenAt === undefined ? [] : [seenAt]));
  return seen.length === 0 ? undefined : Math.max(...seen);
}

const unknown = (row: StorageRow) => storageState(row).word === 'unknown';

export const storageColumns: readonly Column<StorageRow>[] = [
  siteColumn(({ site }) => site, 1),
  {
    id: 'storage',
    title: say`Storage`,
    min: 12,
    max: 30,
    grow: 2,
    priority: 0,
    cell: (row) => ({ text: row.storage }),
    sortValue: (row) => row.storage,
  },
  {
    id: 'node',
    title: say`Node`,
    min: 8,
    max: 24,
    grow: 2,
    priority: 1,
    cell: (row) =>
      row.shared
        ? [
            { text: say`shared `, tone: 'info' },
            {
              text: joinSafe(
                row.members.map(({ node }) => node),
                ' ',
              ),
              tone: 'dim',
            },
          ]
        : { text: row.primary.node },
    sortValue: (row) => (row.shared ? '' : row.primary.node),
  },
  {
    id: 'status',
    title: say`Status`,
    min: 12,
    max: 26,
    priority: 2,
    cell: (row, context) => {
      const { glyph, word, tone } = storageState(row);
      const seen = lastSeen(row);
      if (!unknown(row) || seen === undefined) return { text: say`${glyph} ${word}`, tone };
      return [
        { text: say`${glyph} ${word}`, tone },
        { text: say` ${age(context.now - seen)}`, tone: 'dim' },
      ];
    },
    ticks: unknown,
    sortValue: (row) => storageState(row).word,
  },
  {
    id: 'type',
    title: say`Type`,
    min: 8,
    priority: 3,
    cell: ({ primary }) => ({ text: primary.plugintype ?? UNKNOWN }),
    sortValue: ({ primary }) => primary.plugintype,
  },
  {
    id: 'usage',
    title: say`Usage`,
    min: 16,
    priority: 0,
    cell: (row, { plain }) => bar(storageFraction(row), plain ? 4 : 16),
    sortValue: storageFraction,
  },
  {
    id: 'used',
    title: say`Used`,
    min: 17,
    align: 'right',
    priority: 4,
    cell: (row) => ({
      text: usedOf(row.primary.disk, row.primary.maxdisk),
      tone: toneOfFraction(storageFraction(row), storageLimits),
    }),
    sortValue: (row) => row.primary.disk,
  },
  {
    id: 'free',
    title: say`Free`,
    min: 9,
    align: 'right',
    priority: 5,
    cell: (row) => ({ text: bytes(free(row)) }),
    sortValue: free,
  },
  {
    id: 'content',
    title: say`Content`,
    min: 12,
    max: 40,
    grow: 1,
    priority: 6,
    cell: ({ primary }) => ({
      text: primary.content === undefined ? UNKNOWN : joinSafe(primary.content, ' '),
      tone: 'dim',
    }),
    sortValue: ({ primary }) => primary.content?.join(' '),
  },
];
