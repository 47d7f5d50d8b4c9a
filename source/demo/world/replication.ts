import { guestDisks } from './disks.ts';
import { guestWord } from './guest-power.ts';
import type { GuestState } from './model.ts';
import { property } from './property-string.ts';
import { nextTime } from './schedule.ts';
import { TaskFailure } from './tasks.ts';
import type { World } from './world.ts';

/** One entry of replication.cfg with the state its node keeps. Times in seconds since the epoch. */
export interface ReplicationJob {
  readonly id: string;
  readonly guest: number;
  target: string;
  source: string;
  schedule?: string | undefined;
  rate?: number | undefined;
  comment?: string | undefined;
  disable: boolean;
  removing?: { readonly how: 'local' | 'full'; readonly since: number };
  /** Since when it is to run. */
  since: number;
  lastTry?: number;
  lastSync?: number;
  duration?: number;
  failCount: number;
  error?: string;
  log: string[];
}

/** A removal is a matter of the next run of the scheduler. */
const removalTakes = 60;

/** A job that has been at work for a while. */
export function runningJob(
  plan: Pick<ReplicationJob, 'id' | 'guest' | 'target' | 'source'> & Partial<ReplicationJob>,
  now: number,
): ReplicationJob {
  const last = now - (now % 900) + 2;
  return {
    disable: false,
    since: now - 10 * 86_400,
    lastTry: last,
    lastSync: last,
    duration: 3.4,
    failCount: 0,
    log: [],
    ...plan,
  };
}

/** Volumes that are copied: on the node's own ZFS, unless `replicate=0` takes them out. */
export function replicatedVolumes(world: World, guest: GuestState): string[] {
  return guestDisks(guest.config)
    .filter((disk) => !disk.cdrom && !disk.key.startsWith('unused'))
    .filter((disk) => property(String(guest.config[disk.key] ?? ''), 'replicate') !== '0')
    .filter((disk) => {
      const storage = world.storages.get(disk.storage);
      return storage?.type === 'zfspool' && !storage.shared;
    })
    .map((disk) => `${disk.storage}:${disk.volname}`);
}

/** @throws TaskFailure when a volume cannot be replicated, or there is none */
export function checkReplicatable(world: World, guest: GuestState): void {
  for (const disk of guestDisks(guest.config)) {
    if (disk.cdrom || disk.key.startsWith('unused')) continue;
    if (property(String(guest.config[disk.key] ?? ''), 'replicate') === '0') continue;
    const storage = world.storages.get(disk.storage);
    if (storage?.shared || storage?.type === 'zfspool') continue;
    throw new TaskFailure(`missing replicate feature on volume '${disk.storage}:${disk.volname}'`);
  }
  if (replicatedVolumes(world, guest).length === 0) {
    throw new TaskFailure('No replicatable volumes found');
  }
}

/** When a job is tried next; undefined = not at all. */
export function nextSync(world: World, job: ReplicationJob): number | undefined {
  if (job.removing) return 1;
  if (job.failCount > 0) {
    if (!world.isOnline(job.target)) return 0;
    return (job.lastTry ?? job.since) + 60 * (job.failCount <= 3 ? 5 * job.failCount : 30);
  }
  return nextTime(job.schedule ?? '*/15', job.lastTry ?? job.since);
}

function stamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

function run(world: World, job: ReplicationJob, at: number): void {
  const guest = world.guests.get(job.guest);
  if (!guest) return;
  const volumes = replicatedVolumes(world, guest);
  const lines = [
    `start replication job`,
    `guest => ${guestWord(guest)} ${guest.vmid}, running => ${guest.pid ?? 0}`,
  ];
  job.lastTry = at;
  const down = world.nodes.get(job.target)?.downSince;
  if (down !== undefined && down <= at) {
    const { ip } = world.node(job.target);
    job.failCount += 1;
    job.duration = 3;
    job.error = `command '/usr/bin/ssh -e none -o 'BatchMode=yes' -o 'HostKeyAlias=${job.target}' root@${ip} -- pvesr prepare-local-job ${job.id}' failed: exit code 255`;
    lines.push(`end replication job with error: ${job.error}`);
  } else {
    job.failCount = 0;
    delete job.error;
    job.lastSync = at;
    job.duration = Number((2.1 + 0.8 * volumes.length).toFixed(6));
    lines.push(`volumes => ${volumes.join(',')}`);
    for (const volid of volumes)
      lines.push(`incremental sync '${volid}' (__replicate_${job.id}_${at}__)`);
    lines.push('end replication job');
  }
  job.log = lines.map((line) => `${stamp(at)} ${job.id}: ${line}`);
}

/** Lets every job have run that was due by now. */
export function settleReplication(world: World): void {
  const now = world.clock.seconds;
  for (const job of [...world.replication.values()]) {
    const guest = world.guests.get(job.guest);
    if (!guest || !world.isOnline(guest.node)) continue;
    if (job.removing) {
      if (now >= job.removing.since + removalTakes) world.replication.delete(job.id);
      continue;
    }
    if (job.disable) continue;
    for (let rounds = 0; rounds < 2000; rounds += 1) {
      // A target that is away is tried again by the minutes that have passed, as the scheduler would.
      const next =
        job.failCount > 0 && !world.isOnline(job.target)
          ? (job.lastTry ?? job.since) + 60 * (job.failCount <= 3 ? 5 * job.failCount : 30)
          : nextSync(world, job);
      if (next === undefined || next > now) break;
      run(world, job, next);
    }
  }
}

/** Makes a job run at the scheduler's next turn; one without any state is left alone. */
export function scheduleNow(world: World, job: ReplicationJob): void {
  if (job.lastTry === undefined) return;
  job.lastTry = 0;
  if (!job.disable && !job.removing) run(world, job, world.clock.seconds);
}

/** The guest's job to this node. */
export function jobTo(world: World, vmid: number, target: string): ReplicationJob | undefined {
  return [...world.replication.values()].find((job) => job.guest === vmid && job.target === target);
}

export function jobsOfGuest(world: World, vmid: number): ReplicationJob[] {
  return [...world.replication.values()].filter((job) => job.guest === vmid);
}

/** After a move the old node is the target of the job that led to the new one. */
export function switchTargets(world: World, vmid: number, from: string, to: string): void {
  for (const job of jobsOfGuest(world, vmid)) {
    if (job.target === to) job.target = from;
    job.source = to;
  }
}

/** @throws TaskFailure: a replicated machine goes live only to where its copy is, and nowhere while that is taken away */
export function checkReplication(
  world: World,
  guest: GuestState,
  target: string,
  live: boolean,
): void {
  const job = jobTo(world, guest.vmid, target);
  if (job?.removing) {
    throw new TaskFailure(
      'refusing to migrate replicated VM whose replication job is marked for removal',
    );
  }
  if (live && !job && jobsOfGuest(world, guest.vmid).length > 0) {
    throw new TaskFailure(
      `Cannot live-migrate replicated VM to node '${target}' - not a replication target. Use 'force' to override.`,
    );
  }
}

/** Is the volume on the target already, but for what changed since the last run? */
export function isReplicated(
  world: World,
  guest: GuestState,
  volid: string,
  target: string,
): boolean {
  const copied = replicatedVolumes(world, guest);
  return jobTo(world, guest.vmid, target) !== undefined && copied.includes(volid);
}
