import type { Guest } from '../domain/guest.ts';
import { freeKey, type GuestDisk, type SlotBus } from '../domain/guest-config.ts';
import { diskBuses, mountpointProblem } from '../domain/guest-values.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { type ConfigPlan, currentValue, planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { diskField, disksWhere, findDisk } from './disk-choices.ts';
import { disabled, guestLabel, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const attaches = (disk: GuestDisk) => disk.unused;

function keyOf(guest: Guest, values: FieldValues, facts: Facts): string | undefined {
  const bus = guest.type === 'qemu' ? textOf(values.bus) || 'scsi' : 'mp';
  return facts.config && freeKey(facts.config, bus as SlotBus);
}

/** Proxmox drops the `unusedN` entry itself when its volume is used again. */
function plan(guest: Guest, values: FieldValues, facts: Facts): ConfigPlan {
  const disk = findDisk(guest, facts, values.disk);
  const key = keyOf(guest, values, facts);
  const volume = disk && currentValue(facts, disk.key);
  if (!volume || !key) return { set: {}, gone: [] };
  return planOf(facts, {
    [key]: guest.type === 'lxc' ? `${volume},mp=${textOf(values.mp)}` : volume,
  });
}

export const guestDiskAttach = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-attach',
  title: 'Attach unused disk',
  summary: 'Puts a volume that was detached back into the guest.',
  fields: [
    diskField('The unused volume.', attaches),
    {
      name: 'bus',
      label: 'Bus',
      help: 'Where it was before, if the system inside names its disks by it.',
      kind: 'choice',
      choices: (guest, facts) =>
        diskBuses[guest.type]
          .filter((bus) => !facts.config || freeKey(facts.config, bus))
          .map((bus) => ({ value: bus, label: sanitise(bus) })),
      initial: () => 'scsi',
      applies: (guest) => guest.type === 'qemu',
    },
    {
      name: 'mp',
      label: 'Mounted at',
      help: 'Path inside the container, for example /srv/data.',
      kind: 'text',
      required: true,
      problem: (value) => mountpointProblem(String(value)),
      applies: (guest) => guest.type === 'lxc',
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    const some = disksWhere(guest, facts, attaches).length > 0;
    return some ? stop : disabled(say`it has no unused disk`);
  },
  ...configChange({
    question: (guest, values) => say`Attach ${sanitise(values.disk)} to ${guestLabel(guest)}?`,
    plan,
    done: (guest, values, facts) =>
      say`${sanitise(values.disk)} attached to ${guestLabel(guest)} as ${sanitise(keyOf(guest, values, facts) ?? '')}`,
    names: (guest, values, facts) => ({ [keyOf(guest, values, facts) ?? '']: 'disk' }),
  }),
});
