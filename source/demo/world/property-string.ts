/**
 * A property string read apart: `virtio=BC:…,bridge=vmbr0` or `local-zfs:vm-100-disk-0,size=8G`. What stands without a key is
 * under the empty name. Order stays.
 */
export type Properties = Map<string, string>;

/** Reads without judging; of a key that is there twice the last one counts. */
export function readProperties(text: string): Properties {
  const properties: Properties = new Map();
  for (const part of text.split(',')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    if (cut < 0) properties.set('', part);
    else properties.set(part.slice(0, cut), part.slice(cut + 1));
  }
  return properties;
}

/** The value of `keys` that is there, the first that counts; `''` stands for the one without a key. */
export function property(text: string | undefined, ...keys: string[]): string | undefined {
  const properties = readProperties(text ?? '');
  for (const key of keys) {
    const value = properties.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The part without a key first, the others by name, as PVE prints its drives. */
export function writeProperties(properties: Properties): string {
  const named = [...properties].filter(([key]) => key !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  const bare = properties.get('');
  return [
    ...(bare === undefined ? [] : [bare]),
    ...named.map(([key, value]) => `${key}=${value}`),
  ].join(',');
}
