import { parseProperty, propertyFlag, propertyValue } from '../domain/guest-config.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { currentValue } from './config-plan.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';
import { isAtLeast } from './state-disks.ts';

/** What Proxmox writes into the configuration of a disk that has all certificates of 2023. */
const newest = '2023k';

export const guestEfiEnroll = hardwareAction({
  id: 'guest.efi-enroll',
  title: 'Enroll UEFI certificates',
  summary:
    'Adds the certificates of 2023 of Microsoft to the UEFI variables; those of 2011 end in 2026.',
  what: 'EFI disk',
  type: 'qemu',
  slot: { only: 'efidisk0' },
  defaultKey: 'file',
  leading: ['file'],
  parts: [],
  question: (guest) => say`Enroll the UEFI certificates of 2023 at ${guestLabel(guest)}?`,
  also: { 'ms-cert': newest },
  privileges: vmPrivilege('VM.Config.Disk'),
  stop: (_guest, facts) => {
    const version = facts.site.version.data?.version;
    if (!isAtLeast(version, 9, 2)) {
      return say`Proxmox VE ${sanitise(version)} is too old for it, 9.2 can`;
    }
    const disk = currentValue(facts, 'efidisk0');
    if (disk === undefined) return say`it has no EFI disk`;
    const property = parseProperty(disk, 'file');
    if (!propertyFlag(property, 'pre-enrolled-keys')) {
      return say`its EFI disk has no keys of Microsoft, so Secure Boot is not in use`;
    }
    return propertyValue(property, 'ms-cert') === newest ? say`it has them already` : undefined;
  },
  lines: () => [
    say`They are written when the VM starts.`,
    say`Suspend BitLocker inside the VM first, or it asks for its recovery key.`,
  ],
});
