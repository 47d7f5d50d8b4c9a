import { wholeProblem } from '../domain/guest-values.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { vmPrivilege } from './guest-common.ts';
import type { Hardware, HardwareChange } from './hardware-action.ts';
import type { PartField } from './property-form.ts';

/** The parts of a container's `devN`. */
const deviceParts: readonly PartField[] = [
  {
    name: 'path',
    label: 'Device',
    help: 'A device file of the node, for example /dev/dri/renderD128.',
    kind: 'text',
    required: true,
    problem: (value) => {
      const path = String(value);
      if (!/^\/dev\/[^,\n]+$/.test(path)) return 'a path below /dev';
      return /(?:^|\/)\.\.?(?:\/|$)/.test(path) ? 'no . and no .. in a path' : undefined;
    },
  },
  {
    name: 'mode',
    label: 'Mode',
    help: 'Access rights inside, for example 0660. Empty: as on the node.',
    kind: 'text',
    problem: (value) => (/^0[0-7]{3}$/.test(String(value)) ? undefined : 'an octal mode like 0660'),
  },
  {
    name: 'uid',
    label: 'User id',
    help: 'Whose it is inside. Empty: root.',
    kind: 'integer',
    problem: (value) => wholeProblem(value as number, 0),
  },
  {
    name: 'gid',
    label: 'Group id',
    help: 'Which group it has inside, for example that of render. Empty: root.',
    kind: 'integer',
    problem: (value) => wholeProblem(value as number, 0),
  },
  {
    name: 'deny-write',
    label: 'Read-only',
    help: 'The container cannot write to it.',
    kind: 'boolean',
  },
];

function deviceLines({ facts, after }: HardwareChange): readonly SafeText[] {
  if (after.length === 0) return [];
  const { identity } = facts.site.connection;
  const others =
    identity === undefined || identity === 'root@pam'
      ? say`.`
      : say`; ${identity} will be refused.`;
  return [
    say`Proxmox lets only root@pam pass devices through, logged in with its password${others}`,
    say`The container is bound to its node by it.`,
  ];
}

/** What adding and changing one have in common. */
export const containerDevice = {
  what: 'device',
  type: 'lxc',
  defaultKey: 'path',
  leading: ['path'],
  parts: deviceParts,
  // Proxmox lets only root@pam do it, whatever its privileges; it says so itself.
  privileges: vmPrivilege('VM.Config.Options'),
  lines: deviceLines,
} as const satisfies Omit<Hardware, 'id' | 'title' | 'summary' | 'slot'>;
