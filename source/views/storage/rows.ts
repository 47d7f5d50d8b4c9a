import { storageLimits } from '../../components/bar.ts';
import { fractionOf } from '../../domain/format.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import { type Storage, storageRowKey } from '../../domain/storage.ts';
import type { StateWords } from '../state-words.ts';

/** A storage as a person counts them: a shared one is one, a local one is one on each node. */
export interface StorageRow {
  readonly key: string;
  readonly site: SiteId;
  readonly storage: SafeText;
  readonly shared: boolean;
  /** One for each node that has it, in Proxmox's order. */
  readonly members: readonly Storage[];
  /** The member to read figures and content from: the first that is available. */
  readonly primary: Storage;
}

export function storageAvailable(storage: Storage): boolean {
  return storage.status === 'available' && storage.stale !== true;
}

export function storageRows(sites: readonly SiteInventory[]): StorageRow[] {
  const members = new Map<string, Storage[]>();
  for (const site of sites) {
    for (const storage of site.resources.data?.storages ?? []) {
      const key = storageRowKey(storage);
      const found = members.get(key);
      if (found) found.push(storage);
      else members.set(key, [storage]);
    }
  }
  return [...members].flatMap(([key, all]) => {
    const primary = all.find(storageAvailable) ?? all[0];
    if (!primary) return [];
    const { site, storage, shared } = primary;
    return [{ key, site, storage, shared: shared === true, members: all, primary }];
  });
}

/** How full, 0..1; undefined while no node that has it answers. */
export function storageFraction(row: StorageRow): number | undefined {
  return fractionOf(row.primary.disk, row.primary.maxdisk);
}

export function storageState(row: StorageRow): StateWords {
  const available = row.members.filter(storageAvailable).length;
  if (available === row.members.length) {
    return { glyph: say`●`, word: say`available`, tone: 'good' };
  }
  if (available > 0) {
    return {
      glyph: say`◐`,
      word: say`on ${available} of ${row.members.length}`,
      tone: 'warn',
    };
  }
  return { glyph: say`?`, word: say`unknown`, tone: 'warn' };
}

export function storageStale(row: StorageRow): boolean {
  return row.members.every((member) => member.stale === true);
}

export function storageSick(row: StorageRow): boolean {
  const fraction = storageFraction(row);
  return (
    row.members.some((member) => !storageAvailable(member)) ||
    (fraction !== undefined && fraction >= storageLimits.warn)
  );
}
