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
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => key in right && sameValue(left[key], right[key]));
}

/**
 * The new list with the old object wherever a row is unchanged apart from `ignored` keys, and the old list itself when
 * nothing changed: what did not change is not drawn again.
 */
export function keepRows<Row extends object>(
  before: readonly Row[] | undefined,
  after: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  if (!before) return after;
  const known = new Map(before.map((row) => [keyOf(row), row]));
  let changed = before.length !== after.length;
  const rows = after.map((row, index) => {
    const old = known.get(keyOf(row));
    const kept = old && sameValue(old, row) ? old : row;
    if (kept !== before[index]) changed = true;
    return kept;
  });
  return changed ? rows : before;
}
