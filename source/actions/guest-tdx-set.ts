import { wholeProblem } from '../domain/guest-values.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { confidentialLines } from './confidential-parts.ts';
import { currentValue } from './config-plan.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';
import { flagIn } from './property-form.ts';
import { isAtLeast } from './state-disks.ts';

export const guestTdxSet = hardwareAction({
  id: 'guest.tdx-set',
  title: 'Intel TDX',
  summary: 'Encrypts the memory of a VM with TDX of Intel, or changes how.',
  what: 'Intel TDX',
  type: 'qemu',
  slot: { only: 'intel-tdx' },
  defaultKey: 'type',
  leading: ['type'],
  parts: [
    {
      name: 'attestation',
      label: 'Attestation',
      help: 'It can prove to others what it runs, by the quote generation service of the node.',
      kind: 'boolean',
      fresh: () => true,
      // Proxmox wants it written, whatever it is.
      read: (property) => flagIn(property, 'attestation', true),
      write: (value) => ({ attestation: value === false ? '0' : '1' }),
    },
    {
      name: 'vsock-cid',
      label: 'Service CID',
      help: 'Where the quote generation service is. Empty: 2.',
      kind: 'integer',
      problem: (value) => wholeProblem(value as number, 2),
    },
    {
      name: 'vsock-port',
      label: 'Service port',
      help: 'The port of the quote generation service. Empty: 4050.',
      kind: 'integer',
      problem: (value) => wholeProblem(value as number, 0),
    },
  ],
  also: { type: 'tdx' },
  question: (guest) => say`Encrypt the memory of ${guestLabel(guest)} with Intel TDX?`,
  privileges: vmPrivilege('VM.Config.Options'),
  stop: (_guest, facts) => {
    const version = facts.site.version.data?.version;
    if (!isAtLeast(version, 9, 0)) return say`Proxmox VE ${sanitise(version)} has no TDX, 9 does`;
    return currentValue(facts, 'amd-sev') === undefined ? undefined : say`it has AMD SEV`;
  },
  lines: ({ guest, facts }) => confidentialLines(guest, facts),
});
