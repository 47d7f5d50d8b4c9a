import { say } from '../domain/safe-text.ts';
import { confidentialLines } from './confidential-parts.ts';
import { currentValue } from './config-plan.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';

export const guestSevSet = hardwareAction({
  id: 'guest.sev-set',
  title: 'AMD SEV',
  summary: 'Encrypts the memory of a VM with SEV of AMD, or changes how.',
  what: 'AMD SEV',
  type: 'qemu',
  slot: { only: 'amd-sev' },
  defaultKey: 'type',
  leading: ['type'],
  parts: [
    {
      name: 'type',
      label: 'Kind',
      help: 'What the CPU of the node can do. ES and SNP are experimental.',
      kind: 'choice',
      choices: () => [
        { value: 'std', label: say`std: SEV` },
        { value: 'es', label: say`es: SEV-ES, registers too` },
        { value: 'snp', label: say`snp: SEV-SNP, integrity too` },
      ],
      fresh: () => 'std',
    },
    {
      name: 'no-debug',
      label: 'No debugging',
      help: 'The node cannot debug it.',
      kind: 'boolean',
    },
    {
      name: 'no-key-sharing',
      label: 'No key sharing',
      help: 'It shares its key with no other VM.',
      kind: 'boolean',
      applies: (_guest, _facts, values) => values.type !== 'snp',
    },
    {
      name: 'allow-smt',
      label: 'Multi-threading',
      help: 'The node may have simultaneous multi-threading on.',
      kind: 'boolean',
      unset: true,
      applies: (_guest, _facts, values) => values.type === 'snp',
    },
    {
      name: 'kernel-hashes',
      label: 'Kernel hashes',
      help: 'The firmware gets the hashes of a kernel that is started directly.',
      kind: 'boolean',
    },
  ],
  question: (guest) => say`Encrypt the memory of ${guestLabel(guest)} with AMD SEV?`,
  privileges: vmPrivilege('VM.Config.Options'),
  stop: (_guest, facts) =>
    currentValue(facts, 'intel-tdx') === undefined ? undefined : say`it has Intel TDX`,
  lines: ({ guest, facts }) => confidentialLines(guest, facts),
});
