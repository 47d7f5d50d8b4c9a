import type { PbsHost } from '../world/pbs/host.ts';
import {
  type BackupGroup,
  type BackupSnapshot,
  type Datastore,
  isFinished,
  usedBytes,
} from '../world/pbs/model.ts';

type Row = Record<string, unknown>;

const day = 86_400;
/** How far the history of a datastore's usage goes back, days. */
export const historyDays = 396;
/** Of these days nothing is known: the server was off. */
const unknownDays = { from: 171, to: 168 };

export function groupRow(group: BackupGroup): Row {
  const newest = group.snapshots.at(-1);
  return {
    'backup-type': group.type,
    'backup-id': group.id,
    'last-backup': newest?.time ?? 0,
    'backup-count': group.snapshots.length,
    files: (newest?.files ?? []).map(({ filename }) => filename),
    owner: group.owner,
    ...(group.notes === undefined || group.notes === ''
      ? {}
      : { comment: group.notes.split('\n')[0] }),
  };
}

export function snapshotRow(group: BackupGroup, snapshot: BackupSnapshot): Row {
  const { comment, fingerprint, verification, size } = snapshot;
  // What its index says of them is not known of an unfinished one.
  const files = isFinished(snapshot)
    ? snapshot.files
    : snapshot.files.map(({ filename }) => ({ filename }));
  return {
    'backup-type': group.type,
    'backup-id': group.id,
    'backup-time': snapshot.time,
    owner: group.owner,
    protected: snapshot.protected,
    ...(size === undefined ? {} : { size }),
    ...(comment === undefined || comment === '' ? {} : { comment: comment.split('\n')[0] }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(verification ? { verification } : {}),
    files,
  };
}

/** As it stands in the configuration; undefined without any. */
export function maintenanceText({ maintenance }: Datastore): string | undefined {
  if (!maintenance) return undefined;
  const { type, message } = maintenance;
  return `type=${type}${message === undefined ? '' : `,message="${message}"`}`;
}

export function gcRow(store: Datastore): Row {
  return { ...store.gc };
}

/** The part of a datastore that was used so many days ago; null where nothing was written down. */
export function usedPart(host: PbsHost, store: Datastore, daysAgo: number): number | null {
  if (daysAgo <= unknownDays.from && daysAgo >= unknownDays.to) return null;
  const now = usedBytes(store) / store.total;
  const wave = host.world.noise.wave(`pbs-fill/${host.name}/${store.name}`, daysAgo * day, 6 * day);
  // Between two collections it grows, and today is as it is.
  const sway = daysAgo === 0 ? 0 : 0.012 * (wave - 0.5);
  return Math.max(0.02, Math.min(1, now - (store.growth * daysAgo) / 365 + sway));
}

/** A line through the last months, as the server draws it; 0 when it does not get fuller. */
function fullAt(host: PbsHost, store: Datastore, now: number): number {
  const points = [0, 30, 60, 90, 120, 150, 180, 210].flatMap((ago) => {
    const part = usedPart(host, store, ago);
    return part === null ? [] : [{ x: now - ago * day, y: part }];
  });
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((one) => one.x), mean((one) => one.y)];
  const slope =
    points.reduce((sum, one) => sum + (one.x - x) * (one.y - y), 0) /
    points.reduce((sum, one) => sum + (one.x - x) ** 2, 0);
  return slope <= 0 ? 0 : Math.round(x + (1 - y) / slope);
}

/** One datastore on the overview. `error` takes the place of all figures. */
export function usageRow(host: PbsHost, store: Datastore): Row {
  const bare: Row = {
    store: store.name,
    'mount-status': store.mount,
    'backend-type': 'filesystem',
  };
  if (store.mount === 'notmounted') return bare;
  const problem = host.unavailable(store, 'read');
  if (problem !== undefined) return { ...bare, error: problem };
  const now = host.world.clock.seconds;
  const start = now - (now % day) - (historyDays - 1) * day;
  const used = usedBytes(store);
  return {
    ...bare,
    total: store.total,
    used,
    avail: store.total - used,
    history: Array.from({ length: historyDays }, (_, index) =>
      usedPart(host, store, historyDays - 1 - index),
    ),
    'history-start': start,
    'history-delta': day,
    'estimated-full-date': fullAt(host, store, now),
    'gc-status': gcRow(store),
  };
}
