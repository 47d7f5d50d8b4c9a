import type { Guest } from '../domain/guest.ts';
import { isMappingId } from '../domain/hardware.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { currentValue } from './config-plan.ts';
import { vmPrivilege } from './guest-common.ts';
import type { Hardware, HardwareChange } from './hardware-action.ts';
import type { PartField } from './property-form.ts';
import { isAtLeast } from './state-disks.ts';
import type { Choice, Facts } from './types.ts';

const isWindows = (facts: Facts) => /^w/.test(currentValue(facts, 'ostype') ?? '');

function directoryChoices(guest: Guest, facts: Facts): readonly Choice[] {
  return (facts.hardware?.directories ?? [])
    .filter(({ nodes }) => nodes.includes(guest.node))
    .map(({ id, description }) => ({
      value: id,
      label: joinSafe([id, ...(description ? [description] : [])], ', '),
    }));
}

/** The parts of `virtiofsN`. */
const virtiofsParts: readonly PartField[] = [
  {
    name: 'dirid',
    label: 'Directory',
    help: 'A directory mapping by its name, which is what the VM mounts it by.',
    kind: 'choice',
    required: true,
    free: true,
    choices: directoryChoices,
    fresh: (guest, facts) => directoryChoices(guest, facts)[0]?.value,
    problem: (value, guest, facts) => {
      if (!isMappingId(String(value))) return 'is no name of a mapping';
      const mapping = facts.hardware?.directories?.find(({ id }) => id === value);
      return mapping && !mapping.nodes.includes(guest.node)
        ? `${mapping.id} is not defined on ${guest.node}`
        : undefined;
    },
  },
  {
    name: 'cache',
    label: 'Cache',
    help: 'What the VM may keep in its memory; never is for directories that others change too.',
    kind: 'choice',
    choices: () => [
      { value: '', label: say`auto, what Proxmox takes by default` },
      ...['auto', 'always', 'metadata', 'never'].map((value) => ({
        value,
        label: sanitise(value),
      })),
    ],
  },
  {
    name: 'direct-io',
    label: 'Direct IO',
    help: 'Programs of the VM may go past its cache.',
    kind: 'boolean',
  },
  {
    name: 'expose-xattr',
    label: 'Extended attributes',
    help: 'The VM sees and sets extended attributes.',
    kind: 'boolean',
  },
  {
    name: 'expose-acl',
    label: 'ACL',
    help: 'The VM sees and sets access control lists; brings extended attributes with it.',
    kind: 'boolean',
    problem: (value, _guest, facts) =>
      value === true && isWindows(facts) ? 'Windows cannot mount it with access lists' : undefined,
  },
];

/** Why the version of Proxmox has none. */
function noVirtiofs(_guest: Guest, facts: Facts): SafeText | undefined {
  const version = facts.site.version.data?.version;
  if (isAtLeast(version, 8, 4)) return undefined;
  return say`Proxmox VE ${sanitise(version)} shares no directories, 8.4 does`;
}

/** What sharing means, and how the VM comes by it. */
function virtiofsLines({ facts, after }: HardwareChange): readonly SafeText[] {
  const [directory] = after.filter(({ key }) => key === 'dirid');
  if (!directory) return [];
  const name = sanitise(directory.value);
  return [
    isWindows(facts)
      ? say`Windows needs WinFsp and the VirtIO-FS service inside.`
      : say`Inside: mount -t virtiofs ${name} /mnt`,
    say`The VM reads and writes there as root of the node does; what it deletes is gone.`,
    say`While it runs it cannot migrate or hibernate, and no snapshot of it holds its memory.`,
  ];
}

/** What adding and changing one have in common. */
export const sharedDirectory = {
  what: 'shared directory',
  type: 'qemu',
  defaultKey: 'dirid',
  leading: ['dirid'],
  parts: virtiofsParts,
  needs: ['directories'],
  privileges: vmPrivilege('VM.Config.Disk'),
  stop: noVirtiofs,
  lines: virtiofsLines,
} as const satisfies Omit<Hardware, 'id' | 'title' | 'summary' | 'slot'>;
