import type { BackupJob } from '../../world/backup-jobs.ts';
import { nextTime } from '../../world/schedule.ts';
import type { Call, Endpoint } from '../endpoint.ts';

function row(call: Call, job: BackupJob): Record<string, unknown> {
  const next = nextTime(job.schedule, call.world.clock.seconds);
  return {
    id: job.id,
    enabled: job.enabled ? 1 : 0,
    schedule: job.schedule,
    storage: job.storage,
    mode: 'snapshot',
    compress: 'zstd',
    ...(job.all ? { all: 1 } : {}),
    ...(job.vmids.length > 0 ? { vmid: job.vmids.join(',') } : {}),
    ...(job.exclude.length > 0 ? { exclude: job.exclude.join(',') } : {}),
    ...(job.pool === undefined ? {} : { pool: job.pool }),
    ...(job.node === undefined ? {} : { node: job.node }),
    ...(job.comment === undefined ? {} : { comment: job.comment }),
    ...(job.enabled && next !== undefined ? { 'next-run': next } : {}),
  };
}

export const backupJobEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/cluster/backup',
    permission: { path: '/', privileges: ['Sys.Audit'] },
    parameters: {},
    handler: (call) => call.world.backupJobs.map((job) => row(call, job)),
  },
];
