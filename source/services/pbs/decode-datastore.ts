import type { PbsId } from '../../domain/pbs.ts';
import type {
  ActiveOperations,
  DatastoreEntry,
  DatastorePoint,
  DatastoreStatus,
  DatastoreUsage,
  FullEstimate,
  GcStatus,
  Maintenance,
  MountStatus,
  TypeCount,
} from '../../domain/pbs-datastore.ts';
import { parsePbsUpid } from '../../domain/pbs-upid.ts';
import { sanitise } from '../../domain/safe-text.ts';
import { amount, asRow, epoch, number, type Row, rowsOf, text, told } from '../decode.ts';
import { count, moment, space } from './decode.ts';

/** Rows of GET /status/datastore-usage. `now` = the server's clock in ms. */
export function decodeUsage(server: PbsId, data: readonly unknown[], now: number) {
  return rowsOf(data).flatMap((row): DatastoreUsage[] => {
    const store = text(row.store);
    if (store === undefined) return [];
    return [
      told<DatastoreUsage>({
        server,
        store,
        ...space(row),
        ...history(row),
        full: fullEstimate(row['estimated-full-date'], now),
        gc: decodeGcStatus(row['gc-status']),
        error: text(row.error),
        mount: mountStatus(row['mount-status']),
        backend: text(row['backend-type']),
      }),
    ];
  });
}

function history(row: Row): Pick<DatastoreUsage, 'history' | 'historyStart' | 'historyDelta'> {
  if (!Array.isArray(row.history)) return {};
  const points = row.history.map((each) => {
    const share = number(each);
    return share !== undefined && share >= 0 && share <= 1 ? share : undefined;
  });
  return told({
    history: points,
    historyStart: epoch(row['history-start']),
    historyDelta: amount(row['history-delta']) || undefined,
  });
}

/** 0 stands for an endless line, and a date that has passed for one that falls. */
function fullEstimate(value: unknown, now: number): FullEstimate | undefined {
  const at = number(value);
  if (at === undefined) return undefined;
  if (at <= now / 1000) return { kind: 'not-growing' };
  const moment = epoch(at);
  return moment === undefined ? { kind: 'far' } : { kind: 'at', at: moment };
}

function mountStatus(value: unknown): MountStatus | undefined {
  return value === 'mounted' || value === 'notmounted' || value === 'nonremovable'
    ? value
    : undefined;
}

/** A garbage collection's figures; undefined when there was none yet, which PBS tells as a row of zeros without a UPID. */
export function decodeGcStatus(value: unknown): GcStatus | undefined {
  const row = asRow(value);
  if (!row) return undefined;
  const upid = parsePbsUpid(row.upid);
  const figures = told<GcStatus>({
    upid: upid?.upid,
    at: upid?.starttime,
    diskBytes: amount(row['disk-bytes']),
    diskChunks: count(row['disk-chunks']),
    indexDataBytes: amount(row['index-data-bytes']),
    indexFileCount: count(row['index-file-count']),
    pendingBytes: amount(row['pending-bytes']),
    pendingChunks: count(row['pending-chunks']),
    removedBytes: amount(row['removed-bytes']),
    removedChunks: count(row['removed-chunks']),
    removedBad: count(row['removed-bad']),
    stillBad: count(row['still-bad']),
  });
  const ran = upid !== undefined || Object.values(figures).some((figure) => Number(figure) > 0);
  return ran ? figures : undefined;
}

/** Rows of GET /admin/datastore. */
export function decodeEntries(server: PbsId, data: readonly unknown[]) {
  return rowsOf(data).flatMap((row): DatastoreEntry[] => {
    const store = text(row.store);
    if (store === undefined) return [];
    return [
      told<DatastoreEntry>({
        server,
        store,
        comment: text(row.comment),
        maintenance: maintenance(row.maintenance),
        mount: mountStatus(row['mount-status']),
        backend: text(row['backend-type']),
      }),
    ];
  });
}

/** `offline,message="new disk"`, `type=read-only`. */
function maintenance(value: unknown): Maintenance | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const mode = /^(?:type=)?([A-Za-z-]+)/.exec(value)?.[1] ?? /\btype=([A-Za-z-]+)/.exec(value)?.[1];
  const quoted = /(?:^|,)message="((?:[^"\\]|\\.)*)"/.exec(value)?.[1]?.replace(/\\(.)/g, '$1');
  const message = text(quoted ?? /(?:^|,)message=([^,]*)/.exec(value)?.[1]);
  return told<Maintenance>({ mode: sanitise(mode ?? value), message });
}

/** GET …/status?verbose=1. Zeros are how it answers a login that may see some namespaces only. */
export function decodeStatus(server: PbsId, store: string, row: Row): DatastoreStatus {
  const counts = asRow(row.counts);
  return told<DatastoreStatus>({
    server,
    store: sanitise(store),
    ...space(row),
    counts:
      counts &&
      told({
        vm: typeCount(counts.vm),
        ct: typeCount(counts.ct),
        host: typeCount(counts.host),
        other: typeCount(counts.other),
      }),
    gc: decodeGcStatus(row['gc-status']),
  });
}

function typeCount(value: unknown): TypeCount | undefined {
  const row = asRow(value);
  const groups = count(row?.groups);
  const snapshots = count(row?.snapshots);
  return groups === undefined || snapshots === undefined ? undefined : { groups, snapshots };
}

/** GET …/rrd: a row for each moment; what is not known of it is not there. */
export function decodePoints(data: readonly unknown[], now: number): DatastorePoint[] {
  return rowsOf(data).flatMap((row) => {
    const at = moment(row.time, now);
    if (at === undefined) return [];
    return [
      told<DatastorePoint>({
        at,
        ...space(row),
        available: amount(row.available),
        readBytes: amount(row.read_bytes),
        writeBytes: amount(row.write_bytes),
        readIos: amount(row.read_ios),
        writeIos: amount(row.write_ios),
        ioTicks: amount(row.io_ticks),
      }),
    ];
  });
}

export function decodeOperations(row: Row): ActiveOperations {
  return told<ActiveOperations>({ read: count(row.read), write: count(row.write) });
}
