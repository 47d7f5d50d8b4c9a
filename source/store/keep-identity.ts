/** Are two plain values (objects, arrays, primitives) equal? Used on decoded rows, which hold nothing else. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameValue(item, b[index]));
  }
  if (a instanceof Map || b instanceof Map) {
    if (!(a instanceof Map) || !(b instanceof Map) || a.size !== b.size) return false;
    for (const [key, value] of a) if (!b.has(key) || !sameValue(value, b.get(key))) return false;
    return true;
  }
  return sameRecord(a as Record<string, unknown>, b as Record<string, unknown>);
}

/** Plain loops: this runs over every value of every row of every refresh. */
function sameRecord(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let keys = 0;
  for (const key in a) {
    const value = b[key];
    if (a[key] !== value && !sameValue(a[key], value)) return false;
    if (value === undefined && !(key in b)) return false;
    keys += 1;
  }
  for (const _ in b) keys -= 1;
  return keys === 0;
}

/**
 * The new list with the old object wherever a row is unchanged, and the old list itself when nothing changed: what did not
 * change is not drawn again. Rows mostly keep their place, so keys are made only of those that differ from what stood there.
 */
export function keepRows<Row extends object>(
  before: readonly Row[] | undefined,
  after: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  if (!before) return after;
  let known: Map<string, Row> | undefined;
  let changed = before.length !== after.length;
  const rows = after.map((row, index) => {
    const there = before[index];
    if (there !== undefined && sameValue(there, row)) return there;
    changed = true;
    const key = keyOf(row);
    if (there !== undefined && keyOf(there) === key) return row;
    known ??= new Map(before.map((each) => [keyOf(each), each]));
    const old = known.get(key);
    return old && sameValue(old, row) ? old : row;
  });
  return changed ? rows : before;
}
