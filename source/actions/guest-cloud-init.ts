import { printProperty, withProperty } from '../domain/guest-config.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { Secret } from '../domain/secret.ts';
import { textOf } from './choices.ts';
import { cloudInitDrive, cloudInitFields, ipconfigKey, ipconfigOf } from './cloud-init-fields.ts';
import { configChange } from './config-change.ts';
import { currentValue, plainValue, planOf, type Wanted, wantedOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

function addresses(values: FieldValues, facts: Facts): Wanted {
  const key = ipconfigKey(values);
  if (key === undefined) return {};
  const part = (name: string) => textOf(values[name]) || undefined;
  // A gateway without an address of its own network is refused, and is hidden in the form.
  const gateway = (name: string, of: string) => (part(of)?.includes('/') ? part(name) : undefined);
  const next = withProperty(ipconfigOf(facts, values), {
    ip: part('ip'),
    gw: gateway('gw', 'ip'),
    ip6: part('ip6'),
    gw6: gateway('gw6', 'ip6'),
  });
  return { [key]: printProperty(next) || undefined };
}

function keys(values: FieldValues, facts: Facts): Wanted {
  if (!('sshkeys' in values)) return {};
  const now = currentValue(facts, 'sshkeys');
  const text = textOf(values.sshkeys).trim();
  return { sshkeys: text === now?.trim() ? now : text || undefined };
}

function plan(values: FieldValues, facts: Facts) {
  const password = textOf(values.cipassword);
  return planOf(
    facts,
    {
      ...wantedOf(values, { ciuser: plainValue, nameserver: plainValue, searchdomain: plainValue }),
      ...keys(values, facts),
      ...addresses(values, facts),
      ...(password === '' ? {} : { cipassword: new Secret(password) }),
      ...('ciupgrade' in values ? { ciupgrade: values.ciupgrade === true } : {}),
    },
    ['ciupgrade'],
  );
}

function lines(facts: Facts): SafeText[] {
  if (!facts.config || cloudInitDrive(facts)) return [];
  return [say`It has no cloud-init drive: nothing of this reaches the VM until it has one.`];
}

export const guestCloudInit = defineAction<'guest'>({
  ...editBase,
  id: 'guest.cloud-init',
  title: 'Cloud-init',
  summary: 'Changes user, password, keys and addresses that cloud-init gives the VM.',
  fields: cloudInitFields,
  privileges: vmPrivilege('VM.Config.Cloudinit', 'VM.Config.Network'),
  available: (guest, facts) => (guest.type === 'lxc' ? hidden : editable(guest, facts)),
  ...configChange({
    question: (guest) => say`Change cloud-init of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    lines: (_guest, _values, facts) => lines(facts),
    done: (guest) => say`Cloud-init of ${guestLabel(guest)} changed`,
    names: (_guest, values) => ({ [ipconfigKey(values) ?? '']: 'ip' }),
  }),
});
