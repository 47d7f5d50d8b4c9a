import { propertyFlag, propertyValue } from '../domain/guest-config.ts';
import { say } from '../domain/safe-text.ts';
import { vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';
import { flagChange, flagIn } from './property-form.ts';

/** The names the switch has had; versions before 9.2 know only the second. */
const freezeNames = ['freeze-fs', 'freeze-fs-on-backup', 'guest-fsfreeze'] as const;
const freezeKey = (property: Parameters<typeof propertyValue>[0]) =>
  freezeNames.find((name) => propertyValue(property, name) !== undefined) ?? freezeNames[1];

export const guestSetAgent = hardwareAction({
  id: 'guest.set-agent',
  title: 'Guest agent',
  summary: 'Changes how Proxmox talks to the agent inside a VM, and what it asks of it.',
  what: 'guest agent',
  type: 'qemu',
  slot: { only: 'agent' },
  defaultKey: 'enabled',
  leading: ['enabled'],
  parts: [
    {
      name: 'enabled',
      label: 'Agent',
      help: 'Clean shutdowns, addresses, consistent backups.',
      kind: 'boolean',
      write: (value, _values, now) =>
        propertyValue(now, 'enabled') !== undefined && flagIn(now, 'enabled') === (value === true)
          ? {}
          : { enabled: value === true ? '1' : '0' },
    },
    {
      name: 'fstrim-cloned-disks',
      part: 'fstrim_cloned_disks',
      label: 'Trim after a move',
      help: 'Runs fstrim after a disk was moved or the VM migrated.',
      kind: 'boolean',
    },
    {
      name: 'freeze-fs-on-backup',
      label: 'Freeze for backups',
      help: 'File systems stand still for a moment, so that a backup or snapshot is consistent.',
      kind: 'boolean',
      unset: true,
      read: (now) => flagIn(now, freezeKey(now), true),
      write: (value, _values, now) => flagChange(now, freezeKey(now), value === true, true),
    },
    {
      name: 'type',
      label: 'Channel',
      help: 'ISA for systems without VirtIO serial drivers.',
      kind: 'choice',
      choices: () => [
        { value: '', label: say`as Proxmox has it: VirtIO` },
        { value: 'virtio', label: say`VirtIO` },
        { value: 'isa', label: say`ISA` },
      ],
    },
  ],
  privileges: vmPrivilege('VM.Config.Options'),
  lines: ({ before, after }) => [
    ...(propertyFlag(after, 'enabled') && !propertyFlag(before, 'enabled')
      ? [say`The agent has to be installed inside: qemu-guest-agent.`]
      : []),
    ...(flagIn(after, freezeKey(after), true)
      ? []
      : [say`Backups of a running VM may be inconsistent.`]),
  ],
});
