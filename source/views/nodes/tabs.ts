import { textLine } from '../../components/compose.ts';
import type { Column } from '../../components/table/columns.ts';
import { type DetailData, type DetailRequest, detailOf } from '../../domain/detail.ts';
import { nodeKey } from '../../domain/node.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { Storage } from '../../domain/storage.ts';
import { storageKey, storageRowKey } from '../../domain/storage.ts';
import { detailEmpty, detailNotes, listNotes } from '../freshness.ts';
import { graphLines, graphs } from '../graphs.ts';
import { storageColumns } from '../storage/columns.ts';
import type { StorageRow } from '../storage/rows.ts';
import { taskTable } from '../tasks/tab.ts';
import type { DetailTab, TabTable, ViewContext } from '../types.ts';
import { nodeSummaryLines } from './detail.ts';
import { diskColumns } from './disks.ts';
import { certificateColumns, updateColumns } from './packages.ts';
import type { NodeRow } from './rows.ts';
import { serviceColumns } from './services.ts';

type ListKind = 'node.services' | 'node.disks' | 'node.updates' | 'node.certificates';
type RowOf<K extends ListKind> = DetailData[K][number];

const source =
  (kind: DetailRequest['kind']) =>
  ({ node }: NodeRow): readonly DetailRequest[] => [{ kind, subject: nodeKey(node) }];

/** A tab that lists what one detail source gave. */
function listTab<K extends ListKind>(
  tab: {
    readonly id: string;
    readonly title: SafeText;
    readonly kind: K;
    readonly nothing: SafeText;
  },
  columns: readonly Column<RowOf<K>>[],
  rowKey: (row: RowOf<K>) => string,
  extra: (row: NodeRow) => Partial<TabTable<RowOf<K>>> = () => ({}),
): DetailTab<NodeRow> {
  return {
    id: tab.id,
    title: tab.title,
    sources: source(tab.kind),
    body: (row, context) => {
      const found = detailOf(context.details, tab.kind, nodeKey(row.node));
      return {
        kind: 'table',
        columns,
        rows: (found.data ?? []) as readonly RowOf<K>[],
        rowKey,
        empty: detailEmpty(found, tab.nothing),
        notes: detailNotes(found, context),
        ...extra(row),
      };
    },
  };
}

/** The storages this node has; a shared one is shown with this node's own state. */
function storagesOf({ node }: NodeRow, context: ViewContext): StorageRow[] {
  const site = context.sites.find((one) => one.site === node.site);
  const own = site?.resources.data?.storages.filter((storage) => storage.node === node.node) ?? [];
  return own.map((storage: Storage) => ({
    key: storageKey(storage),
    site: storage.site,
    storage: storage.storage,
    shared: storage.shared === true,
    members: [storage],
    primary: storage,
  }));
}

const storagesTab: DetailTab<NodeRow> = {
  id: 'storages',
  title: say`Storages`,
  sources: () => [],
  body: (row, context): TabTable<StorageRow> => ({
    kind: 'table',
    columns: storageColumns,
    rows: storagesOf(row, context),
    rowKey: ({ key }) => key,
    empty: [textLine(say`no storages listed; those this identity may not see are left out`, 'dim')],
    notes: listNotes('resources', context),
    open: ({ primary }) => ({ view: 'storage', key: storageRowKey(primary) }),
    copies: ({ storage }) => [{ label: say`name`, text: storage }],
  }),
};

const journalTab: DetailTab<NodeRow> = {
  id: 'journal',
  title: say`Journal`,
  sources: source('node.journal'),
  body: ({ node }, context) => {
    const found = detailOf(context.details, 'node.journal', nodeKey(node));
    return { kind: 'log', lines: found.data?.lines ?? [], notes: detailNotes(found, context) };
  },
};

const shownGraphs = [
  graphs.cpu,
  graphs.nodeMemory,
  graphs.load,
  graphs.iowait,
  graphs.netin,
  graphs.netout,
  graphs.root,
];

export const nodeTabs: readonly DetailTab<NodeRow>[] = [
  {
    id: 'summary',
    title: say`Summary`,
    sources: source('node.status'),
    body: (row, context) => ({ kind: 'lines', lines: nodeSummaryLines(row, context) }),
  },
  {
    id: 'graphs',
    title: say`Graphs`,
    graphs: true,
    sources: ({ node }, { timeframe }) => [
      { kind: 'node.rrd', subject: nodeKey(node), argument: timeframe },
    ],
    body: ({ node }, context) => {
      const found = detailOf(context.details, 'node.rrd', nodeKey(node), context.timeframe);
      return { kind: 'lines', lines: graphLines(found, shownGraphs, context) };
    },
  },
  listTab(
    { id: 'services', title: say`Services`, kind: 'node.services', nothing: say`no services told` },
    serviceColumns,
    ({ service }) => service,
    () => ({
      target: (service) => ({ scope: 'service', target: service }),
      copies: ({ name }) => [{ label: say`service`, text: name }],
    }),
  ),
  storagesTab,
  listTab(
    { id: 'disks', title: say`Disks`, kind: 'node.disks', nothing: say`no disks told` },
    diskColumns,
    ({ devpath }) => devpath,
    ({ node }) => ({
      open: ({ devpath }) => ({ disk: { nodeKey: nodeKey(node), devpath } }),
      copies: ({ devpath, serial }) => [
        { label: say`path`, text: devpath },
        ...(serial ? [{ label: say`serial`, text: serial }] : []),
      ],
    }),
  ),
  listTab(
    {
      id: 'updates',
      title: say`Updates`,
      kind: 'node.updates',
      nothing: say`no updates in the package list as the node last read it`,
    },
    updateColumns,
    ({ name }) => name,
    () => ({ copies: ({ name }) => [{ label: say`package`, text: name }] }),
  ),
  listTab(
    {
      id: 'certificates',
      title: say`Certificates`,
      kind: 'node.certificates',
      nothing: say`no certificates told`,
    },
    certificateColumns,
    ({ filename, fingerprint }) => `${filename} ${fingerprint ?? ''}`,
    () => ({
      copies: ({ fingerprint }) =>
        fingerprint ? [{ label: say`fingerprint`, text: fingerprint }] : [],
    }),
  ),
  journalTab,
  {
    id: 'tasks',
    title: say`Tasks`,
    sources: source('node.tasks'),
    body: ({ node }, context) =>
      taskTable(detailOf(context.details, 'node.tasks', nodeKey(node)), context),
  },
];
