import type { GroupAt, NamespaceAt, SnapshotAt } from '../../domain/pbs.ts';
import type { KeepOptions } from '../../domain/pbs-content.ts';
import type { PbsParameters } from './endpoints.ts';

/** The root namespace is named by leaving it out. */
export function placeOf({ ns }: Pick<NamespaceAt, 'ns'>): { ns?: string } {
  return ns === '' ? {} : { ns };
}

export function groupKey({ type, id }: Partial<Pick<GroupAt, 'type' | 'id'>>): PbsParameters {
  return { 'backup-type': type, 'backup-id': id };
}

/** Namespace and group, as parameters. */
export function groupParameters(at: GroupAt): PbsParameters {
  return { ...placeOf(at), ...groupKey(at) };
}

export function snapshotParameters(at: SnapshotAt): PbsParameters {
  return { ...groupParameters(at), 'backup-time': at.time };
}

/** Nothing at all keeps everything, on the server as well. */
export function keepParameters(keep: KeepOptions): PbsParameters {
  return {
    'keep-last': keep.last,
    'keep-hourly': keep.hourly,
    'keep-daily': keep.daily,
    'keep-weekly': keep.weekly,
    'keep-monthly': keep.monthly,
    'keep-yearly': keep.yearly,
  };
}
