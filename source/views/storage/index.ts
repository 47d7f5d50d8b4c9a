import { storageLimits } from '../../components/bar.ts';
import { fact, segment } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { detailOf } from '../../domain/detail.ts';
import { bytes, UNKNOWN } from '../../domain/format.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import { storageKey } from '../../domain/storage.ts';
import { shareLine } from '../figure-words.ts';
import { detailEmpty, detailNotes, listEmpty, listNotes } from '../freshness.ts';
import type { DetailTab, ListView, ViewContext } from '../types.ts';
import { storageColumns } from './columns.ts';
import { volumeColumns } from './content.ts';
import {
  type StorageRow,
  storageAvailable,
  storageFraction,
  storageRows,
  storageSick,
  storageStale,
  storageState,
} from './rows.ts';

/** Where figures and content are asked for. */
function subject(row: StorageRow): string {
  return storageKey(row.primary);
}

const barCells = (width: number) => Math.max(9, Math.min(40, width - 14));

function statusLines(row: StorageRow, context: ViewContext): Line[] {
  const { glyph, word, tone } = storageState(row);
  const { primary } = row;
  return [
    fact(say`Storage`, row.storage),
    fact(say`Site`, row.site as string as SafeText),
    fact(say`Status`, [segment(say`${glyph} ${word}`, tone)]),
    fact(say`Type`, primary.plugintype ?? UNKNOWN),
    fact(say`Content`, primary.content === undefined ? UNKNOWN : joinSafe(primary.content, ' ')),
    fact(
      say`Usage`,
      shareLine(storageFraction(row), barCells(context.width), context, storageLimits),
    ),
    fact(say`Used`, bytes(primary.disk)),
    fact(say`Total`, bytes(primary.maxdisk)),
    fact(
      say`Read from`,
      storageStale(row) ? say`${primary.node}, which does not answer` : primary.node,
    ),
    ...row.members.map((member, index) =>
      fact(index === 0 ? (row.shared ? say`Nodes` : say`Node`) : say``, [
        storageAvailable(member)
          ? segment(say`● ${member.node} available`, 'good')
          : segment(say`? ${member.node} ${member.status}`, 'warn'),
      ]),
    ),
  ];
}

const contentTab: DetailTab<StorageRow> = {
  id: 'content',
  title: say`Content`,
  sources: (row) => [{ kind: 'storage.content', subject: subject(row) }],
  body: (row, context) => {
    const source = detailOf(context.details, 'storage.content', subject(row));
    return {
      kind: 'table',
      columns: volumeColumns,
      rows: source.data ?? [],
      rowKey: (volume) => volume.volid,
      empty: detailEmpty(
        source,
        say`nothing listed; volumes this identity may not use are left out`,
      ),
      notes: detailNotes(source, context),
      copies: (volume) => [{ label: say`volume id`, text: volume.volid }],
    };
  },
};

const statusTab: DetailTab<StorageRow> = {
  id: 'status',
  title: say`Status`,
  sources: () => [],
  body: (row, context) => ({ kind: 'lines', lines: statusLines(row, context) }),
};

/** Storages of all sites; a shared one is one row whatever the number of nodes. */
export const storageView: ListView<StorageRow> = {
  id: 'storage',
  key: '5',
  title: say`Storage`,
  rows: storageRows,
  rowKey: (row) => row.key,
  rowTitle: (row) => (row.shared ? row.storage : say`${row.primary.node} ${row.storage}`),
  columns: storageColumns,
  defaultSort: { column: 'storage', descending: false },
  filterFields: (row) => ({
    text: [row.storage, row.primary.plugintype ?? '', ...(row.primary.content ?? [])],
    fields: {
      node: row.members.map(({ node }) => node),
      status: [storageState(row).word],
      type: [row.primary.plugintype ?? '', row.shared ? 'shared' : 'local'],
      site: [row.site],
    },
  }),
  sick: storageSick,
  stale: storageStale,
  notes: (context) => listNotes('resources', context),
  empty: (sites, now) =>
    listEmpty(
      'resources',
      sites,
      now,
      say`no storages listed; those this identity may not see are left out`,
    ),
  preview: (row, context) => statusLines(row, context),
  tabs: [contentTab, statusTab],
  copies: (row) => [{ label: say`name`, text: row.storage }],
};
