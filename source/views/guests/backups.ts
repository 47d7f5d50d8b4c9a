import { segment, textLine, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import type { Cell, Column } from '../../components/table/columns.ts';
import {
  type BackupSource,
  backupName,
  backupStorages,
  distantStorages,
  type GuestBackup,
} from '../../domain/backup.ts';
import { detailOf } from '../../domain/detail.ts';
import { describeFailure } from '../../domain/failure.ts';
import { age, bytes, count, dateTime, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { holds, seeStorages } from '../../domain/permission.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import { sinceServerTime } from '../../domain/server-time.ts';
import { detailNotes } from '../freshness.ts';
import type { TabTable, ViewContext } from '../types.ts';

const none: Cell = { text: NOT_APPLICABLE, tone: 'dim' };
const unknown: Cell = { text: UNKNOWN };
const taken = ({ ctime }: GuestBackup) => (ctime === undefined ? undefined : ctime * 1000);
/** A Proxmox Backup Server checks what it has; nobody checks the files of other storages. */
const isVerifiable = ({ format, volid }: GuestBackup) =>
  format === undefined ? /:backup\/(?:vm|ct)\//.test(volid) : format.startsWith('pbs-');

function verified(backup: GuestBackup): Cell {
  if (!isVerifiable(backup)) return none;
  if (backup.verification === undefined) {
    return backup.simulated ? unknown : { text: say`not yet`, tone: 'warn' };
  }
  return { text: backup.verification, tone: backup.verification === 'ok' ? 'good' : 'bad' };
}

export const backupColumns: readonly Column<GuestBackup>[] = [
  {
    id: 'age',
    title: say`Age`,
    min: 7,
    align: 'right',
    priority: 0,
    cell: (backup, { now, ownSkew = 0 }) => ({
      text: age(sinceServerTime(taken(backup), now, ownSkew)),
    }),
    ticks: () => true,
    sortValue: (backup) => backup.ctime,
  },
  {
    id: 'taken',
    title: say`Made`,
    min: 16,
    priority: 4,
    cell: (backup) => ({ text: dateTime(taken(backup)), tone: 'dim' }),
    sortValue: (backup) => backup.ctime,
  },
  {
    id: 'storage',
    title: say`Storage`,
    min: 10,
    max: 20,
    priority: 0,
    cell: ({ storage }) => ({ text: storage }),
    sortValue: ({ storage }) => storage,
  },
  {
    id: 'size',
    title: say`Size`,
    min: 9,
    align: 'right',
    priority: 1,
    cell: ({ size }) => ({ text: bytes(size) }),
    sortValue: ({ size }) => size,
  },
  {
    id: 'format',
    title: say`Format`,
    min: 8,
    max: 12,
    priority: 5,
    cell: ({ format }) => ({ text: format ?? UNKNOWN }),
    sortValue: ({ format }) => format,
  },
  {
    id: 'protected',
    title: say`Protected`,
    min: 9,
    priority: 2,
    cell: ({ protected: kept }) =>
      kept ? { text: say`yes`, tone: 'info' } : { text: say`no`, tone: 'dim' },
    sortValue: ({ protected: kept }) => (kept ? 'yes' : 'no'),
  },
  {
    id: 'verified',
    title: say`Verified`,
    min: 8,
    priority: 6,
    cell: verified,
    sortValue: ({ verification }) => verification,
  },
  {
    id: 'encrypted',
    title: say`Encrypted`,
    min: 9,
    priority: 7,
    cell: (backup) => {
      if (!isVerifiable(backup)) return none;
      if (backup.simulated) return unknown;
      return backup.encrypted ? { text: say`yes`, tone: 'info' } : { text: say`no`, tone: 'dim' };
    },
    sortValue: ({ encrypted }) => (encrypted ? 'yes' : 'no'),
  },
  {
    id: 'notes',
    title: say`Notes`,
    min: 10,
    max: 60,
    grow: 2,
    priority: 3,
    cell: ({ notes, simulated }) => (notes ? { text: notes } : simulated ? unknown : none),
    sortValue: ({ notes }) => notes,
  },
  {
    id: 'name',
    title: say`Volume`,
    min: 20,
    max: 60,
    grow: 1,
    priority: 8,
    cell: ({ volid }) => ({ text: backupName(volid), tone: 'dim' }),
    sortValue: ({ volid }) => volid,
  },
];

/** What a storage did not tell, and why. */
function sourceLines(
  guest: Guest,
  { storage, reading, failure }: BackupSource,
  width: number,
): Line[] {
  const path = say`/storage/${storage}`;
  const cure = say`Datastore.AllocateSpace on ${path} and VM.Backup on /vms/${guest.vmid}`;
  if (reading === 'failed') {
    const why = failure ? describeFailure(failure) : say`no reason was told`;
    return wrapped(say`⚠ ${storage}: unknown: ${why}`, width, 'warn');
  }
  if (reading === 'hidden') {
    return wrapped(
      say`⚠ ${storage}: unknown: this identity may not see them; it needs ${cure}`,
      width,
      'warn',
    );
  }
  if (reading === 'simulated') {
    return wrapped(
      say`⚠ ${storage}: this identity may not list them; names and times are from the storage's prune simulation. For the rest it needs ${cure}`,
      width,
      'warn',
    );
  }
  return [];
}

function distantLine(guest: Guest, context: ViewContext): Line[] {
  const { data } = context.sites.find(({ site }) => site === guest.site)?.resources ?? {};
  const others = distantStorages(data, guest.node);
  if (others.length === 0) return [];
  const names = joinSafe(
    others.map(({ storage, node }) => say`${storage} on ${node}`),
    ', ',
  );
  return wrapped(
    say`not looked at, because ${guest.node} does not reach it: ${names}`,
    context.width,
    'dim',
  );
}

function seesStorages(guest: Guest, context: ViewContext): boolean {
  const site = context.sites.find((each) => each.site === guest.site);
  return holds(site?.permissions.data, seeStorages) === true;
}

/** Why there are no rows, without saying more than is known. */
function emptyLines(guest: Guest, context: ViewContext, sources: readonly BackupSource[]): Line[] {
  const { data } = context.sites.find(({ site }) => site === guest.site)?.resources ?? {};
  if (backupStorages(data, guest.node).length === 0) {
    const none = say`${guest.node} has no storage that keeps backups`;
    const hidden = say`unknown: storages may be hidden from this identity; it needs Datastore.Audit on /storage`;
    return wrapped(seesStorages(guest, context) ? none : hidden, context.width, 'warn');
  }
  const unread = sources.filter(({ reading }) => reading !== 'listed');
  return unread.length > 0
    ? [textLine(say`unknown: not every storage told its backups`, 'warn')]
    : [textLine(say`no backups`, 'warn')];
}

function summary(backups: readonly GuestBackup[], sources: readonly BackupSource[]): Line {
  const total = backups.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  const read = sources.filter(({ reading }) => reading === 'listed' || reading === 'simulated');
  const names: SafeText[] = read.map(({ storage }) => storage);
  const where = names.length === 0 ? say`no storage` : joinSafe(names, ', ');
  const asked = segment(say`asked: ${where}`, 'dim');
  if (backups.length === 0) return [asked];
  return [segment(say`${count(backups.length, 'backup')}, ${bytes(total)} in all  `), asked];
}

/** All backups of the guest that its node reaches, newest first. */
export function backupTable(guest: Guest, context: ViewContext): TabTable<GuestBackup> {
  const source = detailOf(context.details, 'guest.backups', guestKey(guest));
  const { backups = [], sources = [] } = source.data ?? {};
  const loaded = source.data !== undefined;
  return {
    kind: 'table',
    columns: backupColumns,
    rows: backups,
    rowKey: ({ volid }) => volid,
    empty: loaded
      ? emptyLines(guest, context, sources)
      : [
          source.failure
            ? textLine(say`unknown: it could not be read`, 'warn')
            : textLine(say`loading`, 'dim'),
        ],
    notes: [
      ...detailNotes(source, context),
      ...(loaded ? [summary(backups, sources)] : []),
      ...sources.flatMap((each) => sourceLines(guest, each, context.width)),
      ...(loaded ? distantLine(guest, context) : []),
    ],
    picked: ({ volid }) => ({ kind: 'backup', key: volid }),
    copies: ({ volid }) => [{ label: say`volume`, text: volid }],
  };
}
