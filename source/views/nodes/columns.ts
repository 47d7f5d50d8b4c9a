import { toneOfFraction } from '../../components/bar.ts';
import type { Cell, Column } from '../../components/table/columns.ts';
import { age, fractionOf, NOT_APPLICABLE, percent, UNKNOWN, usedOf } from '../../domain/format.ts';
import type { Node } from '../../domain/node.ts';
import { nodeOnline } from '../../domain/resource-health.ts';
import { say } from '../../domain/safe-text.ts';
import { siteColumn } from '../site-column.ts';
import { type NodeRow, nodeState } from './rows.ts';

const limits = { warn: 0.85, bad: 0.95 };

/** Last known figures of a node that is off the network stay, and the row is drawn as stale. */
function share(fraction: number | undefined): Cell {
  return { text: percent(fraction), tone: toneOfFraction(fraction, limits) };
}

function statusCell({ node }: NodeRow, now: number): Cell {
  const { glyph, word, tone } = nodeState(node);
  if (nodeOnline(node) || node.seenAt === undefined) return { text: say`${glyph} ${word}`, tone };
  return [
    { text: say`${glyph} ${word}`, tone },
    { text: say` ${age(now - node.seenAt)}`, tone: 'dim' },
  ];
}

function guestsCell({ guests }: NodeRow): Cell {
  if (guests.unknown > 0) return { text: say`?/${guests.total}`, tone: 'warn' };
  return { text: say`${guests.running}/${guests.total}` };
}

const upSeconds = (node: Node) => (nodeOnline(node) ? node.uptime : undefined);

export const nodeColumns: readonly Column<NodeRow>[] = [
  siteColumn(({ node }) => node.site, 1),
  {
    id: 'node',
    title: say`Node`,
    min: 10,
    max: 32,
    grow: 3,
    priority: 0,
    cell: ({ node }) => ({ text: node.node }),
    sortValue: ({ node }) => node.node,
  },
  {
    id: 'status',
    title: say`Status`,
    min: 16,
    max: 28,
    grow: 2,
    priority: 0,
    cell: (row, context) => statusCell(row, context.now),
    ticks: ({ node }) => !nodeOnline(node),
    sortValue: ({ node }) => nodeState(node).word,
  },
  {
    id: 'cpu',
    title: say`CPU`,
    min: 5,
    align: 'right',
    priority: 1,
    cell: ({ node }) => share(node.cpu),
    sortValue: ({ node }) => node.cpu,
  },
  {
    id: 'cores',
    title: say`Cores`,
    min: 6,
    align: 'right',
    priority: 6,
    cell: ({ node }) => ({ text: node.maxcpu === undefined ? UNKNOWN : say`${node.maxcpu}` }),
    sortValue: ({ node }) => node.maxcpu,
  },
  {
    id: 'mem',
    title: say`Memory`,
    min: 17,
    align: 'right',
    priority: 2,
    cell: ({ node }) => ({
      text: usedOf(node.mem, node.maxmem),
      tone: toneOfFraction(fractionOf(node.mem, node.maxmem), limits),
    }),
    sortValue: ({ node }) => fractionOf(node.mem, node.maxmem),
  },
  {
    id: 'disk',
    title: say`Root disk`,
    min: 17,
    align: 'right',
    priority: 5,
    cell: ({ node }) => ({
      text: usedOf(node.disk, node.maxdisk),
      tone: toneOfFraction(fractionOf(node.disk, node.maxdisk), limits),
    }),
    sortValue: ({ node }) => fractionOf(node.disk, node.maxdisk),
  },
  {
    id: 'uptime',
    title: say`Uptime`,
    min: 7,
    align: 'right',
    priority: 4,
    cell: ({ node }) => {
      if (node.status === 'offline') return { text: NOT_APPLICABLE, tone: 'dim' };
      return { text: node.uptime === undefined ? UNKNOWN : age(node.uptime * 1000) };
    },
    sortValue: ({ node }) => upSeconds(node),
  },
  {
    id: 'guests',
    title: say`Guests`,
    min: 7,
    align: 'right',
    priority: 3,
    cell: guestsCell,
    sortValue: ({ guests }) => (guests.unknown > 0 ? undefined : guests.running),
  },
  {
    id: 'ha',
    title: say`HA`,
    min: 8,
    max: 12,
    priority: 7,
    cell: ({ node }) =>
      node.hastate ? { text: node.hastate } : { text: NOT_APPLICABLE, tone: 'dim' },
    sortValue: ({ node }) => node.hastate,
  },
];
