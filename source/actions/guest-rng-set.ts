import { propertyValue } from '../domain/guest-config.ts';
import { wholeProblem } from '../domain/guest-values.ts';
import { say } from '../domain/safe-text.ts';
import { vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';

export const guestRngSet = hardwareAction({
  id: 'guest.rng-set',
  title: 'Random number source',
  summary: 'Gives a VM random numbers of its node, or changes how many.',
  what: 'random number source',
  type: 'qemu',
  slot: { only: 'rng0' },
  defaultKey: 'source',
  leading: ['source'],
  parts: [
    {
      name: 'source',
      label: 'Source',
      help: 'Urandom is as good as any; hwrng is the hardware of the node.',
      kind: 'choice',
      choices: () => [
        { value: '/dev/urandom', label: say`/dev/urandom` },
        { value: '/dev/random', label: say`/dev/random` },
        { value: '/dev/hwrng', label: say`/dev/hwrng: hardware of the node` },
      ],
      fresh: () => '/dev/urandom',
    },
    {
      name: 'max-bytes',
      part: 'max_bytes',
      label: 'Bytes a period',
      help: 'Empty: 1024. 0 sets no limit, and the VM can use up what the node has.',
      kind: 'integer',
      problem: (value) => wholeProblem(value as number, 0),
    },
    {
      name: 'period',
      label: 'Period (ms)',
      help: 'Empty: 1000.',
      kind: 'integer',
      problem: (value) => wholeProblem(value as number, 1),
    },
  ],
  privileges: vmPrivilege('VM.Config.HWType'),
  lines: ({ after }) => [
    ...(propertyValue(after, 'source') === '/dev/hwrng'
      ? [
          say`The node has to have such hardware, and Proxmox wants root@pam or Mapping.Use on /mapping/hwrng.`,
        ]
      : []),
    ...(propertyValue(after, 'max_bytes') === '0'
      ? [say`Without a limit the VM can use up the random numbers of the node.`]
      : []),
  ],
});
