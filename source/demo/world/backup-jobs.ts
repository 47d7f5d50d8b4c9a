import type { World } from './world.ts';

/** One vzdump job of jobs.cfg; it is for all guests, those of a pool, or those it names. */
export interface BackupJob {
  readonly id: string;
  readonly storage: string;
  readonly schedule: string;
  readonly enabled: boolean;
  readonly all: boolean;
  vmids: readonly number[];
  exclude: readonly number[];
  readonly pool?: string;
  readonly node?: string;
  readonly comment?: string;
}

/** Takes a guest out of every job; one that names no other guest goes with it. */
export function removeFromJobs(world: World, vmid: number): void {
  for (const job of [...world.backupJobs]) {
    job.exclude = job.exclude.filter((each) => each !== vmid);
    if (!job.vmids.includes(vmid)) continue;
    job.vmids = job.vmids.filter((each) => each !== vmid);
    if (job.vmids.length > 0) continue;
    world.backupJobs.splice(world.backupJobs.indexOf(job), 1);
  }
}
