import { segment, textLine, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import type { Column } from '../../components/table/columns.ts';
import { aclKey, type GuestAccess, type GuestAclEntry } from '../../domain/acl.ts';
import { detailOf } from '../../domain/detail.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { joinSafe, say } from '../../domain/safe-text.ts';
import { detailEmpty, detailNotes } from '../freshness.ts';
import type { TabTable, ViewContext } from '../types.ts';

const kinds = { user: say`user`, group: say`group`, token: say`token` } as const;
const levels = {
  guest: say`this guest`,
  pool: say`its pool`,
  pools: say`pools above`,
  guests: say`all guests`,
  root: say`everything`,
} as const;

export const permissionColumns: readonly Column<GuestAclEntry>[] = [
  {
    id: 'kind',
    title: say`Kind`,
    min: 6,
    priority: 1,
    cell: ({ entry }) => ({ text: kinds[entry.subject], tone: 'dim' }),
    sortValue: ({ entry }) => entry.subject,
  },
  {
    id: 'who',
    title: say`Who`,
    min: 14,
    max: 48,
    grow: 2,
    priority: 0,
    cell: ({ entry, replaced }) =>
      replaced ? { text: entry.id, tone: 'dim' } : { text: entry.id },
    sortValue: ({ entry }) => entry.id,
  },
  {
    id: 'role',
    title: say`Role`,
    min: 12,
    max: 32,
    grow: 1,
    priority: 0,
    cell: ({ entry, replaced }) =>
      replaced ? { text: entry.role, tone: 'dim' } : { text: entry.role },
    sortValue: ({ entry }) => entry.role,
  },
  {
    id: 'level',
    title: say`Granted on`,
    min: 11,
    priority: 0,
    cell: ({ level }) =>
      level === 'guest' ? { text: levels.guest, tone: 'accent' } : { text: levels[level] },
    sortValue: ({ level }) => level,
  },
  {
    id: 'path',
    title: say`Path`,
    min: 6,
    max: 30,
    priority: 3,
    cell: ({ entry }) => ({ text: entry.path, tone: 'dim' }),
    sortValue: ({ entry }) => entry.path,
  },
  {
    id: 'propagate',
    title: say`Below too`,
    min: 9,
    priority: 4,
    cell: ({ entry }) => ({ text: entry.propagate ? say`yes` : say`no`, tone: 'dim' }),
    sortValue: ({ entry }) => (entry.propagate ? 'yes' : 'no'),
  },
  {
    id: 'counts',
    title: say`Counts`,
    min: 20,
    max: 34,
    priority: 2,
    cell: ({ replaced, byPool }) => {
      if (replaced) return { text: say`no, replaced below`, tone: 'warn' };
      return { text: byPool ? say`yes, by its pool` : say`yes` };
    },
    sortValue: ({ replaced }) => (replaced ? 'no' : 'yes'),
  },
];

/** Privileges that are named one by one. */
const mostNamed = 12;

function ownLines(access: GuestAccess, width: number): Line[] {
  const { own } = access;
  if (!own) return [textLine(say`what this identity may do here is not known`, 'warn')];
  if (own.length === 0) return [textLine(say`This identity may do nothing here.`, 'warn')];
  // Only what is about guests and about this list; of an administrator the number says enough.
  const guests = own.filter((name) => name.startsWith('VM.'));
  const rest = own.filter((name) => name === 'Permissions.Modify');
  const many = guests.length > mostNamed;
  const words = many ? [say`${guests.length} privileges on guests (VM.…)`] : guests;
  return wrapped(say`This identity may: ${joinSafe([...words, ...rest], ', ')}`, width, 'plain');
}

function completeness(guest: Guest, { complete }: GuestAccess, width: number): Line[] {
  if (complete === true) return [];
  const { vmid, pool } = guest;
  const places = pool === undefined ? say`/vms/${vmid}` : say`/vms/${vmid}, /pool/${pool}`;
  const cure = say`all of them takes Sys.Audit on /access, or changing permissions on ${places} and above`;
  const words =
    complete === false
      ? say`⚠ There may be more: this identity is told only entries that it may change; ${cure}`
      : say`⚠ Whether these are all is not known; ${cure}`;
  return wrapped(words, width, 'warn');
}

/** Who may do what with the guest: its own entries and those it inherits. */
export function permissionTable(guest: Guest, context: ViewContext): TabTable<GuestAclEntry> {
  const source = detailOf(context.details, 'guest.access', guestKey(guest));
  const access = source.data;
  const hint = wrapped(say`a, Add permission: gives somebody a role on it.`, context.width, 'dim');
  const nothing =
    access?.complete === true
      ? say`no entries: only root@pam may use it`
      : say`unknown: no entry was told`;
  return {
    kind: 'table',
    columns: permissionColumns,
    rows: access?.entries ?? [],
    rowKey: ({ entry }) => aclKey(entry),
    empty: access ? [...detailEmpty(source, nothing), ...hint] : detailEmpty(source, nothing),
    notes: [
      ...detailNotes(source, context),
      ...(access
        ? [
            ...ownLines(access, context.width),
            ...completeness(guest, access, context.width),
            [segment(say`root@pam may do everything, without an entry`, 'dim')],
          ]
        : []),
    ],
    picked: ({ entry }) => ({ kind: 'permission', key: aclKey(entry) }),
    copies: ({ entry }) => [
      { label: say`who`, text: entry.id },
      { label: say`role`, text: entry.role },
    ],
  };
}
