import {
  type BackupType,
  type GroupAt,
  isBackupType,
  type NamespaceAt,
  type PbsId,
} from '../../domain/pbs.ts';
import {
  type CryptMode,
  manifestName,
  type PbsGroup,
  type PbsNamespace,
  type PbsSnapshot,
  type PruneMark,
  type SnapshotFile,
  type Verification,
} from '../../domain/pbs-content.ts';
import { parsePbsUpid, storeOfTask } from '../../domain/pbs-upid.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import { amount, asRow, flag, integer, type Row, rowsOf, text, told } from '../decode.ts';
import { count, moment, name, Pool } from './decode.ts';

export function decodeNamespaces(data: readonly unknown[]): PbsNamespace[] {
  return rowsOf(data).flatMap((row) =>
    // The root is an empty text, which is not the same as none.
    typeof row.ns === 'string'
      ? [told<PbsNamespace>({ ns: name(row.ns), comment: text(row.comment) })]
      : [],
  );
}

/** A group's key; undefined when the row is none. */
function keyOf(row: Row, pool: Pool): { type: BackupType; id: SafeText } | undefined {
  const type = row['backup-type'];
  const id = pool.take(row['backup-id']);
  return isBackupType(type) && id !== undefined ? { type, id } : undefined;
}

/** Rows of GET …/groups. `now` = the server's clock in ms. */
export function decodeGroups(
  server: PbsId,
  { store, ns }: NamespaceAt,
  data: readonly unknown[],
  now: number,
): PbsGroup[] {
  const pool = new Pool();
  const place = { server, store: sanitise(store), ns: sanitise(ns) };
  return rowsOf(data).flatMap((row) => {
    const key = keyOf(row, pool);
    if (!key) return [];
    return [
      told<PbsGroup>({
        ...place,
        ...key,
        count: count(row['backup-count']),
        lastBackup: moment(row['last-backup'], now),
        owner: pool.take(row.owner),
        comment: text(row.comment),
        files: Array.isArray(row.files) ? row.files.flatMap((each) => pool.take(each) ?? []) : [],
      }),
    ];
  });
}

/** Makes snapshots of rows of GET …/snapshots; one for a whole list, so that its texts are shared. */
export function snapshotDecoder(
  server: PbsId,
  at: NamespaceAt,
  now: number,
): (value: unknown) => PbsSnapshot | undefined {
  const pool = new Pool();
  const store = sanitise(at.store);
  const ns = sanitise(at.ns);
  return (value) => {
    const row = asRow(value);
    const key = row && keyOf(row, pool);
    const time = integer(row?.['backup-time']);
    if (!row || !key || time === undefined) return undefined;
    const files = decodeFiles(row.files, pool);
    const size = amount(row.size);
    const manifest = files.some(({ filename }) => filename === manifestName);
    return told<PbsSnapshot>({
      server,
      store,
      ns,
      type: key.type,
      id: key.id,
      time,
      at: moment(time, now),
      // Without a readable manifest the server does not know the size.
      finished: manifest && size !== undefined,
      // The sum of sizes that were not told.
      size: size === 0 ? undefined : size,
      owner: pool.take(row.owner),
      protected: flag(row.protected),
      comment: pool.take(row.comment),
      fingerprint: pool.take(row.fingerprint),
      verification: verification(row.verification, pool, now),
      files,
    });
  };
}

/** Files of one snapshot: rows, or bare names when its manifest could not be read. */
export function decodeFiles(value: unknown, pool = new Pool()): SnapshotFile[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each): SnapshotFile[] => {
    const row = asRow(each);
    const filename = pool.take(row ? row.filename : each);
    if (filename === undefined) return [];
    if (!row) return [{ filename }];
    const size = amount(row.size);
    const mode = crypt(row['crypt-mode']);
    const key = `${size} ${mode} ${filename}`;
    return [pool.once(key, () => told<SnapshotFile>({ filename, size, crypt: mode }))];
  });
}

function crypt(value: unknown): CryptMode | undefined {
  return value === 'none' || value === 'encrypt' || value === 'sign-only' ? value : undefined;
}

function verification(value: unknown, pool: Pool, now: number): Verification | undefined {
  const row = asRow(value);
  if (!row || row.state === undefined) return undefined;
  return pool.once(`${String(row.state)} ${String(row.upid)}`, () => {
    const upid = parsePbsUpid(row.upid);
    const store = upid && storeOfTask(upid);
    return told<Verification>({
      state: row.state === 'ok' || row.state === 'failed' ? row.state : 'unknown',
      at: upid && moment(upid.starttime, now),
      upid: upid?.upid,
      node: pool.take(upid?.node),
      store: pool.take(store),
    });
  });
}

/**
 * What a dry run would keep and remove, oldest first as the server sends it. Undefined when a row does not say what becomes of
 * it: then nothing may be shown.
 */
export function decodePruneMarks(
  { store, ns }: GroupAt,
  data: readonly unknown[],
): PruneMark[] | undefined {
  const pool = new Pool();
  const marks: PruneMark[] = [];
  for (const each of data) {
    const row = asRow(each);
    const key = row && keyOf(row, pool);
    const time = integer(row?.['backup-time']);
    const keep = flag(row?.keep);
    if (!row || !key || time === undefined || keep === undefined) return undefined;
    marks.push(told<PruneMark>({ store, ns, ...key, time, keep, protected: flag(row.protected) }));
  }
  return marks;
}
