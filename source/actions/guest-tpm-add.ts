import { say } from '../domain/safe-text.ts';
import { currentValue } from './config-plan.ts';
import { vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';
import { stateStorage } from './state-disks.ts';

export const guestTpmAdd = hardwareAction({
  id: 'guest.tpm-add',
  title: 'Add TPM',
  summary: 'Gives a VM a trusted platform module, whose state is kept on a disk.',
  what: 'TPM',
  type: 'qemu',
  slot: { only: 'tpmstate0' },
  leading: [''],
  parts: [
    stateStorage('Where the state is kept; it takes a few MiB.'),
    {
      name: 'version',
      label: 'Version',
      help: 'Windows 11 needs 2.0. It cannot be changed afterwards.',
      kind: 'choice',
      choices: () => [
        { value: 'v2.0', label: say`2.0` },
        { value: 'v1.2', label: say`1.2, for very old systems` },
      ],
      fresh: () => 'v2.0',
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  stop: (_guest, facts) =>
    currentValue(facts, 'tpmstate0') === undefined
      ? undefined
      : say`it has a TPM; detach its state first`,
  lines: () => [
    say`Keep the recovery keys of what is sealed in it elsewhere: they are lost with the state.`,
  ],
});
