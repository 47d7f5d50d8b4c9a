import type { Resources } from '../domain/inventory.ts';
import type { SnapshotRow } from '../domain/snapshot.ts';
import type { Storage, Volume } from '../domain/storage.ts';

/** `local-zfs:vm-101-state-before` and `local:101/vm-101-state-before.raw`: where the RAM of a snapshot lies. */
const ramVolume = /[:/]vm-(\d+)-state-([A-Za-z0-9_-]+?)(?:\.raw|\.qcow2)?$/;

/** Storages that may hold the RAM of snapshots of guests on these nodes; a shared one is asked once. */
export function ramStorages(resources: Resources, nodes: ReadonlySet<string>): readonly Storage[] {
  const shared = new Set<string>();
  return resources.storages.filter((storage) => {
    if (!nodes.has(storage.node) || storage.stale || storage.status !== 'available') return false;
    if (!storage.content?.some((kind) => kind === 'images')) return false;
    if (!storage.shared) return true;
    if (shared.has(storage.storage)) return false;
    shared.add(storage.storage);
    return true;
  });
}

/** `101@before` → bytes. */
export function ramSizes(volumes: readonly Volume[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { volid, size } of volumes) {
    const [, vmid, name] = ramVolume.exec(volid) ?? [];
    if (vmid !== undefined && size !== undefined) sizes.set(`${vmid}@${name}`, size);
  }
  return sizes;
}

/** The rows with the sizes that are known; the same objects where nothing was learnt. */
export function withRamSizes(
  rows: readonly SnapshotRow[],
  sizes: ReadonlyMap<string, number>,
): readonly SnapshotRow[] {
  return rows.map((row) => {
    const size = sizes.get(`${row.guest.vmid}@${row.snapshot.name}`);
    return size === undefined || !row.snapshot.vmstate ? row : { ...row, ramSize: size };
  });
}
