import { type DetailRequest, detailOf } from '../../domain/detail.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { guestUnknown } from '../../domain/resource-health.ts';
import type { RrdPoint } from '../../domain/rrd.ts';
import { say } from '../../domain/safe-text.ts';
import { listEmpty, listNotes } from '../freshness.ts';
import { type Graph, graphLines, graphs } from '../graphs.ts';
import { taskTable } from '../tasks/tab.ts';
import type { Copy, DetailTab, ListView, ViewContext } from '../types.ts';
import { agentSources } from './agent.ts';
import { backupTable } from './backups.ts';
import { guestColumns } from './columns.ts';
import { configTable } from './config.ts';
import { firewallTabs } from './firewall.ts';
import { permissionTable } from './permissions.ts';
import { mayReplicate, replicationTable } from './replication.ts';
import { snapshotTable } from './snapshots.ts';
import { guestState, guestTitle, guestTrouble } from './state.ts';
import { previewLines, summaryLines, summarySources } from './summary.ts';

function guestRows(sites: readonly SiteInventory[]): readonly Guest[] {
  return sites.flatMap((site) => site.resources.data?.guests ?? []);
}

const one =
  (
    kind:
      | 'guest.snapshots'
      | 'guest.pending'
      | 'guest.tasks'
      | 'guest.backups'
      | 'guest.replication'
      | 'guest.access',
  ) =>
  (guest: Guest): readonly DetailRequest[] => [{ kind, subject: guestKey(guest) }];

const shownGraphs = [
  graphs.cpu,
  graphs.guestMemory,
  graphs.netin,
  graphs.netout,
  graphs.diskread,
  graphs.diskwrite,
];

/** Since PVE 9, by the key that tells whether they are recorded. */
const modernGraphs = [
  { key: 'memhost', graph: graphs.guestMemoryOnNode },
  { key: 'pressurecpusome', graph: graphs.pressureCpu },
  { key: 'pressureiosome', graph: graphs.pressureIo },
  { key: 'pressurememorysome', graph: graphs.pressureMemory },
];

/** Figures that older servers do not record have no empty graphs. */
function graphsOf(points: readonly RrdPoint[] = []): readonly Graph[] {
  const told = (key: string) => points.some((point) => point[key] !== undefined);
  return [...shownGraphs, ...modernGraphs.filter(({ key }) => told(key)).map(({ graph }) => graph)];
}

const tabs: readonly DetailTab<Guest>[] = [
  {
    id: 'summary',
    title: say`Summary`,
    sources: (guest, context) => [...summarySources(guest), ...agentSources(guest, context)],
    body: (guest, context) => ({ kind: 'lines', lines: summaryLines(guest, context) }),
  },
  {
    id: 'graphs',
    title: say`Graphs`,
    graphs: true,
    sources: (guest, context) => [
      { kind: 'guest.rrd', subject: guestKey(guest), argument: context.timeframe },
    ],
    body: (guest, context) => {
      const source = detailOf(context.details, 'guest.rrd', guestKey(guest), context.timeframe);
      return { kind: 'lines', lines: graphLines(source, graphsOf(source.data), context) };
    },
  },
  {
    id: 'config',
    title: say`Config`,
    sources: one('guest.pending'),
    body: configTable,
  },
  {
    id: 'snapshots',
    title: say`Snapshots`,
    sources: one('guest.snapshots'),
    body: snapshotTable,
  },
  {
    id: 'backups',
    title: say`Backups`,
    sources: one('guest.backups'),
    body: backupTable,
  },
  {
    id: 'replication',
    title: say`Replication`,
    applies: mayReplicate,
    sources: one('guest.replication'),
    body: replicationTable,
  },
  ...firewallTabs,
  {
    id: 'permissions',
    title: say`Permissions`,
    sources: one('guest.access'),
    body: permissionTable,
  },
  {
    id: 'tasks',
    title: say`Tasks`,
    sources: one('guest.tasks'),
    body: (guest, context) =>
      taskTable(detailOf(context.details, 'guest.tasks', guestKey(guest)), context),
  },
];

function copies(guest: Guest): Copy[] {
  return [
    ...(guest.name === undefined ? [] : [{ label: say`name`, text: guest.name }]),
    { label: say`VMID`, text: say`${guest.vmid}` },
  ];
}

/** What `y` offers for a guest once its addresses are known. */
export function addressCopies(guest: Guest, context: ViewContext): Copy[] {
  const known = detailOf(context.details, 'guest.interfaces', guestKey(guest)).data ?? [];
  return known.flatMap(({ name, addresses }) =>
    addresses.map((address) => ({ label: say`address of ${name}`, text: address })),
  );
}

/** Both kinds of guests of all sites in one list. */
export const guestsView: ListView<Guest, 'guest'> = {
  id: 'guests',
  key: '2',
  title: say`Guests`,
  scope: 'guest',
  target: (guest) => guest,
  rows: guestRows,
  // The cluster's own colours of tags.
  sources: (sites) =>
    sites
      .filter(({ resources }) => resources.data !== undefined)
      .map(({ site }) => ({ kind: 'cluster.options', subject: site })),
  rowKey: guestKey,
  rowsAreKept: true,
  rowTitle: guestTitle,
  columns: guestColumns,
  defaultSort: { column: 'vmid', descending: false },
  filterFields: (guest) => ({
    text: [String(guest.vmid), guest.name ?? ''],
    fields: {
      tag: guest.tags ?? [],
      node: [guest.node],
      status: [guestState(guest).word, guest.lock ?? ''],
      type: [guest.type, guest.template ? 'template' : ''],
      pool: [guest.pool ?? ''],
      site: [guest.site],
    },
  }),
  sick: (guest) => guestTrouble(guest) !== undefined,
  stale: guestUnknown,
  notes: (context) => listNotes('resources', context),
  empty: (sites, now) =>
    listEmpty(
      'resources',
      sites,
      now,
      say`no guests listed; those this identity may not see are left out`,
    ),
  preview: previewLines,
  previewSources: summarySources,
  tabs,
  copies,
};
