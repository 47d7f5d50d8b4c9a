import type { Failure } from './failure.ts';
import type { GuestRef, GuestType } from './guest.ts';
import type { Resources } from './inventory.ts';
import { holds, type Permissions } from './permission.ts';
import { type SafeText, sanitise } from './safe-text.ts';
import type { Storage, Volume } from './storage.ts';

/** A backup of one guest. Only `volid`, its time and its protection are known where {@link simulated} is set. */
export interface GuestBackup extends Volume {
  readonly storage: SafeText;
  /** `qemu` or `lxc`: another kind with the same VMID is another guest. undefined = its name does not tell. */
  readonly kind?: GuestType;
  /** Told by the storage's prune simulation, because this identity may not list backups there. */
  readonly simulated?: true;
}

/**
 * How one storage answered: `listed` everything there is · `simulated` the prune simulation told them, without sizes ·
 * `hidden` the list comes without what this identity may not see, so nothing can be concluded · `failed`.
 */
export interface BackupSource {
  readonly storage: SafeText;
  readonly reading: 'listed' | 'simulated' | 'hidden' | 'failed';
  readonly failure?: Failure;
}

/** Backups of one guest on the storages that its node reaches, newest first. */
export interface BackupList {
  readonly backups: readonly GuestBackup[];
  readonly sources: readonly BackupSource[];
}

const kinds: Readonly<Record<string, GuestType>> = {
  qemu: 'qemu',
  vm: 'qemu',
  lxc: 'lxc',
  openvz: 'lxc',
  ct: 'lxc',
};

/** By what the server says, the format, or the name; undefined = none of them tells. */
export function backupKind(
  volume: Pick<Volume, 'volid' | 'format' | 'subtype'>,
): GuestType | undefined {
  const told = kinds[volume.subtype ?? ''];
  if (told) return told;
  const format = volume.format ?? '';
  if (/^(?:vma|pbs-vm)/.test(format)) return 'qemu';
  if (/^(?:tar|tgz|pbs-ct)/.test(format)) return 'lxc';
  const named = /backup\/(?:vzdump-(qemu|lxc|openvz)-|(vm|ct)\/)/.exec(volume.volid);
  return kinds[named?.[1] ?? named?.[2] ?? ''];
}

/** `backup-nas` of `backup-nas:backup/vzdump-…`. */
export function storageOf(volid: string): string {
  return volid.slice(0, Math.max(0, volid.indexOf(':')));
}

/** The part after the storage and its folder, which is the same on every row. */
export function backupName(volid: string): SafeText {
  return sanitise(volid.slice(volid.indexOf(':') + 1).replace(/^backup\//, ''));
}

/** May it hold backups? One that told no kinds may. */
const holdsBackups = ({ content }: Storage) =>
  content === undefined || content.some((each) => each === 'backup');

/** Storages for backups that the node has, whether they answer or not. */
export function backupStorages(resources: Resources | undefined, node: string): readonly Storage[] {
  return (resources?.storages ?? []).filter((each) => each.node === node && holdsBackups(each));
}

/** Storages of other nodes alone that may hold older backups of it (`local on pve2`). */
export function distantStorages(
  resources: Resources | undefined,
  node: string,
): readonly Storage[] {
  return (resources?.storages ?? []).filter(
    (each) => each.node !== node && each.shared !== true && holdsBackups(each),
  );
}

/**
 * Does the list of backups on the storage come whole? Proxmox leaves out, without a word, what the identity may not use:
 * that takes `Datastore.Allocate`, or `Datastore.AllocateSpace` with `VM.Backup` on the guest. undefined = not known.
 */
export function mayListBackups(
  permissions: Permissions | undefined,
  guest: Pick<GuestRef, 'vmid'>,
  storage: string,
): boolean | undefined {
  const path = `/storage/${storage}`;
  const all = holds(permissions, { path, anyOf: ['Datastore.Allocate'] });
  if (all !== false) return all;
  const space = holds(permissions, { path, anyOf: ['Datastore.AllocateSpace'] });
  const backup = holds(permissions, { path: `/vms/${guest.vmid}`, anyOf: ['VM.Backup'] });
  return space && backup;
}

/** Newest first; without a time last. */
export function newestFirst(backups: readonly GuestBackup[]): readonly GuestBackup[] {
  return [...backups].sort(
    (a, b) => (b.ctime ?? 0) - (a.ctime ?? 0) || (a.volid < b.volid ? -1 : 1),
  );
}

/** A backup job of the cluster, GET /cluster/backup. */
export interface BackupJob {
  readonly id: SafeText;
  readonly enabled: boolean;
  readonly all: boolean;
  readonly vmids: readonly number[];
  readonly excluded: readonly number[];
  readonly pool?: SafeText;
  readonly node?: SafeText;
  readonly storage?: SafeText;
  readonly schedule?: SafeText;
  readonly comment?: SafeText;
}

/** Why a job concerns the guest: it names it, it takes all guests, or those of its pool; `excluded` = it names it to leave it out. */
export type JobReason = 'named' | 'all' | 'pool' | 'excluded';

export function jobReason(
  job: BackupJob,
  guest: { readonly vmid: number; readonly pool?: SafeText; readonly node: SafeText },
): JobReason | undefined {
  if (job.vmids.includes(guest.vmid)) return 'named';
  if (job.excluded.includes(guest.vmid)) return 'excluded';
  if (job.node !== undefined && job.node !== guest.node) return undefined;
  if (job.pool !== undefined) return job.pool === guest.pool ? 'pool' : undefined;
  return job.all ? 'all' : undefined;
}

/**
 * How many backups of a guest a retention leaves at most, `keep-last=3,keep-daily=7` = 10; undefined = it removes none. A
 * backup that removes nothing is refused once there are so many unprotected ones.
 */
export function retentionLimit(retention: string): number | undefined {
  const parts = retention.split(',').map((part) => part.split('='));
  if (parts.some(([key, value]) => key === 'keep-all' && value === '1')) return undefined;
  const sum = parts
    .filter(([key]) => key?.startsWith('keep-') && key !== 'keep-all')
    .reduce((total, [, value]) => total + (Number(value) || 0), 0);
  return sum > 0 ? sum : undefined;
}
