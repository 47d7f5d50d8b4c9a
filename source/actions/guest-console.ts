import type { Guest } from '../domain/guest.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { detachField, recordField, runTextConsole } from './console-common.ts';
import { ask, disabled, guestLabel, hidden, isRunning, vmPrivilege, yes } from './guest-common.ts';
import { defineAction, type Facts } from './types.ts';

const serialKey = /^serial[0-3]$/;

/** The VM's serial ports that lead to a socket; undefined = its configuration is not known. */
function serialPorts(guest: Guest, facts: Facts): readonly string[] | undefined {
  if (guest.type !== 'qemu' || !facts.config) return undefined;
  const { entries } = facts.config;
  return Object.keys(entries)
    .filter((key) => serialKey.test(key) && entries[key] === 'socket')
    .sort();
}

/** Ports that are configured but come only with the next start. */
function waiting(facts: Facts): readonly string[] {
  return (facts.pending ?? [])
    .filter(({ key, value, pending }) => serialKey.test(key) && !value && pending === 'socket')
    .map(({ key }) => key);
}

function usable(guest: Guest, facts: Facts): readonly string[] | undefined {
  const later = waiting(facts);
  return serialPorts(guest, facts)?.filter((port) => !later.includes(port));
}

export const guestConsole = defineAction<'guest'>({
  id: 'guest.console',
  scope: 'guest',
  key: 'c',
  title: 'Open text console',
  summary: "Opens a container's console or a VM's serial port in this terminal.",
  // A read-only console may send nothing, and what is typed there changes things.
  effect: 'change',
  needs: ['ports'],
  batch: false,
  fields: [
    {
      name: 'serial',
      label: 'Serial port',
      help: 'The serial port of a VM that has several.',
      kind: 'choice',
      applies: (guest, facts) => guest.type === 'qemu' && (usable(guest, facts)?.length ?? 0) > 1,
      initial: (guest, facts) => usable(guest, facts)?.[0],
      choices: (guest, facts) =>
        (usable(guest, facts) ?? []).map((port) => ({ value: port, label: sanitise(port) })),
      problem: (value, guest, facts) => {
        const ports = usable(guest, facts);
        if (!serialKey.test(String(value))) return 'must be serial0 to serial3';
        if (ports === undefined || ports.includes(String(value))) return undefined;
        return `the VM has ${ports.join(', ')}`;
      },
    },
    recordField,
    detachField,
  ],
  privileges: vmPrivilege('VM.Console'),
  available: (guest, facts) => {
    if (guest.template) return hidden;
    if (guest.stale || guest.status === 'unknown') {
      return disabled(say`node ${guest.node} does not answer, the guest's state is unknown`);
    }
    if (!isRunning(guest)) return disabled(say`it is ${guest.status}; start it first`);
    if (guest.type !== 'qemu' || !facts.config) return yes;
    if ((usable(guest, facts) ?? []).length > 0) return yes;
    const [later] = waiting(facts);
    if (later !== undefined) {
      return disabled(say`${sanitise(later)} comes with the next start: stop it and start it`);
    }
    return disabled(
      say`the VM has no serial port: "qm set ${guest.vmid} --serial0 socket", then stop and start it; inside it a getty must listen on ttyS0`,
    );
  },
  confirm: (guest, _values, facts) =>
    ask(0, say`Open the console of ${guestLabel(guest)}?`, guest, facts),
  // Finding the proxy's task again would not bring back its ticket, so a lost answer stays a failure.
  taskTypes: [],
  touches: ['tasks'],
  run: (guest, values, context) => {
    const serial = typeof values.serial === 'string' ? values.serial : undefined;
    return runTextConsole(context, {
      label: guestLabel(guest),
      kind: 'console',
      values,
      open: (signal) =>
        context.site.consoles.text(
          { guest, ...(guest.type === 'qemu' && serial ? { serial } : {}) },
          { signal },
        ),
    });
  },
});
