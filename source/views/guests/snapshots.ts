import { segment } from '../../components/compose.ts';
import type { Cell, Column } from '../../components/table/columns.ts';
import { detailOf } from '../../domain/detail.ts';
import { age, dateTime, NOT_APPLICABLE } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { sinceServerTime } from '../../domain/server-time.ts';
import { type SnapshotTreeLine, snapshotTree } from '../../domain/snapshot.ts';
import { detailEmpty, detailNotes } from '../freshness.ts';
import type { TabTable, ViewContext } from '../types.ts';

/** The rails in front of a name; roots have none. */
export function railsOf(line: SnapshotTreeLine): SafeText {
  if (line.depth === 0) return say``;
  const passing = line.rails.slice(1).map((goesOn) => (goesOn ? '│ ' : '  '));
  return `${passing.join('')}${line.last ? '└─' : '├─'}` as SafeText;
}

const none: Cell = { text: NOT_APPLICABLE, tone: 'dim' };

function nameCell(line: SnapshotTreeLine): Cell {
  const rails = segment(railsOf(line), 'dim');
  const { snapshot } = line;
  if (!snapshot) return [rails, segment(say`now`, 'accent')];
  // A state that stays is a snapshot that broke off.
  const state = snapshot.snapstate ? say` (${snapshot.snapstate})` : say``;
  return [rails, segment(snapshot.name), segment(state, 'warn')];
}

/** 0 is what Proxmox says when it does not know. */
function taken({ snapshot }: SnapshotTreeLine): number | undefined {
  return snapshot?.snaptime ? snapshot.snaptime * 1000 : undefined;
}

export const snapshotColumns: readonly Column<SnapshotTreeLine>[] = [
  {
    id: 'name',
    title: say`Snapshot`,
    min: 20,
    max: 48,
    grow: 2,
    priority: 0,
    cell: nameCell,
  },
  {
    id: 'age',
    title: say`Age`,
    min: 7,
    align: 'right',
    priority: 0,
    cell: (line, { now, ownSkew = 0 }) =>
      line.snapshot ? { text: age(sinceServerTime(taken(line), now, ownSkew)) } : none,
    ticks: (line) => line.snapshot !== undefined,
  },
  {
    id: 'taken',
    title: say`Taken`,
    min: 16,
    priority: 3,
    cell: (line) => (line.snapshot ? { text: dateTime(taken(line)), tone: 'dim' } : none),
  },
  {
    id: 'ram',
    title: say`RAM`,
    min: 4,
    priority: 1,
    cell: ({ snapshot }) => {
      if (!snapshot) return none;
      return snapshot.vmstate ? { text: say`RAM`, tone: 'info' } : { text: say`no`, tone: 'dim' };
    },
  },
  {
    id: 'description',
    title: say`Description`,
    min: 16,
    max: 100,
    grow: 3,
    priority: 2,
    cell: ({ snapshot }) => {
      if (!snapshot) return { text: say`the guest as it is now`, tone: 'accent' };
      return snapshot.description ? { text: snapshot.description } : none;
    },
  },
];

/** The snapshot tree as a table; `now` is where the guest's present state hangs. */
export function snapshotTable(guest: Guest, context: ViewContext): TabTable<SnapshotTreeLine> {
  const source = detailOf(context.details, 'guest.snapshots', guestKey(guest));
  const found = source.data?.snapshots.length;
  const nothing = { text: say`no snapshots`, tone: 'dim' } as const;
  return {
    kind: 'table',
    columns: snapshotColumns,
    rows: source.data ? snapshotTree(source.data) : [],
    rowKey: ({ snapshot }) => snapshot?.name ?? 'current',
    empty: detailEmpty(source, say`no snapshots`),
    notes:
      found === 0 ? [...detailNotes(source, context), [nothing]] : detailNotes(source, context),
    snapshot: ({ snapshot }) => snapshot,
    copies: ({ snapshot }) =>
      snapshot ? [{ label: say`snapshot name`, text: snapshot.name }] : [],
  };
}
