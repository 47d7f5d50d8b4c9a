import { type BackupJob, type JobReason, jobReason } from '../domain/backup.ts';
import { describeFailure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import { jobsOf } from '../domain/replication.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import type { Facts } from './types.ts';

interface Concerned {
  readonly job: BackupJob;
  readonly reason: JobReason;
}

function jobLabel({ id, comment, enabled }: BackupJob): SafeText {
  const words = comment ? say`${id} (${comment})` : id;
  return enabled ? words : say`${words}, switched off`;
}

function named(jobs: readonly Concerned[], ...reasons: readonly JobReason[]): SafeText {
  const found = jobs.filter(({ reason }) => reasons.includes(reason));
  return joinSafe(
    found.map(({ job }) => jobLabel(job)),
    ', ',
  );
}

/** What purging does to each backup job that concerns the guest, and what stays without it. */
function backupLines(guest: Guest, purge: boolean, facts: Facts): SafeText[] {
  const { backupJobs, backupFailure } = facts.ties ?? {};
  if (!backupJobs) {
    const why = backupFailure ? say`: ${describeFailure(backupFailure)}` : say``;
    return [
      say`Which backup jobs name it is not known${why}.`,
      purge
        ? say`It is taken out of those that do; a job that names no other guest is removed.`
        : say`Those that do keep its VMID: a new guest with it would be in them, or be left out.`,
    ];
  }
  const jobs = backupJobs.flatMap((job): Concerned[] => {
    const reason = jobReason(job, guest);
    return reason ? [{ job, reason }] : [];
  });
  const lists = jobs.filter(({ reason }) => reason === 'named' || reason === 'excluded');
  const alone = lists.filter(({ job }) => job.vmids.length === 1 && job.vmids[0] === guest.vmid);
  const rest = lists.filter((each) => !alone.includes(each));
  const wide = named(jobs, 'all', 'pool');
  const lines: SafeText[] = [];
  if (lists.length === 0 && wide === '') lines.push(say`No backup job concerns it.`);
  if (lists.length > 0 && !purge) {
    const [inside, outside] = [named(lists, 'named'), named(lists, 'excluded')];
    if (inside !== '') {
      lines.push(
        say`Backup job(s) that keep its VMID: ${inside}; a new guest with this VMID would be in them.`,
      );
    }
    if (outside !== '') {
      lines.push(
        say`Backup job(s) that go on leaving its VMID out: ${outside}; a new guest with this VMID would not be backed up.`,
      );
    }
  }
  if (purge && rest.length > 0) {
    lines.push(say`Taken out of backup job(s): ${named(rest, 'named', 'excluded')}.`);
  }
  if (purge && alone.length > 0) {
    lines.push(
      say`Removed, because it is for this guest alone: backup job ${named(alone, 'named', 'excluded')}.`,
    );
  }
  if (wide !== '') lines.push(say`Backup job(s) for all guests or its pool go on: ${wide}.`);
  return lines;
}

function replicationLines(guest: Guest, purge: boolean, facts: Facts): SafeText[] {
  const { replication, replicationFailure } = facts.ties ?? {};
  if (!replication) {
    const why = replicationFailure ? say`: ${describeFailure(replicationFailure)}` : say``;
    const then = purge
      ? say`If it is, its jobs are dropped and the copies stay`
      : say`Proxmox refuses to destroy a replicated guest unless purge is on`;
    return [say`Whether it is replicated is not known${why}. ${then}.`];
  }
  const jobs = jobsOf(replication, guest.vmid);
  if (jobs.length === 0) return [];
  const words = joinSafe(
    jobs.map(({ id, target }) => say`${id} to ${target}`),
    ', ',
  );
  if (!purge) return [say`Replicated by ${words}: Proxmox refuses unless purge is on.`];
  return [
    say`Dropped: replication job(s) ${words}. The copies there stay, as disks that nothing names.`,
  ];
}

/** What else in the cluster names the guest, and what becomes of it. */
export function tieLines(guest: Guest, purge: boolean, facts: Facts): SafeText[] {
  return [
    ...backupLines(guest, purge, facts),
    ...replicationLines(guest, purge, facts),
    ...(guest.hastate
      ? [
          purge
            ? say`It is taken out of HA.`
            : say`It is an HA resource: Proxmox refuses unless purge is on.`,
        ]
      : []),
    say`Its own permissions and firewall rules go with it.`,
  ];
}

/** Why Proxmox would refuse without purging. */
export function purgeProblem(guest: Guest, facts: Facts): string | undefined {
  const [job] = jobsOf(facts.ties?.replication ?? [], guest.vmid);
  if (job) return `replication job ${job.id} is there: remove it first, or switch this on`;
  return guest.hastate ? 'it is an HA resource: switch this on, or take it out of HA' : undefined;
}
