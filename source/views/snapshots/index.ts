import { blankLine, fact, heading, segment, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { type DetailMap, detailOf } from '../../domain/detail.ts';
import { age, bytes, count, dateTime, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { SnapshotRow } from '../../domain/snapshot.ts';
import { currentRows, snapshotFields } from '../../domain/snapshot-rows.ts';
import type { ListView, ViewContext } from '../types.ts';
import { snapshotListColumns, snapshotTrouble } from './columns.ts';
import { surveyEmpty, surveyNotes } from './progress.ts';

/** Rows of guests that still exist, with what is known of those now. */
function rowsOf(sites: readonly SiteInventory[], details: DetailMap = {}): readonly SnapshotRow[] {
  return sites.flatMap(({ site, resources }) => {
    const { data } = detailOf(details, 'site.snapshots', site);
    if (!data || !resources.data) return [];
    const guests = new Map<string, Guest>(
      resources.data.guests.map((guest) => [guestKey(guest), guest]),
    );
    return data.guests.flatMap((surveyed) => {
      if (surveyed.rows.length === 0) return [];
      const guest = guests.get(surveyed.key);
      return guest ? currentRows(surveyed, guest) : [];
    });
  });
}

function guestWords({ guest }: SnapshotRow): SafeText {
  return guest.name ? say`${guest.vmid} ${guest.name}` : say`${guest.vmid}`;
}

function ramWords({ guest, snapshot, ramSize }: SnapshotRow): SafeText {
  if (guest.type === 'lxc') return say`no, a container has none`;
  if (!snapshot.vmstate) return say`no`;
  return ramSize === undefined ? say`yes, size unknown` : say`yes, ${bytes(ramSize)}`;
}

function preview(row: SnapshotRow, { now, width }: ViewContext): Line[] {
  const { snapshot, takenAt } = row;
  const trouble = snapshotTrouble(row);
  return [
    heading(say`${snapshot.name}`),
    fact(say`Guest`, guestWords(row)),
    fact(say`Node`, row.node),
    fact(say`Age`, age(takenAt === undefined ? undefined : now - takenAt)),
    fact(say`Taken`, dateTime(snapshot.snaptime ? snapshot.snaptime * 1000 : undefined)),
    ...(trouble ? [fact(say`Look at it`, [segment(trouble, 'warn')])] : []),
    fact(say`RAM`, ramWords(row)),
    fact(say`Size on disk`, say`${UNKNOWN} Proxmox does not tell it`),
    fact(say`Parent`, snapshot.parent ?? NOT_APPLICABLE),
    fact(say`Children`, count(row.children, 'snapshot')),
    ...(row.current ? [fact(say`Present state`, say`descends from this one`)] : []),
    blankLine,
    heading(say`Description`),
    ...wrapped(snapshot.description ?? say`none`, width),
  ];
}

/** Snapshots of all guests of all sites. Not one of the numbered views: reading them asks every guest. */
export const snapshotsView: ListView<SnapshotRow, 'snapshot'> = {
  id: 'snapshots',
  key: 'ctrl-t',
  title: say`Snapshots`,
  scope: 'snapshot',
  target: ({ site, node, guest, snapshot }) => ({ site, node, guest, snapshot }),
  rows: rowsOf,
  // Before the guests are known there is nobody to ask.
  sources: (sites) =>
    sites
      .filter(({ resources }) => resources.data !== undefined)
      .map(({ site }) => ({ kind: 'site.snapshots', subject: site })),
  notes: surveyNotes,
  rowKey: ({ key }) => key,
  rowsAreKept: true,
  rowTitle: (row) => say`${row.snapshot.name} of ${guestWords(row)}`,
  columns: snapshotListColumns,
  defaultSort: { column: 'age', descending: true },
  filterFields: snapshotFields,
  sick: (row) => snapshotTrouble(row) !== undefined,
  stale: ({ stale }) => stale === true,
  empty: surveyEmpty,
  preview,
  tabs: [],
  open: ({ guest }) => ({ view: 'guests', key: guestKey(guest), tab: 'snapshots' }),
  copies: (row) => [
    { label: say`snapshot name`, text: row.snapshot.name },
    ...(row.guest.name ? [{ label: say`guest name`, text: row.guest.name }] : []),
    { label: say`VMID`, text: say`${row.guest.vmid}` },
  ],
};
