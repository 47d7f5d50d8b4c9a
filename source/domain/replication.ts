import type { Failure } from './failure.ts';
import type { Guest, GuestType } from './guest.ts';
import { disksOf, type GuestDisk, propertyFlag, propertyValue } from './guest-config.ts';
import type { GuestConfig } from './guest-detail.ts';
import type { Resources } from './inventory.ts';
import { joinSafe, type SafeText, say } from './safe-text.ts';

/** One storage replication job; `id` is `VMID-NUMBER`. */
export interface ReplicationJob {
  readonly id: SafeText;
  readonly guest: number;
  readonly target: SafeText;
  readonly source?: SafeText;
  /** A calendar event; absent = every 15 minutes. */
  readonly schedule?: SafeText;
  /** Megabytes a second at most. */
  readonly rate?: number;
  readonly comment?: SafeText;
  readonly enabled: boolean;
  /** It is on its way out: `full` with the copy on the target. */
  readonly removing?: 'local' | 'full';
}

/** What the guest's node tells of a job. Times in seconds since the epoch, 0 or absent = never; `duration` in seconds. */
export interface ReplicationState {
  readonly lastSync?: number;
  readonly lastTry?: number;
  readonly nextSync?: number;
  readonly duration?: number;
  readonly failCount?: number;
  readonly error?: SafeText;
  /** It runs at this moment. */
  readonly running: boolean;
}

export interface JobWithState extends ReplicationJob {
  /** undefined = its node did not tell. */
  readonly state?: ReplicationState;
}

/** The jobs of one guest; `failure` = why their states are not known. */
export interface GuestReplication {
  readonly jobs: readonly JobWithState[];
  readonly failure?: Failure;
}

/** The rows' schedule when they have none of their own. */
export const defaultSchedule: string = '*/15';

/** Jobs of one guest out of those of the cluster. */
export function jobsOf<J extends ReplicationJob>(jobs: readonly J[], vmid: number): readonly J[] {
  return jobs.filter((job) => job.guest === vmid);
}

/** The next free id of a job for the guest. */
export function nextJobId(jobs: readonly ReplicationJob[], vmid: number): string {
  const taken = new Set<string>(jobs.map(({ id }) => id));
  for (let number = 0; ; number += 1) {
    if (!taken.has(`${vmid}-${number}`)) return `${vmid}-${number}`;
  }
}

/** Is the disk one that a job copies? `replicate=0` takes a disk out. */
function wanted({ property, cdrom, unused }: GuestDisk): boolean {
  if (unused || cdrom) return false;
  return propertyValue(property, 'replicate') === undefined || propertyFlag(property, 'replicate');
}

function storageRow(resources: Resources | undefined, node: string, storage: string) {
  const rows = resources?.storages.filter((each) => each.storage === storage) ?? [];
  return rows.find((each) => each.node === node) ?? rows[0];
}

/** Volumes that a job to another node copies: on the node's own ZFS. undefined = the storage types are not known. */
export function replicatedVolumes(
  config: GuestConfig,
  guest: Pick<Guest, 'type' | 'node'>,
  resources: Resources | undefined,
): readonly SafeText[] {
  return disksOf(config, guest.type)
    .filter((disk) => disk.storage !== undefined && wanted(disk))
    .filter(({ storage }) => {
      const row = storageRow(resources, guest.node, storage ?? '');
      return row?.plugintype === 'zfspool' && row.shared !== true;
    })
    .map(({ volume }) => volume);
}

/** Why Proxmox would refuse a job for the guest: only ZFS can be replicated, and a disk that cannot has to be taken out. */
export function replicationBlockers(
  config: GuestConfig,
  guest: Pick<Guest, 'type' | 'node'>,
  resources: Resources | undefined,
): readonly SafeText[] {
  const found: SafeText[] = [];
  for (const disk of disksOf(config, guest.type).filter(wanted)) {
    if (disk.storage === undefined) {
      found.push(
        say`${disk.key} is no volume of a storage (${disk.volume}); replicate=0 leaves it out`,
      );
      continue;
    }
    const row = storageRow(resources, guest.node, disk.storage);
    if (row?.shared === true || row?.plugintype === undefined || row.plugintype === 'zfspool') {
      continue;
    }
    found.push(
      say`${disk.key} is on ${disk.storage} (${row.plugintype}), only ZFS can be replicated; replicate=0 leaves it out`,
    );
  }
  if (found.length > 0) return found;
  // A storage that is not listed may be one that this identity may not see.
  const known = disksOf(config, guest.type)
    .filter(wanted)
    .every(
      ({ storage }) =>
        storage !== undefined &&
        storageRow(resources, guest.node, storage)?.plugintype !== undefined,
    );
  return known && replicatedVolumes(config, guest, resources).length === 0
    ? [say`none of its disks is on ZFS of this node`]
    : [];
}

/**
 * Why a VM with these jobs cannot go to the node: live it goes only to where a copy of it is, and to no node whose copy is
 * being taken away (QemuMigrate.pm). Containers and stopped VMs go anywhere.
 */
export function replicaBlockers(
  jobs: readonly ReplicationJob[] | undefined,
  type: GuestType,
  live: boolean,
  node: SafeText,
): readonly SafeText[] {
  if (type === 'lxc' || !jobs || jobs.length === 0) return [];
  const job = jobs.find(({ target }) => target === node);
  if (job?.removing) return [say`its replication job ${job.id} to ${node} is being removed`];
  if (job || !live) return [];
  const targets = joinSafe(
    jobs.map(({ target }) => target),
    ', ',
  );
  return [say`it is replicated to ${targets}, and moves only there while it runs`];
}

/** Volumes of which the node has a copy by replication: only what changed since is sent, with their snapshots. */
export function copiesOn(
  node: string,
  known: { readonly config?: GuestConfig; readonly replication?: readonly ReplicationJob[] },
  guest: Pick<Guest, 'type' | 'node'>,
  resources: Resources | undefined,
): readonly SafeText[] {
  const job = known.replication?.find(({ target, removing }) => target === node && !removing);
  return job && known.config ? replicatedVolumes(known.config, guest, resources) : [];
}
