import { sanitise, say } from '../domain/safe-text.ts';
import { currentValue } from './config-plan.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';
import { stateFormat, stateStorage } from './state-disks.ts';

export const guestEfiAdd = hardwareAction({
  id: 'guest.efi-add',
  title: 'Add EFI disk',
  summary: 'Makes the disk that keeps the UEFI variables of a VM.',
  what: 'EFI disk',
  type: 'qemu',
  slot: { only: 'efidisk0' },
  leading: [''],
  parts: [
    stateStorage('Where the disk is made; it takes a few MiB.'),
    stateFormat,
    {
      name: 'efitype',
      label: 'Type',
      help: 'Secure Boot needs 4m; 2m is for VMs from before Proxmox VE 7.1.',
      kind: 'choice',
      choices: () => ['4m', '2m'].map((value) => ({ value, label: sanitise(value) })),
      fresh: () => '4m',
    },
    {
      name: 'pre-enrolled-keys',
      label: 'Secure Boot keys',
      help: 'With the keys of Microsoft and the distributions: Secure Boot is on.',
      kind: 'boolean',
      fresh: () => true,
      applies: (_guest, _facts, values) => values.efitype !== '2m',
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  stop: (_guest, facts) =>
    currentValue(facts, 'efidisk0') === undefined
      ? undefined
      : say`it has an EFI disk; detach that first`,
  lines: ({ guest, facts }) =>
    currentValue(facts, 'bios') === 'ovmf'
      ? []
      : [
          say`The BIOS of ${guestLabel(guest)} is ${sanitise(currentValue(facts, 'bios') ?? 'seabios')}; only OVMF uses the disk.`,
        ],
});
