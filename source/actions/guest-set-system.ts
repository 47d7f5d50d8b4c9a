import type { Guest } from '../domain/guest.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { noChoice, storageChoices, textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { currentFlag, currentValue, plainValue, planOf, type Wanted } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type Field, type FieldValues } from './types.ts';

/** Switches that are on when they are not set. */
const onByDefault = ['acpi', 'kvm', 'tablet'];
const switches = ['acpi', 'kvm', 'tablet', 'localtime', 'freeze'];

const features: readonly (readonly [string, string])[] = [
  ['network', 'network'],
  ['disk', 'disks'],
  ['usb', 'USB'],
  ['memory', 'memory: needs NUMA'],
  ['cpu', 'processors: VCPUs below cores × sockets'],
  ['cloudinit', 'cloud-init: the drive is written anew at once'],
];
/** What `1`, and no value at all, stand for. */
const usual = 'network;disk;usb';

function hotplugNow(facts: Facts): string {
  const now = currentValue(facts, 'hotplug') ?? '1';
  if (now === '0') return '';
  return now === '1' ? usual : now.replaceAll(/[,;\s]+/g, ';');
}

const sorted = (list: string) =>
  list
    .split(';')
    .filter((part) => part !== '')
    .sort()
    .join(';');

function hotplugWanted(values: FieldValues, facts: Facts): Wanted {
  if (!('hotplug' in values)) return {};
  const wanted = textOf(values.hotplug);
  if (sorted(wanted) === sorted(hotplugNow(facts))) return {};
  if (sorted(wanted) === sorted(usual)) return { hotplug: undefined };
  return { hotplug: wanted === '' ? '0' : wanted.replaceAll(';', ',') };
}

function plan(values: FieldValues, facts: Facts) {
  const flags = switches.filter((name) => name in values);
  const date = textOf(values.startdate);
  return planOf(
    facts,
    {
      ...Object.fromEntries(flags.map((name) => [name, values[name] === true])),
      ...hotplugWanted(values, facts),
      ...('startdate' in values ? { startdate: date === 'now' ? undefined : date } : {}),
      ...('vmstatestorage' in values ? { vmstatestorage: plainValue(values.vmstatestorage) } : {}),
    },
    onByDefault,
  );
}

function lines({ set }: ReturnType<typeof plan>): SafeText[] {
  return [
    ...(set.kvm === '0' ? [say`Without KVM the VM is many times slower.`] : []),
    ...(set.acpi === '0' ? [say`Without ACPI it takes no notice of shutdown.`] : []),
    ...(set.freeze === '1' ? [say`It stands still after every start until it is resumed.`] : []),
  ];
}

const flag = (name: string, label: string, help: string): Field<Guest> => ({
  name,
  label,
  help,
  kind: 'boolean',
  initial: (_guest, facts) => currentFlag(facts, name, onByDefault.includes(name)),
});

export const guestSetSystem = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-system',
  title: 'System options',
  summary: 'Changes hotplug, tablet, ACPI, KVM, clock and where a hibernated VM keeps its memory.',
  batch: true,
  fields: [
    {
      name: 'hotplug',
      label: 'Hotplug',
      help: 'What can be changed while the VM runs.',
      kind: 'many',
      choices: () => features.map(([value, label]) => ({ value, label: sanitise(label) })),
      initial: (_guest, facts) => hotplugNow(facts),
    },
    flag(
      'tablet',
      'Tablet pointer',
      'The pointer follows the mouse exactly; costs a little idle processor time.',
    ),
    flag('acpi', 'ACPI', 'Shutdown and reboot reach the system inside.'),
    flag('kvm', 'KVM', 'Virtualisation by the processor of the node.'),
    flag('localtime', 'Clock in local time', 'Windows wants it so.'),
    {
      name: 'startdate',
      label: 'Clock starts at',
      help: 'As now, 2026-06-17 or 2026-06-17T16:01:21.',
      kind: 'text',
      initial: (_guest, facts) => currentValue(facts, 'startdate') ?? 'now',
      problem: (value) =>
        /^(?:now|\d{4}-\d{1,2}-\d{1,2}(?:T\d{1,2}:\d{1,2}:\d{1,2})?)$/.test(String(value))
          ? undefined
          : 'must be now, or a date as 2026-06-17T16:01:21',
    },
    flag('freeze', 'Freeze at start', 'Starts paused, until it is resumed.'),
    {
      name: 'vmstatestorage',
      label: 'Memory is kept on',
      help: 'For hibernation and snapshots with RAM.',
      kind: 'choice',
      choices: (guest, facts) => {
        const offered = storageChoices(facts, guest.node, 'images');
        const now = currentValue(facts, 'vmstatestorage');
        const away = now !== undefined && !offered.some(({ value }) => value === now);
        return [
          noChoice(say`as Proxmox chooses`),
          ...(away ? [{ value: now, label: say`${sanitise(now)}, not available now` }] : []),
          ...offered,
        ];
      },
      initial: (_guest, facts) => currentValue(facts, 'vmstatestorage') ?? '',
    },
  ],
  // Clock, freeze and storage need other privileges; Proxmox names the one that is missing.
  privileges: vmPrivilege('VM.Config.HWType'),
  available: (guest, facts) => (guest.type === 'lxc' ? hidden : editable(guest, facts)),
  ...configChange({
    question: (guest) => say`Change the system options of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    lines: (_guest, values, facts) => lines(plan(values, facts)),
    done: (guest) => say`System options of ${guestLabel(guest)} changed`,
  }),
});
