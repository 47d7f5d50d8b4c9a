import type { BackupJob } from './backup-jobs.ts';
import { type ReplicationJob, runningJob } from './replication.ts';

/** Every night what the house depends on; the lab once a week; a job that somebody switched off. */
export const backupJobs: readonly BackupJob[] = [
  {
    id: 'backup-prod',
    storage: 'backup-nas',
    schedule: '02:00',
    enabled: true,
    all: false,
    vmids: [],
    exclude: [],
    pool: 'prod',
    comment: 'Nightly',
  },
  {
    id: 'backup-lab',
    storage: 'backup-nas',
    schedule: 'sun 04:30',
    enabled: true,
    all: false,
    vmids: [100, 111, 204],
    exclude: [],
    comment: 'Weekly',
  },
  {
    id: 'backup-pbs',
    storage: 'pbs',
    schedule: '03:00',
    enabled: true,
    all: true,
    vmids: [],
    exclude: [100, 108, 109, 111, 112, 113, 200],
    comment: 'Nightly, to the backup server',
  },
  {
    id: 'backup-scratch',
    storage: 'local',
    schedule: 'sat 03:00',
    enabled: false,
    all: false,
    vmids: [109],
    exclude: [],
  },
];

/** The database has a copy beside it, and so has the name server. */
export function replicationJobs(now: number): ReplicationJob[] {
  return [
    runningJob(
      {
        id: '103-0',
        guest: 103,
        source: 'pve2',
        target: 'pve3',
        comment: 'Before the nightly dump',
      },
      now,
    ),
    runningJob(
      { id: '204-0', guest: 204, source: 'pve3', target: 'pve2', schedule: '*:0/30', rate: 20 },
      now,
    ),
  ];
}
