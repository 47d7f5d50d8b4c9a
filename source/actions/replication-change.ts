import { defaultSchedule, type ReplicationJob } from '../domain/replication.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { ReplicationSettings } from '../services/replication-api.ts';
import { firewallChangeLines } from './firewall-common.ts';
import { settingsOf } from './replication-rules.ts';
import type { FieldValues } from './types.ts';

/** Only what differs from the job; a default that was never set stays unset, and what is not set is not unset. */
export function jobChange(job: ReplicationJob, values: FieldValues): ReplicationSettings {
  const { schedule, rate, comment, enabled } = settingsOf(values);
  const unset = job.schedule === undefined && schedule === defaultSchedule;
  return {
    ...(schedule === undefined || unset || schedule === (job.schedule ?? '') ? {} : { schedule }),
    ...(rate === undefined || rate === (job.rate ?? 0) ? {} : { rate }),
    ...(comment === undefined || comment === (job.comment ?? '') ? {} : { comment }),
    ...(enabled === undefined || enabled === job.enabled ? {} : { enabled }),
  };
}

/** `rate: 5 → (not set)`, in Proxmox's names. */
export function jobChangeLines(
  job: ReplicationJob,
  { enabled, ...texts }: ReplicationSettings,
): readonly SafeText[] {
  const flag = (on: boolean) => (on ? '0' : '1');
  const before = {
    disable: flag(job.enabled),
    ...(job.schedule === undefined ? {} : { schedule: job.schedule }),
    ...(job.rate === undefined ? {} : { rate: String(job.rate) }),
    ...(job.comment === undefined ? {} : { comment: job.comment }),
  };
  const named = Object.entries(texts);
  const set = {
    ...Object.fromEntries(named.filter(([, value]) => value)),
    ...(enabled === undefined ? {} : { disable: flag(enabled) }),
  };
  const gone = named.filter(([, value]) => !value).map(([name]) => name);
  return firewallChangeLines({ set, delete: gone }, before);
}

/** Are the settings of the job as they were? How it fares does not matter. */
export function sameSettings(now: ReplicationJob, before: ReplicationJob): boolean {
  return (['schedule', 'rate', 'comment', 'enabled', 'removing', 'target'] as const).every(
    (name) => now[name] === before[name],
  );
}
