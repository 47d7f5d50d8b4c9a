import type { Column } from './columns.ts';

export interface SortOrder {
  readonly column: string;
  readonly descending: boolean;
}

type SortValue = string | number | undefined;

const PARTS = /\d+|\D+/g;
const DIGIT = /^\d/;

/** A text cut into its words and numbers, once, so that comparing is cheap. */
interface NaturalKey {
  readonly text: string;
  readonly parts: readonly (string | number)[];
}

function naturalKey(text: string): NaturalKey {
  const parts = text.toLowerCase().match(PARTS) ?? [];
  return { text, parts: parts.map((part) => (DIGIT.test(part) ? Number(part) : part)) };
}

function compareKeys(a: NaturalKey, b: NaturalKey): number {
  const shared = Math.min(a.parts.length, b.parts.length);
  for (let index = 0; index < shared; index += 1) {
    const one = a.parts[index] ?? '';
    const other = b.parts[index] ?? '';
    if (one === other) continue;
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    return String(one) < String(other) ? -1 : 1;
  }
  if (a.parts.length !== b.parts.length) return a.parts.length - b.parts.length;
  return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
}

/** Natural order without regard to case: `pve2` before `pve10`. */
export function compareNatural(a: string, b: string): number {
  return compareKeys(naturalKey(a), naturalKey(b));
}

type Key = NaturalKey | number | undefined;

function keyOf(value: SortValue): Key {
  return typeof value === 'string' ? naturalKey(value) : value;
}

function compare(a: NaturalKey | number, b: NaturalKey | number): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' ? 1 : compareKeys(a, b);
}

/** Sorts a copy by a column; rows with an unknown value come last in both directions, equal rows keep their order. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: SortOrder,
): readonly Row[] {
  const sortValue = columns.find((column) => column.id === order.column)?.sortValue;
  if (!sortValue) return rows;
  const direction = order.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: keyOf(sortValue(row)) }));
  keyed.sort((a, b) => {
    if (a.key === undefined || b.key === undefined) {
      return Number(a.key === undefined) - Number(b.key === undefined);
    }
    return direction * compare(a.key, b.key);
  });
  return keyed.map(({ row }) => row);
}
