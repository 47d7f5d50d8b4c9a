import type { Cell, Column } from '../../components/table/columns.ts';
import { age, bytes, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { sinceServerTime } from '../../domain/server-time.ts';
import type { Volume } from '../../domain/storage.ts';

const none: Cell = { text: NOT_APPLICABLE, tone: 'dim' };

/** The part after `storage:`, which is the same on every row. */
function shortName(volume: Volume): SafeText {
  const colon = volume.volid.indexOf(':');
  return (colon === -1 ? volume.volid : volume.volid.slice(colon + 1)) as SafeText;
}

export const volumeColumns: readonly Column<Volume>[] = [
  {
    id: 'volid',
    title: say`Volume`,
    min: 24,
    max: 70,
    grow: 4,
    priority: 0,
    cell: (volume) => ({ text: shortName(volume) }),
    sortValue: (volume) => volume.volid,
  },
  {
    id: 'content',
    title: say`Type`,
    min: 8,
    priority: 1,
    cell: (volume) => ({ text: volume.content ?? UNKNOWN }),
    sortValue: (volume) => volume.content,
  },
  {
    id: 'size',
    title: say`Size`,
    min: 9,
    align: 'right',
    priority: 0,
    cell: (volume) => ({ text: bytes(volume.size) }),
    sortValue: (volume) => volume.size,
  },
  {
    id: 'age',
    title: say`Age`,
    min: 7,
    align: 'right',
    priority: 1,
    cell: (volume, { now, ownSkew = 0 }) =>
      // Only backups and files have a time of their own.
      volume.ctime ? { text: age(sinceServerTime(volume.ctime * 1000, now, ownSkew)) } : none,
    ticks: (volume) => Boolean(volume.ctime),
    sortValue: (volume) => volume.ctime,
  },
  {
    id: 'vmid',
    title: say`VMID`,
    min: 6,
    max: 9,
    align: 'right',
    priority: 2,
    cell: (volume) => (volume.vmid ? { text: say`${volume.vmid}` } : none),
    sortValue: (volume) => volume.vmid,
  },
  {
    id: 'protected',
    title: say`Protected`,
    min: 9,
    priority: 4,
    cell: (volume) => {
      if (volume.content !== undefined && volume.content !== 'backup') return none;
      return volume.protected ? { text: say`yes`, tone: 'info' } : { text: say`no`, tone: 'dim' };
    },
    sortValue: (volume) => (volume.protected ? 'yes' : 'no'),
  },
  {
    id: 'verified',
    title: say`Verified`,
    min: 8,
    priority: 6,
    cell: (volume) => {
      if (volume.content !== 'backup') return none;
      if (volume.verification === undefined) return { text: UNKNOWN };
      return { text: volume.verification, tone: volume.verification === 'ok' ? 'good' : 'bad' };
    },
    sortValue: (volume) => volume.verification,
  },
  {
    id: 'notes',
    title: say`Notes`,
    min: 10,
    max: 60,
    grow: 2,
    priority: 3,
    cell: (volume) => (volume.notes ? { text: volume.notes } : none),
    sortValue: (volume) => volume.notes,
  },
];
