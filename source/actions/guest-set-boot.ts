import type { Guest } from '../domain/guest.ts';
import { bootable, bootOrder } from '../domain/guest-boot.ts';
import { disksOf, nicsOf } from '../domain/guest-config.ts';
import { bootOrderProblem } from '../domain/guest-values.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import { planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { diskLabel } from './disk-choices.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { picksOf } from './picks.ts';
import { type Choice, defineAction, type Facts, type FieldValues } from './types.ts';

function choices(_guest: Guest, facts: Facts): readonly Choice[] {
  const { config } = facts;
  if (!config) return [];
  const disks = disksOf(config, 'qemu');
  const nics = nicsOf(config, 'qemu');
  return bootable(config).map((key) => {
    const disk = disks.find((each) => each.key === key);
    const nic = nics.find((each) => each.key === key);
    const about: SafeText = disk
      ? diskLabel(disk)
      : nic
        ? say`${nic.key}, network ${nic.bridge ?? say`without a bridge`}`
        : sanitise(key);
    return { value: key, label: about };
  });
}

function plan(values: FieldValues, facts: Facts) {
  return planOf(facts, 'boot' in values ? { boot: `order=${picksOf(values.boot).join(';')}` } : {});
}

export const guestSetBoot = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-boot',
  title: 'Boot order',
  summary: 'Sets which devices a VM tries to boot from, and in which order.',
  fields: [
    {
      name: 'boot',
      label: 'Boot from',
      help: 'Space picks; the first one that has a system is taken.',
      kind: 'order',
      required: true,
      choices,
      initial: (_guest, facts) => facts.config && bootOrder(facts.config)?.join(';'),
      problem: (value, _guest, facts) =>
        facts.config && bootOrderProblem(picksOf(value), facts.config),
    },
  ],
  privileges: vmPrivilege('VM.Config.Options'),
  available: (guest, facts) => (guest.type === 'lxc' ? hidden : editable(guest, facts)),
  ...configChange({
    level: 1,
    question: (guest) => say`Change the boot order of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    done: (guest) => say`Boot order of ${guestLabel(guest)} changed`,
  }),
});
