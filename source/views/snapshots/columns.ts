import { segment } from '../../components/compose.ts';
import type { Cell, Column } from '../../components/table/columns.ts';
import { age, bytes, dateTime, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { SnapshotRow } from '../../domain/snapshot.ts';
import { siteColumn } from '../site-column.ts';

const none: Cell = { text: NOT_APPLICABLE, tone: 'dim' };

/** What is wrong with a snapshot, in a word; undefined when nothing is. */
export function snapshotTrouble(row: SnapshotRow): SafeText | undefined {
  const { snapstate } = row.snapshot;
  if (snapstate) return say`unfinished (${snapstate})`;
  return row.old ? say`older than 30 d` : undefined;
}

function nameCell({ snapshot }: SnapshotRow): Cell {
  const state = snapshot.snapstate ? say` (${snapshot.snapstate})` : say``;
  return [segment(snapshot.name), segment(state, 'warn')];
}

function ramCell({ snapshot, guest }: SnapshotRow): Cell {
  if (snapshot.vmstate) return { text: say`RAM`, tone: 'info' };
  return guest.type === 'lxc' ? none : { text: say`no`, tone: 'dim' };
}

export const snapshotListColumns: readonly Column<SnapshotRow>[] = [
  siteColumn(({ site }) => site, 2),
  {
    id: 'vmid',
    title: say`VMID`,
    min: 6,
    max: 9,
    align: 'right',
    priority: 0,
    cell: ({ guest }) => ({ text: say`${guest.vmid}` }),
    sortValue: ({ guest }) => guest.vmid,
  },
  {
    id: 'guest',
    title: say`Guest`,
    min: 14,
    max: 32,
    grow: 2,
    priority: 1,
    cell: ({ guest }) => ({ text: guest.name ?? UNKNOWN }),
    sortValue: ({ guest }) => guest.name,
  },
  {
    id: 'snapshot',
    title: say`Snapshot`,
    min: 18,
    max: 40,
    grow: 2,
    priority: 0,
    cell: nameCell,
    sortValue: ({ snapshot }) => snapshot.name,
  },
  {
    id: 'age',
    title: say`Age`,
    min: 7,
    align: 'right',
    priority: 0,
    cell: (row, { now }) => ({
      text: row.takenAt === undefined ? UNKNOWN : age(now - row.takenAt),
      ...(row.old ? { tone: 'warn' as const } : {}),
    }),
    ticks: ({ takenAt }) => takenAt !== undefined,
    sortValue: ({ takenAt }) => (takenAt === undefined ? undefined : -takenAt),
  },
  {
    id: 'ram',
    title: say`RAM`,
    min: 4,
    priority: 2,
    cell: ramCell,
    sortValue: ({ snapshot }) => (snapshot.vmstate ? 0 : 1),
  },
  {
    id: 'size',
    title: say`Size`,
    min: 8,
    align: 'right',
    priority: 5,
    // Proxmox tells the size of saved RAM only.
    cell: ({ ramSize }) =>
      ramSize === undefined ? { text: UNKNOWN, tone: 'dim' } : { text: bytes(ramSize) },
    sortValue: ({ ramSize }) => ramSize,
  },
  {
    id: 'parent',
    title: say`Parent`,
    min: 12,
    max: 30,
    grow: 1,
    priority: 4,
    cell: ({ snapshot }) => (snapshot.parent ? { text: snapshot.parent, tone: 'dim' } : none),
    sortValue: ({ snapshot }) => snapshot.parent,
  },
  {
    id: 'depth',
    title: say`Depth`,
    min: 5,
    align: 'right',
    priority: 7,
    cell: ({ depth }) => ({ text: say`${depth}`, tone: 'dim' }),
    sortValue: ({ depth }) => depth,
  },
  {
    id: 'taken',
    title: say`Taken`,
    min: 16,
    priority: 8,
    cell: ({ snapshot }) => ({
      text: dateTime(snapshot.snaptime ? snapshot.snaptime * 1000 : undefined),
      tone: 'dim',
    }),
    sortValue: ({ snapshot }) => snapshot.snaptime,
  },
  {
    id: 'node',
    title: say`Node`,
    min: 7,
    max: 16,
    priority: 6,
    cell: ({ node }) => ({ text: node }),
    sortValue: ({ node }) => node,
  },
  {
    id: 'description',
    title: say`Description`,
    min: 12,
    max: 100,
    grow: 3,
    priority: 3,
    cell: ({ snapshot }) => (snapshot.description ? { text: snapshot.description } : none),
    sortValue: ({ snapshot }) => snapshot.description,
  },
];
