import { retentionLimit } from '../domain/backup.ts';
import { isHaManaged } from '../domain/evacuation.ts';
import type { Guest } from '../domain/guest.ts';
import { disksOf, propertyFlag, propertyValue } from '../domain/guest-config.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { Storage } from '../domain/storage.ts';
import { freeOf, storagesFor, textOf } from './choices.ts';
import { isRunning } from './guest-common.ts';
import type { Facts, FieldValues } from './types.ts';

/** The chosen storage as the guest's node has it. */
export function chosenStorage(
  guest: Guest,
  facts: Facts,
  values: FieldValues,
): Storage | undefined {
  const name = textOf(values.storage);
  return storagesFor(facts, guest.node, 'backup').find(({ storage }) => storage === name);
}

/** A Proxmox Backup Server compresses and deduplicates by itself. */
export function isBackupServer(storage: Storage | undefined): boolean {
  return storage?.plugintype === 'pbs';
}

/** What the mode means for this guest, as it is now. */
export function modeWords(guest: Guest, mode: string): SafeText {
  const vm = guest.type === 'qemu';
  if (!isRunning(guest)) {
    return vm
      ? say`It does not run: it is started paused for the backup and stopped again; nothing runs inside.`
      : say`It does not run, its files stand still.`;
  }
  if (mode === 'stop') {
    return vm
      ? say`Stop: it is shut down, started again at once, and copied while it runs. What it serves is gone for the restart.`
      : say`Stop: it is shut down for the whole backup and started again afterwards. What it serves is gone meanwhile.`;
  }
  if (mode === 'suspend') {
    return vm
      ? say`Suspend: it stands still for a moment before it is copied; snapshot mode is better for a VM.`
      : say`Suspend: its files are copied twice, it stands still during the second, short copy.`;
  }
  return vm
    ? say`Snapshot: it keeps running. With its agent the file systems are quiet; without, it is like after a power cut.`
    : say`Snapshot: it keeps running; its storage has to know snapshots, else Proxmox suspends it.`;
}

/** What the backup will not have, by the configuration. */
function leftOut(guest: Guest, facts: Facts): SafeText[] {
  if (!facts.config) return [say`Which disks it leaves out is not known.`];
  const disks = disksOf(facts.config, guest.type).filter((disk) => !disk.cdrom);
  const out = disks.flatMap((disk): SafeText[] => {
    if (disk.unused) return [say`${disk.key} (unused)`];
    const told = propertyValue(disk.property, 'backup');
    if (guest.type === 'qemu') {
      return told !== undefined && !propertyFlag(disk.property, 'backup')
        ? [say`${disk.key} (backup=0)`]
        : [];
    }
    if (disk.bus !== 'mp') return [];
    if (disk.storage === undefined)
      return [say`${disk.key} ${disk.mountpoint ?? say`?`} (of the node itself)`];
    if (propertyFlag(disk.property, 'backup')) return [];
    const why = told === undefined ? say`not asked for` : say`backup=0`;
    return [say`${disk.key} ${disk.mountpoint ?? say`?`} (${why})`];
  });
  return out.length === 0
    ? [say`All its disks are in it.`]
    : [say`Not in it: ${joinSafe(out, ', ')}.`];
}

/** What will happen, what is not in the backup and what it removes. */
export function backupLines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const mode = textOf(values.mode) || 'snapshot';
  const storage = chosenStorage(guest, facts, values);
  const free = storage && freeOf(storage);
  const full = free !== undefined && free < 2 ** 30;
  const kept = facts.retention?.[textOf(values.storage)];
  const rule = kept === undefined ? say`which is not known` : kept;
  const prune =
    values.remove === true
      ? say`Afterwards older backups of it are removed on ${sanitise(values.storage)} by its retention (${rule}). Protected ones stay.`
      : say`Older backups stay.`;
  return [
    modeWords(guest, mode),
    ...leftOut(guest, facts),
    say`Its snapshots and the RAM of its snapshots are not in it.`,
    prune,
    ...(full ? [say`The storage is almost full: it will probably fail.`] : []),
  ];
}

/** Why Proxmox would refuse the mode. */
export function modeProblem(guest: Guest, mode: unknown): string | undefined {
  return mode === 'stop' && isHaManaged(guest) && isRunning(guest)
    ? 'Proxmox stops no guest that the HA manager looks after; use snapshot'
    : undefined;
}

/** Why Proxmox would refuse to back up without removing: the storage has as many as its retention keeps. */
export function removeProblem(guest: Guest, facts: Facts, values: FieldValues): string | undefined {
  const storage = chosenStorage(guest, facts, values)?.storage;
  const retention = storage && facts.retention?.[storage];
  const limit = retention === undefined ? undefined : retentionLimit(retention);
  if (limit === undefined || values.remove === true || values.protected === true) return undefined;
  const has = (facts.backups?.backups ?? []).filter(
    (backup) => backup.storage === storage && !backup.protected,
  ).length;
  return has < limit
    ? undefined
    : `${storage} keeps ${limit} (${retention}) and has ${has}: Proxmox refuses another one unless older ones are removed, or this one is protected`;
}

/** The variables of a notes template that Proxmox knows. */
const known = ['cluster', 'guestname', 'node', 'vmid'];

/** Why Proxmox would refuse the template for notes. */
export function templateProblem(text: string): string | undefined {
  if (text.length > 1024) return 'at most 1024 characters';
  if (text.includes('\n')) return 'one line only; write \\n for a line break';
  const strange = [...text.matchAll(/\{\{([^{}]*)\}\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !known.includes(name));
  if (strange.length > 0) {
    return `{{${strange[0]}}} is not known; there are ${known.map((name) => `{{${name}}}`).join(', ')}`;
  }
  const escaped = /\\(.?)/.exec(text.replace(/\\[n\\]/g, ''));
  return escaped ? `\\${escaped[1]} is not known; there are \\n and \\\\` : undefined;
}
