import type { PickedRow } from '../../actions/types.ts';
import { segment } from '../../components/compose.ts';
import type { Cell, Column } from '../../components/table/columns.ts';
import { detailOf } from '../../domain/detail.ts';
import type {
  FirewallAlias,
  FirewallEntry,
  FirewallNames,
  FirewallSet,
} from '../../domain/firewall.ts';
import { count, NOT_APPLICABLE } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { say } from '../../domain/safe-text.ts';
import { detailEmpty, detailNotes } from '../freshness.ts';
import type { TabTable, ViewContext } from '../types.ts';

/** An alias, an IP set, or one entry below its set. */
type NameRow =
  | { readonly kind: 'alias'; readonly alias: FirewallAlias }
  | { readonly kind: 'set'; readonly set: FirewallSet }
  | { readonly kind: 'entry'; readonly set: FirewallSet; readonly entry: FirewallEntry };

export function nameRows({ aliases, sets }: FirewallNames): readonly NameRow[] {
  return [
    ...aliases.map((alias): NameRow => ({ kind: 'alias', alias })),
    ...sets.flatMap((set): NameRow[] => [
      { kind: 'set', set },
      ...(set.entries ?? []).map((entry): NameRow => ({ kind: 'entry', set, entry })),
    ]),
  ];
}

const kinds = { alias: say`alias`, set: say`IP set`, entry: say`` } as const;

function nameCell(row: NameRow): Cell {
  if (row.kind === 'alias') return { text: row.alias.name };
  if (row.kind === 'set') return { text: row.set.name, tone: 'accent' };
  return { text: row.entry.nomatch ? say`  not` : say`  ·`, tone: 'dim' };
}

function addressCell(row: NameRow): Cell {
  if (row.kind === 'alias') return { text: row.alias.cidr };
  if (row.kind === 'entry') {
    return row.entry.nomatch
      ? [segment(row.entry.cidr, 'warn'), segment(say` excluded`, 'dim')]
      : { text: row.entry.cidr };
  }
  const { entries } = row.set;
  if (!entries) return { text: say`? could not be read`, tone: 'warn' };
  if (entries.length === 0) return { text: say`empty`, tone: 'dim' };
  return {
    text: entries.length === 1 ? say`1 entry` : say`${entries.length} entries`,
    tone: 'dim',
  };
}

function commentOf(row: NameRow) {
  if (row.kind === 'alias') return row.alias.comment;
  return row.kind === 'set' ? row.set.comment : row.entry.comment;
}

export const nameColumns: readonly Column<NameRow>[] = [
  {
    id: 'kind',
    title: say`Kind`,
    min: 6,
    priority: 0,
    cell: ({ kind }) => ({ text: kinds[kind], tone: 'dim' }),
  },
  { id: 'name', title: say`Name`, min: 16, max: 40, grow: 1, priority: 0, cell: nameCell },
  { id: 'address', title: say`Address`, min: 24, max: 48, grow: 2, priority: 0, cell: addressCell },
  {
    id: 'comment',
    title: say`Comment`,
    min: 14,
    max: 100,
    grow: 3,
    priority: 1,
    cell: (row) => {
      const comment = commentOf(row);
      return comment ? { text: comment } : { text: NOT_APPLICABLE, tone: 'dim' };
    },
  },
];

function pickedRow(row: NameRow): PickedRow {
  if (row.kind === 'alias') return { kind: 'firewall-alias', key: row.alias.name };
  if (row.kind === 'set') return { kind: 'firewall-set', key: row.set.name };
  return { kind: 'firewall-entry', key: `${row.set.name} ${row.entry.cidr}` };
}

/** The guest's own aliases and IP sets; the datacenter's are offered where a rule is written. */
export function nameTable(guest: Guest, context: ViewContext): TabTable<NameRow> {
  const source = detailOf(context.details, 'firewall.names', guestKey(guest));
  const nothing = say`no aliases and no IP sets at this guest; F adds them`;
  return {
    kind: 'table',
    columns: nameColumns,
    rows: source.data ? nameRows(source.data) : [],
    rowKey: (row) => {
      const { kind, key } = pickedRow(row);
      return `${kind} ${key}`;
    },
    empty: detailEmpty(source, nothing),
    notes: [
      ...detailNotes(source, context),
      ...(source.data
        ? [
            [
              segment(
                say`${count(source.data.aliases.length, 'alias', 'aliases')}, ${count(source.data.sets.length, 'IP set')} of this guest`,
                'dim',
              ),
            ],
          ]
        : []),
    ],
    picked: pickedRow,
    copies: (row) => {
      if (row.kind === 'set') return [{ label: say`name`, text: row.set.name }];
      return row.kind === 'alias'
        ? [{ label: say`address`, text: row.alias.cidr }]
        : [{ label: say`address`, text: row.entry.cidr }];
    },
  };
}
