import { age } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { clockSkew, sinceServerTime } from '../domain/server-time.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Choice, Facts, FieldValue, GuestDisk } from './types.ts';

/**
 * Storage plugins that can only go back to the newest snapshot: ZFS, and LVM volume chains
 * (operations.md 0.4, read there in ZFSPoolPlugin.pm and LVMPlugin.pm).
 */
const newestOnly = ['zfspool', 'zfs', 'lvm'];

/** Disks whose storage allows rolling back to the newest snapshot only. */
export function newestOnlyDisks(facts: Facts): readonly GuestDisk[] {
  return (facts.disks ?? []).filter(
    (disk) => disk.plugintype !== undefined && newestOnly.includes(disk.plugintype),
  );
}

/** Snapshots taken after `snapshot`, oldest first: on ZFS they stand in the way of a rollback. */
export function newerThan(facts: Facts, snapshot: Snapshot): readonly Snapshot[] {
  const all = facts.snapshots?.snapshots ?? [];
  return all
    .filter(
      (other) => other.name !== snapshot.name && (other.snaptime ?? 0) >= (snapshot.snaptime ?? 0),
    )
    .sort((a, b) => (a.snaptime ?? 0) - (b.snaptime ?? 0));
}

/** Why rolling back to it must be refused before any call, with the blockers named; undefined = may be tried. */
export function rollbackProblem(facts: Facts, snapshot: Snapshot): SafeText | undefined {
  if (snapshot.snapstate) {
    return say`${snapshot.name} is unfinished (${snapshot.snapstate}); delete it`;
  }
  const disk = newestOnlyDisks(facts)[0];
  if (!disk) return undefined;
  const newer = newerThan(facts, snapshot);
  if (newer.length === 0) return undefined;
  const names = joinSafe(
    newer.map((other) => other.name),
    ', ',
  );
  const type = disk.plugintype ?? say`this storage`;
  return say`${type} (${disk.volume}) goes back to the newest snapshot only; newer than ${snapshot.name}: ${names}. Delete those first, or restore a backup to a new guest`;
}

export function findSnapshot(facts: Facts, name: FieldValue): Snapshot | undefined {
  return facts.snapshots?.snapshots.find((snapshot) => snapshot.name === name);
}

/** ms since it was taken, by the server's clock; undefined when its time cannot be right. */
export function snapshotAge(snapshot: Snapshot, facts: Facts): number | undefined {
  const at = snapshot.snaptime ? snapshot.snaptime * 1000 : undefined;
  return sinceServerTime(at, facts.now, clockSkew(facts.site.connection));
}

/** Snapshots as choices, newest first, with their age. */
export function snapshotChoices(_guest: Guest, facts: Facts): readonly Choice[] {
  return [...(facts.snapshots?.snapshots ?? [])]
    .sort((a, b) => (b.snaptime ?? 0) - (a.snaptime ?? 0))
    .map((snapshot) => {
      const passed = snapshotAge(snapshot, facts);
      const old = passed === undefined ? say`` : say`, ${age(passed)} old`;
      const ram = snapshot.vmstate ? say`, with RAM` : say``;
      return { value: snapshot.name, label: say`${snapshot.name}${old}${ram}` };
    });
}

/** The snapshot under the cursor, else the newest. */
export function initialSnapshot(_guest: Guest, facts: Facts): string | undefined {
  if (facts.snapshot) return facts.snapshot.name;
  return snapshotChoices(_guest, facts)[0]?.value;
}

/** Problem of a `snapname` that has to exist. Unknown lists are left to the server. */
export function existingSnapshotProblem(
  value: FieldValue,
  _guest: Guest,
  facts: Facts,
): string | undefined {
  if (!facts.snapshots || value === undefined || value === '') return undefined;
  if (findSnapshot(facts, value)) return undefined;
  const names = facts.snapshots.snapshots.map((snapshot) => snapshot.name).join(', ');
  return `there is no snapshot ${sanitise(value)}; there are: ${names || 'none'}`;
}
