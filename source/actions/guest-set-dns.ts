import { nameserversProblem } from '../domain/address.ts';
import { dnsNameProblem } from '../domain/guest-values.ts';
import { say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import { currentValue, plainValue, planOf, wantedOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

function plan(values: FieldValues, facts: Facts) {
  return planOf(facts, wantedOf(values, { nameserver: plainValue, searchdomain: plainValue }));
}

export const guestSetDns = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-dns',
  title: 'DNS',
  summary: 'Changes the name servers and the search domain of a container.',
  fields: [
    {
      name: 'nameserver',
      label: 'Name servers',
      help: 'Addresses separated by spaces. Empty: those of its node.',
      kind: 'text',
      initial: (_guest, facts) => currentValue(facts, 'nameserver'),
      problem: (value) => nameserversProblem(String(value)),
    },
    {
      name: 'searchdomain',
      label: 'Search domain',
      help: 'Empty: that of its node.',
      kind: 'text',
      initial: (_guest, facts) => currentValue(facts, 'searchdomain'),
      problem: (value) => dnsNameProblem(String(value)),
    },
  ],
  privileges: vmPrivilege('VM.Config.Network'),
  // A VM gets its name servers from cloud-init.
  available: (guest, facts) => (guest.type === 'qemu' ? hidden : editable(guest, facts)),
  ...configChange({
    level: 1,
    question: (guest) => say`Change the DNS of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    done: (guest) => say`DNS of ${guestLabel(guest)} changed`,
  }),
});
