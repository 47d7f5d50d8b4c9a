import type { Guest } from '../domain/guest.ts';
import { holds, seeStorages } from '../domain/permission.ts';
import { fail } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { storageChoices, textOf } from './choices.ts';
import {
  backupLines,
  chosenStorage,
  isBackupServer,
  modeProblem,
  removeProblem,
  templateProblem,
} from './guest-backup-words.ts';
import { ask, blocked, disabled, guestLabel, isRunning, vmPrivilege, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { fieldsNamed } from './refused-fields.ts';
import { defineAction, type Facts, type Field } from './types.ts';

const may = (facts: Facts, path: string, privilege: string) =>
  holds(facts.site.permissions.data, { path, anyOf: [privilege] }) !== false;

const fields: readonly Field<Guest>[] = [
  {
    name: 'storage',
    label: 'Storage',
    help: 'Storages of its node that keep backups.',
    kind: 'choice',
    required: true,
    choices: (guest, facts) => {
      const all = storageChoices(facts, guest.node, 'backup');
      const usable = all.filter(({ value }) =>
        may(facts, `/storage/${value}`, 'Datastore.AllocateSpace'),
      );
      return usable.length > 0 ? usable : all;
    },
    problem: (value, guest, facts, values) => {
      const path = `/storage/${String(value)}`;
      if (!may(facts, path, 'Datastore.AllocateSpace')) {
        return `needs Datastore.AllocateSpace on ${path}`;
      }
      return facts.site.resources.data && !chosenStorage(guest, facts, values)
        ? `${guest.node} has no storage ${String(value)} that keeps backups and answers`
        : undefined;
    },
  },
  {
    name: 'mode',
    label: 'Mode',
    help: 'Snapshot keeps the guest running, suspend pauses it, stop restarts it.',
    kind: 'choice',
    choices: () => [
      { value: 'snapshot', label: say`snapshot` },
      { value: 'suspend', label: say`suspend` },
      { value: 'stop', label: say`stop` },
    ],
    initial: () => 'snapshot',
    problem: (value, guest) => modeProblem(guest, value),
  },
  {
    name: 'compress',
    label: 'Compression',
    help: 'How the archive is packed.',
    kind: 'choice',
    choices: () => [
      { value: 'zstd', label: say`zstd (fast and good)` },
      { value: 'lzo', label: say`lzo (fast)` },
      { value: 'gzip', label: say`gzip (good)` },
      { value: '0', label: say`none` },
    ],
    initial: () => 'zstd',
    applies: (guest, facts, values) => !isBackupServer(chosenStorage(guest, facts, values)),
  },
  {
    name: 'notes-template',
    label: 'Notes',
    help: 'May hold {{guestname}}, {{vmid}}, {{node}} and {{cluster}}.',
    kind: 'text',
    initial: () => '{{guestname}}',
    problem: (value) => templateProblem(textOf(value)),
  },
  {
    name: 'protected',
    label: 'Protected',
    help: 'Neither retention nor anybody removes it before its protection is switched off.',
    kind: 'boolean',
    initial: () => false,
  },
  {
    name: 'remove',
    label: 'Remove older ones by retention',
    help: 'Prunes older backups of this guest as the storage is set up. Off: nothing is removed.',
    kind: 'boolean',
    initial: () => false,
    problem: (_value, guest, facts, values) => removeProblem(guest, facts, values),
  },
  {
    name: 'bwlimit',
    label: 'Bandwidth limit (KiB/s)',
    help: 'Slows it down so that others keep working. Needs Sys.Modify on /.',
    kind: 'integer',
    problem: (value, _guest, facts) => {
      if (typeof value !== 'number') return undefined;
      if (value < 0) return 'must be 0 or more';
      return may(facts, '/', 'Sys.Modify') ? undefined : 'needs Sys.Modify on /';
    },
  },
];

export const guestBackup = defineAction<'guest'>({
  id: 'guest.backup',
  scope: 'guest',
  key: 'b',
  title: 'Back up now',
  summary: 'Makes a backup of the guest on a storage of its node.',
  effect: 'change',
  needs: ['backups', 'retention'],
  batch: true,
  // Proxmox makes one backup at a time on each node; the others would only wait inside their tasks.
  apart: (guest) => `vzdump ${guest.site} ${guest.node}`,
  fields,
  privileges: vmPrivilege('VM.Backup'),
  available: (guest, facts) => {
    const stop = blocked(guest, facts);
    if (stop) return stop;
    const { resources, permissions } = facts.site;
    // One that is hidden from this identity may be there all the same, and its name can be typed.
    const known = resources.data !== undefined && holds(permissions.data, seeStorages) === true;
    return known && storageChoices(facts, guest.node, 'backup').length === 0
      ? disabled(say`no storage of ${guest.node} that answers keeps backups`)
      : yes;
  },
  confirm: (guest, values, facts) => {
    const disturbs = isRunning(guest) && values.mode !== undefined && values.mode !== 'snapshot';
    const level = disturbs || values.remove === true ? 2 : 1;
    const to = values.storage === undefined ? say`a storage` : sanitise(values.storage);
    return ask(level, say`Back up ${guestLabel(guest)} to ${to}?`, guest, facts, [
      ...backupLines(guest, values, facts),
    ]);
  },
  taskTypes: ['vzdump'],
  touches: ['resources', 'detail', 'tasks'],
  run: async (guest, values, { site, facts, signal }) => {
    const storage = textOf(values.storage);
    const compress = isBackupServer(chosenStorage(guest, facts, values))
      ? ''
      : textOf(values.compress);
    const notes = textOf(values['notes-template']);
    const mode = values.mode === 'stop' || values.mode === 'suspend' ? values.mode : 'snapshot';
    const started = await site.backups.create(
      guest,
      {
        storage,
        mode,
        ...(compress === '' ? {} : { compress }),
        ...(notes === '' ? {} : { notesTemplate: notes }),
        ...(values.protected === true ? { protected: true } : {}),
        remove: values.remove === true,
        ...(typeof values.bwlimit === 'number' ? { bwlimit: values.bwlimit } : {}),
      },
      { signal },
    );
    if (started.ok && !started.value.upid) {
      // Proxmox's way to say that none of the guests is on that node.
      return fail({
        kind: 'not-found',
        what: say`Proxmox found nothing to back up on ${guest.node}`,
        where: guestLabel(guest),
        next: say`it has probably moved; refresh with r and try again`,
      });
    }
    return taskOrDone(fieldsNamed(started, { 'prune-backups': 'remove' }));
  },
});
