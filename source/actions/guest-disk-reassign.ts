import type { Guest } from '../domain/guest.ts';
import type { GuestDisk } from '../domain/guest-config.ts';
import { vmidProblem } from '../domain/guest-values.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { editable, editBase, finished } from './config-write.ts';
import { diskField, disksWhere, findDisk } from './disk-choices.ts';
import { ask, disabled, guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { type Choice, defineAction, type Facts, type FieldValues } from './types.ts';

const reassigns = (disk: GuestDisk) =>
  !disk.cdrom && !disk.cloudinit && disk.bus !== 'rootfs' && disk.storage !== undefined;

/** Guests of the same kind on the same node: Proxmox moves a disk to no other. */
function othersOf(guest: Guest, facts: Facts): readonly Guest[] {
  return (facts.site.resources.data?.guests ?? [])
    .filter(
      (each) =>
        each.type === guest.type &&
        each.node === guest.node &&
        each.vmid !== guest.vmid &&
        each.template !== true,
    )
    .sort((a, b) => a.vmid - b.vmid);
}

function targetChoices(guest: Guest, facts: Facts): readonly Choice[] {
  return othersOf(guest, facts).map((each) => ({
    value: String(each.vmid),
    label: say`${each.vmid} ${each.name ?? say`(no name)`}, ${each.status}`,
  }));
}

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const disk = findDisk(guest, facts, values.disk);
  const to = othersOf(guest, facts).find((each) => String(each.vmid) === String(values.target));
  return [
    ...(disk ? [say`${disk.key} ${disk.volume}: it belongs to the other guest afterwards.`] : []),
    ...(to && isRunning(to)
      ? [say`${guestLabel(to)} runs; it gets the disk as Proxmox lets it.`]
      : []),
    say`Backups and snapshots of this guest no longer hold it.`,
  ];
}

export const guestDiskReassign = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-reassign',
  title: 'Reassign disk',
  summary: 'Gives a disk to another guest of the same kind on the same node.',
  effect: 'disrupt',
  taskTypes: ['qmmove', 'move_volume'],
  fields: [
    {
      ...diskField('The disk that is given away.', reassigns),
      problem: (value, guest, facts) => {
        const disk = findDisk(guest, facts, value);
        if (facts.config && !(disk && reassigns(disk))) return 'cannot be reassigned';
        return disk && !disk.unused && isRunning(guest) ? 'is in use: detach it first' : undefined;
      },
    },
    {
      name: 'target',
      label: 'To guest',
      help: 'Guests of the same kind on the same node.',
      kind: 'choice',
      required: true,
      choices: targetChoices,
      problem: (value) => vmidProblem(String(value)),
    },
    {
      name: 'key',
      label: 'As',
      help: 'Its key there, for example scsi1 or mp0. Empty: the same as here.',
      kind: 'text',
      problem: (value, guest) =>
        (guest.type === 'qemu'
          ? /^(?:(?:ide|sata|scsi|virtio|unused)\d+|efidisk0|tpmstate0)$/
          : /^(?:mp|unused)\d+$/
        ).test(String(value))
          ? undefined
          : 'is no key of a disk',
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes') return stop;
    if (facts.config && disksWhere(guest, facts, reassigns).length === 0) {
      return disabled(say`it has no disk that could be given away`);
    }
    if (facts.site.resources.data && othersOf(guest, facts).length === 0) {
      return disabled(say`no other guest of its kind is on ${guest.node}`);
    }
    return stop;
  },
  confirm: (guest, values, facts) =>
    ask(
      2,
      say`Give ${sanitise(values.disk)} of ${guestLabel(guest)} to guest ${sanitise(values.target)}?`,
      guest,
      facts,
      lines(guest, values, facts),
    ),
  run: async (guest, values, context) => {
    const { digest } = context.facts.config ?? {};
    const key = textOf(values.key);
    const started = await context.site.guests.moveDisk(
      guest,
      {
        disk: String(values.disk),
        targetVmid: Number(values.target),
        ...(key === '' ? {} : { targetDisk: key }),
        ...(digest === undefined ? {} : { digest }),
      },
      { signal: context.signal },
    );
    const done = say`${sanitise(values.disk)} given to guest ${sanitise(values.target)}`;
    const names = {
      volume: 'disk',
      'target-vmid': 'target',
      'target-disk': 'key',
      'target-volume': 'key',
    };
    return finished(guest, started, context, { set: {}, gone: [] }, done, names);
  },
});
