import type { Line } from '../../components/line.ts';
import type { Cell, CellContext, Column } from '../../components/table/columns.ts';
import { age, fractionOf, NOT_APPLICABLE, percent, UNKNOWN, usedOf } from '../../domain/format.ts';
import type { Guest } from '../../domain/guest.ts';
import { guestUnknown } from '../../domain/resource-health.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { siteColumn } from '../site-column.ts';
import { tagLine } from '../tags.ts';
import { guestActive, guestState } from './state.ts';

/** A figure that only a running guest has: `–` when it is off, `?` when it was not told. */
function figure(guest: Guest, known: SafeText): Cell {
  return guestActive(guest) || guestUnknown(guest)
    ? { text: known }
    : { text: NOT_APPLICABLE, tone: 'dim' };
}

function statusCell(guest: Guest, context: CellContext): Cell {
  const { glyph, word, tone } = guestState(guest);
  const line: Line = [{ text: say`${glyph} ${word}`, tone }];
  if (guestUnknown(guest)) {
    const seen = guest.seenAt === undefined ? undefined : context.now - guest.seenAt;
    return [...line, { text: say` ${age(seen)}`, tone: 'dim' }];
  }
  return guest.lock === undefined
    ? line
    : [...line, { text: say` lock:${guest.lock}`, tone: 'warn' }];
}

/** Where `running lock:backup` does not fit: both words whole, and which lock it is stands in the details. */
function shortStatus(guest: Guest, context: CellContext): Cell {
  if (guest.lock === undefined || guestUnknown(guest)) return statusCell(guest, context);
  const { glyph, word, tone } = guestState(guest);
  return [
    { text: say`${glyph} ${word}`, tone },
    { text: say` locked`, tone: 'warn' },
  ];
}

function optional(guest: Guest, text: SafeText | undefined): Cell {
  if (text !== undefined && text !== '') return { text };
  return guestUnknown(guest) ? { text: UNKNOWN } : { text: NOT_APPLICABLE, tone: 'dim' };
}

function diskText(guest: Guest): SafeText {
  // Proxmox tells the used space of containers only.
  return guest.type === 'lxc'
    ? usedOf(guest.disk, guest.maxdisk)
    : usedOf(undefined, guest.maxdisk, guest.maxdisk === undefined ? UNKNOWN : NOT_APPLICABLE);
}

const running = (guest: Guest, value: number | undefined) =>
  guestActive(guest) ? value : undefined;

export const guestColumns: readonly Column<Guest>[] = [
  siteColumn(({ site }) => site, 2),
  {
    id: 'vmid',
    title: say`VMID`,
    min: 6,
    max: 9,
    align: 'right',
    priority: 0,
    cell: (guest) => ({ text: say`${guest.vmid}` }),
    sortValue: (guest) => guest.vmid,
  },
  {
    id: 'type',
    title: say`Type`,
    min: 4,
    priority: 5,
    cell: (guest) => ({ text: say`${guest.type as string as SafeText}`, tone: 'dim' }),
    sortValue: (guest) => guest.type,
  },
  {
    id: 'name',
    title: say`Name`,
    min: 14,
    max: 40,
    grow: 3,
    priority: 0,
    cell: (guest) => (guest.name === undefined ? { text: UNKNOWN } : { text: guest.name }),
    sortValue: (guest) => guest.name,
  },
  {
    id: 'status',
    title: say`Status`,
    min: 16,
    max: 30,
    grow: 2,
    priority: 0,
    cell: statusCell,
    short: shortStatus,
    ticks: guestUnknown,
    sortValue: (guest) => guestState(guest).word,
  },
  {
    id: 'node',
    title: say`Node`,
    min: 7,
    max: 16,
    priority: 1,
    cell: (guest) => ({ text: guest.node }),
    sortValue: (guest) => guest.node,
  },
  {
    id: 'cpu',
    title: say`CPU`,
    min: 5,
    align: 'right',
    priority: 2,
    cell: (guest) => figure(guest, percent(guest.cpu)),
    sortValue: (guest) => running(guest, guest.cpu),
  },
  {
    id: 'mem',
    title: say`Memory`,
    min: 17,
    align: 'right',
    priority: 3,
    cell: (guest) =>
      guestActive(guest) || guestUnknown(guest)
        ? { text: usedOf(guest.mem, guest.maxmem) }
        : { text: usedOf(undefined, guest.maxmem, NOT_APPLICABLE), tone: 'dim' },
    sortValue: (guest) => running(guest, guest.mem),
  },
  {
    id: 'mempercent',
    title: say`Mem`,
    min: 5,
    align: 'right',
    priority: 8,
    cell: (guest) => figure(guest, percent(fractionOf(guest.mem, guest.maxmem))),
    sortValue: (guest) => running(guest, fractionOf(guest.mem, guest.maxmem)),
  },
  {
    id: 'uptime',
    title: say`Uptime`,
    min: 7,
    align: 'right',
    priority: 4,
    cell: (guest) => figure(guest, guest.uptime === undefined ? UNKNOWN : age(guest.uptime * 1000)),
    sortValue: (guest) => running(guest, guest.uptime),
  },
  {
    id: 'disk',
    title: say`Disk`,
    min: 17,
    align: 'right',
    priority: 7,
    cell: (guest) => ({ text: diskText(guest) }),
    sortValue: (guest) => guest.disk ?? guest.maxdisk,
  },
  {
    id: 'tags',
    title: say`Tags`,
    min: 10,
    max: 30,
    grow: 1,
    priority: 6,
    cell: (guest, { tagColours }) =>
      guest.tags?.length
        ? tagLine(guest.tags, tagColours?.[guest.site])
        : optional(guest, undefined),
    sortValue: (guest) => (guest.tags?.length ? guest.tags.join(' ') : undefined),
  },
  {
    id: 'pool',
    title: say`Pool`,
    min: 8,
    max: 16,
    priority: 9,
    cell: (guest) => optional(guest, guest.pool),
    sortValue: (guest) => guest.pool,
  },
  {
    id: 'ha',
    title: say`HA`,
    min: 8,
    max: 12,
    priority: 9,
    cell: (guest) => optional(guest, guest.hastate),
    sortValue: (guest) => guest.hastate,
  },
];
