import type { PbsId } from '../../domain/pbs.ts';
import type { KeepOptions } from '../../domain/pbs-content.ts';
import type {
  JobRun,
  PbsGcJob,
  PbsPruneJob,
  PbsSyncJob,
  PbsVerifyJob,
} from '../../domain/pbs-job.ts';
import { parsePbsUpid } from '../../domain/pbs-upid.ts';
import { taskOutcome } from '../../domain/task.ts';
import { amount, flag, type Row, rowsOf, text, told } from '../decode.ts';
import { count, moment, planned } from './decode.ts';
import { decodeGcStatus } from './decode-datastore.ts';

/** The `last-run-…` keys that every job carries. A run that has begun has a UPID and no state yet. */
export function decodeRun(row: Row, now: number, upidKey = 'last-run-upid'): JobRun {
  const upid = parsePbsUpid(row[upidKey]);
  const state = text(row['last-run-state']);
  const endtime = moment(row['last-run-endtime'], now);
  const running = upid !== undefined && state === undefined && endtime === undefined;
  return told<JobRun>({
    outcome:
      state !== undefined
        ? taskOutcome(state)
        : running
          ? 'running'
          : endtime === undefined
            ? 'never'
            : 'unknown',
    state,
    upid: upid?.upid,
    starttime: upid && moment(upid.starttime, now),
    endtime,
  });
}

/** What the three kinds have in common; undefined for a row without id or datastore. */
function common(server: PbsId, row: Row, now: number) {
  const id = text(row.id);
  const store = text(row.store);
  if (id === undefined || store === undefined) return undefined;
  return {
    server,
    id,
    store,
    ns: text(row.ns),
    maxDepth: count(row['max-depth']),
    schedule: text(row.schedule),
    comment: text(row.comment),
    nextRun: planned(row['next-run']),
    last: decodeRun(row, now),
  };
}

export function decodeKeep(row: Row): KeepOptions {
  const keep = (unit: string) => count(row[`keep-${unit}`]) || undefined;
  return told<KeepOptions>({
    last: keep('last'),
    hourly: keep('hourly'),
    daily: keep('daily'),
    weekly: keep('weekly'),
    monthly: keep('monthly'),
    yearly: keep('yearly'),
  });
}

export function decodePruneJobs(server: PbsId, data: readonly unknown[], now: number) {
  return rowsOf(data).flatMap((row) => {
    const shared = common(server, row, now);
    if (!shared) return [];
    const disabled = flag(row.disable) === true;
    return [told<PbsPruneJob>({ kind: 'prune', ...shared, disabled, keep: decodeKeep(row) })];
  });
}

export function decodeSyncJobs(server: PbsId, data: readonly unknown[], now: number) {
  return rowsOf(data).flatMap((row) => {
    const shared = common(server, row, now);
    const remoteStore = text(row['remote-store']);
    if (!shared || remoteStore === undefined) return [];
    const filter = Array.isArray(row['group-filter'])
      ? row['group-filter'].flatMap((each) => text(each) ?? [])
      : undefined;
    return [
      told<PbsSyncJob>({
        kind: 'sync',
        ...shared,
        direction: row['sync-direction'] === 'push' ? 'push' : 'pull',
        remote: text(row.remote),
        remoteStore,
        remoteNs: text(row['remote-ns']),
        owner: text(row.owner),
        removeVanished: flag(row['remove-vanished']),
        groupFilter: filter,
        transferLast: count(row['transfer-last']),
        encryptedOnly: flag(row['encrypted-only']),
        verifiedOnly: flag(row['verified-only']),
        rateIn: text(row['rate-in']),
        rateOut: text(row['rate-out']),
      }),
    ];
  });
}

export function decodeVerifyJobs(server: PbsId, data: readonly unknown[], now: number) {
  return rowsOf(data).flatMap((row) => {
    const shared = common(server, row, now);
    if (!shared) return [];
    return [
      told<PbsVerifyJob>({
        kind: 'verify',
        ...shared,
        ignoreVerified: flag(row['ignore-verified']),
        outdatedAfter: count(row['outdated-after']),
      }),
    ];
  });
}

/** Rows of GET /admin/gc: the figures and the job in one. */
export function decodeGcJobs(server: PbsId, data: readonly unknown[], now: number) {
  return rowsOf(data).flatMap((row) => {
    const store = text(row.store);
    if (store === undefined) return [];
    const last = decodeRun(row, now, 'upid');
    return [
      told<PbsGcJob>({
        server,
        store,
        schedule: text(row.schedule),
        nextRun: planned(row['next-run']),
        // Its UPID is that of the figures, which outlives the state file: without a state it has not begun, it is not known.
        last: last.outcome === 'running' ? { ...last, outcome: 'unknown' } : last,
        duration: amount(row.duration),
        status: decodeGcStatus(row),
      }),
    ];
  });
}
